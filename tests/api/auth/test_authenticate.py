"""Who may come in with what: good tokens, two dozen bad ones, cookies, and Clerk being away."""

import asyncio
import base64
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as make_ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from litestar.testing import AsyncTestClient
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import create_app
from api.auth.api_key_scopes import PUBLIC_PATHS
from api.auth.clerk_keys import MIN_DOWNLOAD_INTERVAL_SECONDS, KeySet, parse_key_set
from api.auth.identity import check_bind_address
from api.auth.links import LINK_PATH
from schemas.errors import NotConfiguredError, UnavailableError
from schemas.settings import Settings
from support.api.client import Api, graph, serving
from support.servers.clerk import AUTHORIZED_PARTY, JWKS, Clerk, bearer, public, rsa, running_clerk

ANYWHERE = "https://nodeloom.example.com"


@pytest.fixture(scope="module")
def clerk_server() -> Iterator[Clerk]:
    with running_clerk() as clerk:
        yield clerk


@pytest.fixture
def clerk(clerk_server: Clerk) -> Clerk:
    clerk_server.keys = {"ins_1": rsa("ins_1")}
    clerk_server.asked.clear()
    clerk_server.down, clerk_server.body = False, None
    return clerk_server


@pytest.fixture
async def clerk_client(clerk: Clerk, settings: Settings) -> AsyncIterator[Api]:
    """The API with sign-in, under a name of its own."""
    async with AsyncTestClient(create_app(clerk.settings(settings)), base_url=ANYWHERE) as client:
        yield client


@pytest.fixture
async def clerk_http_client(clerk: Clerk, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The same as a real server, for what happens at the same time."""
    with_clerk = clerk.settings(settings)
    async with serving(create_app(with_clerk), with_clerk) as client:
        yield client


def with_swapped_segments(token: str) -> str:
    head, body, signature = token.split(".")
    return f"{body}.{head}.{signature}"


def with_header(clerk: Clerk, **header: Any) -> str:
    """A token whose header was written by hand, signed as it should be."""
    head = {"alg": "RS256", "typ": "JWT", "kid": "ins_1"} | header
    parts = [json.dumps(part).encode() for part in (head, clerk.claims())]
    message = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = jwt.get_algorithm_by_name("RS256").sign(message, rsa("ins_1"))
    return (message + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def confused(clerk: Clerk) -> str:
    """HS256, with the public key as its secret."""
    pem = rsa("ins_1").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    hs256 = jwt.get_algorithm_by_name("HS256")
    head = {"alg": "HS256", "typ": "JWT", "kid": "ins_1"}
    parts = [json.dumps(part).encode() for part in (head, clerk.claims())]
    message = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    import hashlib
    import hmac

    assert hs256 is not None
    signature = hmac.new(pem, message, hashlib.sha256).digest()
    return (message + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def now(seconds: float) -> int:
    return int(time.time() + seconds)


BAD: dict[str, Callable[[Clerk], str]] = {
    "alg none": lambda c: jwt.encode(c.claims(), "", "none", {"kid": "ins_1"}),
    "HS256 with the public key": confused,
    "another key": lambda c: c.token(key=rsa("somebody")),
    "ES256": lambda c: jwt.encode(c.claims(), make_ec(SECP256R1()), "ES256", {"kid": "ins_1"}),
    "RS512": lambda c: jwt.encode(c.claims(), rsa("ins_1"), "RS512", {"kid": "ins_1"}),
    "expired": lambda c: c.token(exp=now(-6)),
    "not before": lambda c: c.token(nbf=now(8)),
    "made in the future": lambda c: c.token(iat=now(8)),
    "no exp": lambda c: c.token(exp=None),
    "no iat": lambda c: c.token(iat=None),
    "no nbf": lambda c: c.token(nbf=None),
    "no iss": lambda c: c.token(iss=None),
    "no sub": lambda c: c.token(sub=None),
    "no azp": lambda c: c.token(azp=None),
    "no sid": lambda c: c.token(sid=None),
    "sub of another kind": lambda c: c.token("local"),
    "foreign issuer": lambda c: c.token(iss="https://clerk.evil.example"),
    "issuer with more behind it": lambda c: c.token(iss=f"{c.url}/"),
    "foreign party": lambda c: c.token(azp="https://app.example.com.evil.example"),
    "list of parties": lambda c: c.token(azp=[AUTHORIZED_PARTY]),
    "an audience": lambda c: c.token(aud="somebody"),
    "pending session": lambda c: c.token(sts="pending"),
    "exp without end": lambda c: c.token(exp=1e400),
    "exp as text": lambda c: c.token(exp=str(now(60))),
    "crit": lambda c: with_header(c, crit=["exp"]),
    "b64": lambda c: with_header(c, b64=False, crit=["b64"]),
    "jku": lambda c: with_header(c, jku=f"{c.url}/canary"),
    "x5u": lambda c: with_header(c, x5u=f"{c.url}/canary"),
    "embedded key": lambda c: c.token(
        key=rsa("mine"), header={"jwk": public("ins_1", rsa("mine"))}
    ),
    "kid is an address": lambda c: with_header(c, kid=f"{c.url}/canary"),
    "kid climbs": lambda c: with_header(c, kid="../../keys/1"),
    "kid with NUL": lambda c: with_header(c, kid="ins_1\0"),
    "kid is a list": lambda c: with_header(c, kid=["ins_1"]),
    "no kid": lambda c: with_header(c, kid=None),
    "unknown kid": lambda c: c.token(key_id="ins_unknown"),
    "10 KB": lambda c: c.token(padding="x" * 10_000),
    "parts swapped": lambda c: with_swapped_segments(c.token()),
    "signature cut off": lambda c: c.token().rsplit(".", 1)[0] + ".",
    "two parts": lambda c: c.token().rsplit(".", 1)[0],
    "spaces inside": lambda c: c.token().replace(".", ". "),
    "padding inside": lambda c: c.token() + "==",
    "not a token": lambda _: "eyJ.eyJ.eyJ",
    "deep header": lambda _: (
        base64.urlsafe_b64encode(b"[" * 2000).decode().rstrip("=") + ".e30.e30"
    ),
}


async def test_bad_tokens_are_all_refused_alike_and_nothing_in_them_is_followed(
    clerk_client: Api, clerk: Clerk
):
    assert len(BAD) >= 24
    nobody = await clerk_client.get("/api/me")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "not_signed_in")
    for name, make in BAD.items():
        for path in ("/api/me", "/api/workflows"):
            answer = await clerk_client.get(path, headers=bearer(make(clerk)))
            assert answer.status_code == 401, name
            assert answer.content == nobody.content, name
            assert answer.headers["www-authenticate"] == "Bearer"
    assert clerk.asked == [JWKS]  # one key set, and nothing else
    assert (await clerk_client.get("/api/me", headers=bearer(clerk.token()))).status_code == 200


async def test_a_good_token_lets_its_user_in_and_makes_them_known(clerk_client: Api, clerk: Clerk):
    headers = bearer(clerk.token("user_bob", email="bob@example.org"))
    me = (await clerk_client.get("/api/me", headers=headers)).json()
    assert (me["id"], me["email"], me["auth"]) == ("user_bob", "bob@example.org", "clerk")
    assert (me["signedInWith"], me["scopes"]) == ("session", ["read", "write", "run"])
    made = await clerk_client.post("/api/workflows", json=graph(), headers=headers)
    assert made.status_code == 201
    anns = await clerk_client.get("/api/workflows", headers=bearer(clerk.token()))
    assert anns.json()["items"] == []


async def test_clocks_may_differ_by_five_seconds_at_most(clerk_client: Api, clerk: Clerk):
    good: list[dict[str, Any]] = [{"exp": now(-2)}, {"nbf": now(3)}, {"iat": now(3)}]
    bad: list[dict[str, Any]] = [{"exp": now(-7)}, {"nbf": now(9)}, {"iat": now(9)}]
    for changes, status in [(each, 200) for each in good] + [(each, 401) for each in bad]:
        answer = await clerk_client.get("/api/me", headers=bearer(clerk.token(**changes)))
        assert answer.status_code == status, changes


@pytest.mark.parametrize(
    "given",
    ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "{token}", "Token {token}", "Bearer {token} x"],
)
async def test_only_bearer_will_do(clerk_client: Api, clerk: Clerk, given: str):
    header = given.format(token=clerk.token())
    assert (await clerk_client.get("/api/me", headers={"Authorization": header})).status_code == 401


async def test_the_cookie_lets_pages_of_the_same_site_in(clerk_client: Api, clerk: Clerk):
    cookie = {"Cookie": f"a=b; __session={clerk.token()}"}
    assert (await clerk_client.get("/api/me", headers=cookie)).json()["id"] == "user_ann"
    for origin in (ANYWHERE, AUTHORIZED_PARTY):
        made = await clerk_client.post(
            "/api/workflows", json=graph(), headers=cookie | {"Origin": origin}
        )
        assert made.status_code == 201
    same = cookie | {"Sec-Fetch-Site": "same-origin"}
    assert (
        await clerk_client.post("/api/workflows", json=graph(), headers=same)
    ).status_code == 201


@pytest.mark.parametrize(
    "origin",
    [{}, {"Origin": "null"}, {"Origin": "https://appxexample.com"}, {"Sec-Fetch-Site": "none"}],
)
async def test_a_cookie_alone_changes_nothing(
    clerk_client: Api, clerk: Clerk, origin: dict[str, str]
):
    headers = {"Cookie": f"__session={clerk.token()}"} | origin
    answer = await clerk_client.post("/api/workflows", json=graph(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")


async def test_odd_sets_of_credentials_are_refused(clerk_client: Api, clerk: Clerk):
    ann, bob = clerk.token(), clerk.token("user_bob")
    cases: list[tuple[list[tuple[str, str]], int]] = [
        ([("Cookie", f"__session_x={ann}")], 401),
        ([("Cookie", f"__session={ann}; __session={ann}")], 401),
        ([("Cookie", f"__session={ann}"), ("Cookie", f"__session={ann}")], 401),
        ([("Authorization", f"Bearer {ann}"), ("Authorization", f"Bearer {ann}")], 401),
        ([("Authorization", f"Bearer {ann}"), ("Cookie", f"__session={bob}")], 401),
        ([("Authorization", "Bearer x"), ("Cookie", f"__session={ann}")], 401),
        ([("Cookie", "__session=")], 401),
        ([("Authorization", f"Bearer {ann}"), ("Cookie", f"__session={ann}")], 200),
        ([("Authorization", f"Bearer {ann}"), ("Cookie", "__session=stale")], 200),
    ]
    for headers, status in cases:
        assert (await clerk_client.get("/api/me", headers=headers)).status_code == status, headers


async def test_floods_cost_one_download(clerk_http_client: httpx.AsyncClient, clerk: Clerk):
    async def flood(*headers: dict[str, str]) -> set[int]:
        asked = [clerk_http_client.get("/api/me", headers=each) for each in headers]
        return {answer.status_code for answer in await asyncio.gather(*asked)}

    assert await flood(*[bearer(clerk.token())] * 20) == {200}
    unknown = [bearer(clerk.token(key_id=f"ins_{number}")) for number in range(100, 150)]
    forged = [bearer(clerk.token(key=rsa("somebody")))] * 50
    assert await flood(*unknown, *forged) == {401}
    assert len(clerk.asked) == 1


async def test_while_clerk_is_away_known_keys_go_on(clerk: Clerk):
    clock = [1000.0]
    keys = KeySet(clerk.url + JWKS, lambda: clock[0])
    assert await keys.find("ins_1")
    clerk.down = True
    clock[0] += 86_400
    for _ in range(20):
        assert await keys.find("ins_1")
        assert await keys.find("ins_2") is None
    assert len(clerk.asked) <= 2
    clerk.down, clerk.keys = False, {"ins_2": rsa("ins_2")}
    assert await keys.find("ins_2") is None  # not yet
    clock[0] += MIN_DOWNLOAD_INTERVAL_SECONDS
    assert await keys.find("ins_2")
    assert await keys.find("ins_1") is None  # Clerk has taken it back
    await keys.close()


async def test_a_server_that_never_had_the_keys_says_that_nobody_can_sign_in(
    clerk_client: Api, clerk: Clerk
):
    clerk.down = True
    for _ in range(5):
        answer = await clerk_client.get("/api/me", headers=bearer(clerk.token()))
        assert (answer.status_code, answer.json()["code"]) == (503, "sign_in_unavailable")
    assert len(clerk.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"keys": {}}',
        b'{"keys": [1, null, {}]}',
        b"\xff",
        b"[" * 5000,
        b'{"keys": [{"kid": "a", "kty": "RSA", "n": "AQAB", "e": "AQAB"}]}',
        b"x" * 70_000,
    ],
)
async def test_what_is_no_key_set_changes_nothing(clerk: Clerk, body: bytes):
    keys = KeySet(clerk.url + JWKS)
    clerk.body = body
    with pytest.raises(UnavailableError):
        await keys.find("ins_1")


def test_keys_that_are_not_for_signatures_are_left_out():
    good = public("good", rsa("ins_1"))
    others = [
        public("weak", rsa("weak", 1024)),
        good | {"kid": "enc", "use": "enc"},
        good | {"kid": "other", "alg": "RS512"},
        good | {"kid": "../x"},
        {"kid": "oct", "kty": "oct", "k": "AAAA"},
    ]
    assert list(parse_key_set(json.dumps({"keys": [*others, good]}).encode())) == ["good"]


async def test_pages_of_the_named_origins_may_call_from_elsewhere(clerk_client: Api, clerk: Clerk):
    asks = {"Origin": AUTHORIZED_PARTY, "Access-Control-Request-Method": "PUT"}
    preflight = await clerk_client.options("/api/workflows/1", headers=asks)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == AUTHORIZED_PARTY
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    answer = await clerk_client.post(
        "/api/workflows", json=graph(), headers=bearer(clerk.token()) | {"Origin": AUTHORIZED_PARTY}
    )
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (
        201,
        AUTHORIZED_PARTY,
    )
    assert "access-control-allow-credentials" not in answer.headers
    for origin in ("https://app.example.com.evil.example", "https://appxexample.com", "null", "*"):
        for method in ("OPTIONS", "GET"):
            got = await clerk_client.request(method, "/api/me", headers={"Origin": origin})
            assert "access-control-allow-origin" not in got.headers
            assert "Origin" in got.headers["vary"]
        headers = bearer(clerk.token()) | {"Origin": origin}
        refused = await clerk_client.post("/api/workflows", json=graph(), headers=headers)
        assert refused.status_code == 403


async def test_a_page_can_ask_how_people_sign_in(clerk_client: Api, api: Api):
    told = await clerk_client.get("/api/sign-in")
    assert told.json() == {"auth": "clerk", "clerkPublishableKey": "pk_test_1"}
    assert (await api.get("/api/sign-in")).json() == {"auth": "local", "clerkPublishableKey": None}


async def test_every_address_is_closed_that_is_not_listed_as_open(clerk_client: Api):
    listed: set[str] = set()
    for route in clerk_client.app.routes:
        if route.path_format in PUBLIC_PATHS:
            listed.add(route.path_format)
            continue
        path = re.sub(r"\{(?:workflow_id|version)\}", "1", route.path_format)
        path = re.sub(r"\{\w+\}", str(UUID(int=1)), path)
        for method in set(route.methods) - {"OPTIONS"}:
            answer = await clerk_client.request(method, path, headers={"Origin": ANYWHERE})
            expected = 404 if path.startswith(LINK_PATH) else 401  # no token, no such link
            assert answer.status_code == expected, (method, route.path_format)
    assert listed == PUBLIC_PATHS
    assert (await clerk_client.get("/health/live")).status_code == 200


async def test_a_deleted_user_cannot_come_back_with_a_token_that_is_still_good(
    clerk_client: Api, clerk: Clerk, engine: AsyncEngine
):
    headers = bearer(clerk.token())
    assert (await clerk_client.get("/api/me", headers=headers)).status_code == 200
    async with engine.begin() as connection:  # as another process would
        await connection.execute(text("insert into deleted_users values ('user_ann')"))
        await connection.execute(text("delete from users where id = 'user_ann'"))
    try:
        answer = await clerk_client.get("/api/me", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("delete from deleted_users"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"clerk_issuer": None}, "CLERK_ISSUER is not set"),
        ({"clerk_issuer": "http://clerk.example.com"}, "CLERK_ISSUER must be an https:// address"),
        ({"clerk_issuer": "clerk.example.com"}, "CLERK_ISSUER must be"),
        ({"clerk_jwks_url": "ftp://x"}, "CLERK_JWKS_URL must be"),
        ({"clerk_authorized_parties": None}, "CLERK_AUTHORIZED_PARTIES is not set"),
        ({"clerk_authorized_parties": "*"}, "'\\*' in it, which is no origin"),
        ({"clerk_authorized_parties": "https://a.example/x"}, "which is no origin"),
        ({"origins": "app.example.com"}, "NODELOOM_ORIGINS has"),
        ({"clerk_webhook_secret": None}, "CLERK_WEBHOOK_SECRET is not set"),
        ({"clerk_webhook_secret": SecretStr("hello")}, "CLERK_WEBHOOK_SECRET is not set"),
        ({"clerk_webhook_secret": SecretStr("whsec_")}, "CLERK_WEBHOOK_SECRET is not set"),
        ({"clerk_publishable_key": "sk_live_1"}, "must begin with pk_"),
    ],
)
def test_settings_that_are_not_whole_are_refused_at_the_start(changes: dict[str, Any], said: str):
    good = Clerk(url="https://clerk.example.com").settings(Settings())
    check_bind_address(good.model_copy(update={"host": "0.0.0.0"}))
    with pytest.raises(NotConfiguredError, match=said):
        create_app(good.model_copy(update=changes))
