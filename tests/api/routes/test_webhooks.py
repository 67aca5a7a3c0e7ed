"""What Clerk tells of users: only what is Clerk's, each message once, nothing out of order."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from litestar.testing import AsyncTestClient
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import create_app
from schemas.settings import Settings
from support.api.client import Api, Worker, graph, serving
from support.nodes.media import encoded, numbered_pixels
from support.servers.clerk import (
    AUTHORIZED_PARTY,
    SECRET,
    Clerk,
    bearer,
    running_clerk,
    signed,
    user_message,
)

OTHER = "whsec_" + "QUJD" * 8
ROWS = ("workflows", "workflow_versions", "workflow_runs", "node_executions", "run_events")


@pytest.fixture(scope="module")
def clerk():
    with running_clerk() as clerk:
        yield clerk


@pytest.fixture
async def clerk_client(clerk: Clerk, settings: Settings, engine: AsyncEngine) -> AsyncIterator[Api]:
    async with AsyncTestClient(
        create_app(clerk.settings(settings)), base_url=AUTHORIZED_PARTY
    ) as client:
        yield client


@pytest.fixture
async def clerk_http_client(
    clerk_client: Api, clerk: Clerk, settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    """The same as a real server, for what happens at the same time."""
    with_clerk = clerk.settings(settings)
    async with serving(create_app(with_clerk), with_clerk) as client:
        yield client


Query = Callable[[str], Awaitable[list[Any]]]


@pytest.fixture
def query(engine: AsyncEngine) -> Query:
    async def run(statement: str) -> list[Any]:
        async with engine.connect() as connection:
            return [tuple(row) for row in (await connection.execute(text(statement))).all()]

    return run


async def send(clerk_client: httpx.AsyncClient, message: Any, **more: Any) -> int:
    return (await clerk_client.post("/webhooks/clerk", **signed(message, **more))).status_code


async def test_users_are_made_and_kept_up_to_date(clerk_client: Api, clerk: Clerk, query: Query):
    assert await send(clerk_client, user_message("created")) == 204
    found = "select id, email, name from users"
    assert await query(found) == [("user_ann", "ann@example.org", "Ann Example")]
    later = user_message(at_ms=1_700_000_000_001, last_name="Married", email_addresses=[])
    assert await send(clerk_client, later) == 204
    assert await query(found) == [("user_ann", None, "Ann Married")]
    me = (await clerk_client.get("/api/me", headers=bearer(clerk.token()))).json()
    assert (me["id"], me["name"]) == ("user_ann", "Ann Married")


async def test_an_address_is_that_of_the_user_of_whom_it_was_told_last(
    clerk_client: Api, clerk: Clerk, query: Query
):
    for at, user in ((5, "user_ann"), (9, "user_bob"), (7, "user_cat")):
        message = user_message("created", user, at_ms=1_700_000_000_000 + at)
        assert await send(clerk_client, message) == 204
        me = await clerk_client.get("/api/me", headers=bearer(clerk.token(user)))
        assert me.status_code == 200
    emails = await query("select id, email from users order by id")
    assert emails == [("user_ann", None), ("user_bob", "ann@example.org"), ("user_cat", None)]
    new = bearer(clerk.token("user_dan", email="Ann@Example.org"))
    assert (await clerk_client.get("/api/me", headers=new)).json()["email"] == "ann@example.org"
    assert await query("select id from users where email is not null") == [("user_dan",)]


async def test_one_address_for_many_who_come_at_once_is_one_users(
    clerk_http_client: httpx.AsyncClient, clerk: Clerk, query: Query
):
    came = [
        clerk_http_client.get(
            "/api/me", headers=bearer(clerk.token(f"user_{n}", email="ann@example.org"))
        )
        for n in range(12)
    ]
    assert {answer.status_code for answer in await asyncio.gather(*came)} == {200}
    found = await query("select count(*), count(email) from users")
    assert found == [(12, 1)]


async def test_a_wrong_secret_is_said_plainly_and_logged_with_its_cause(
    clerk_client: Api, caplog: pytest.LogCaptureFixture
):
    body = json.dumps(user_message()).encode()
    cases: dict[str, dict[str, Any]] = {
        "CLERK_WEBHOOK_SECRET": signed(body, secret=OTHER),
        "s ago, by this machine's clock": signed(body, shift=-301),
        "svix-id": {"content": body},
    }
    for words, request in cases.items():
        caplog.clear()
        answer = await clerk_client.post("/webhooks/clerk", **request)
        assert answer.status_code == 401
        assert "webhook secret" in answer.json()["detail"]
        assert [r.levelname for r in caplog.records if words in r.getMessage()] == ["WARNING"]
        assert SECRET not in caplog.text


async def test_forged_messages_are_refused(clerk_client: Api, query: Query):
    body = json.dumps(user_message()).encode()
    good = signed(body)

    def changed(**headers: str | None) -> dict[str, Any]:
        merged = good["headers"] | {name.replace("_", "-"): text for name, text in headers.items()}
        return good | {"headers": {name: text for name, text in merged.items() if text is not None}}

    forged: dict[str, dict[str, Any]] = {
        "another secret": signed(body, secret=OTHER),
        "one space more": good | {"content": body + b" "},
        "one space inside": good | {"content": body.replace(b": ", b":  ", 1)},
        "301 s ago": signed(body, shift=-301),
        "301 s ahead": signed(body, shift=301 + 2),
        "another id": changed(svix_id="msg_other"),
        "an id with a dot": changed(svix_id=f"{good['headers']['svix-id']}.1"),
        "another time": changed(svix_timestamp=str(int(good["headers"]["svix-timestamp"]) + 1)),
        "no time": changed(svix_timestamp="nan"),
        "no signature": changed(svix_signature=None),
        "an empty signature": changed(svix_signature=""),
        "an odd signature": changed(svix_signature="v1"),
        "a signature that is no base64": changed(svix_signature="v1,???"),
        "another version": changed(
            svix_signature=good["headers"]["svix-signature"].replace("v1,", "v2,")
        ),
        "not UTF-8": signed(b'{"type": "user.updated\xff"}'),
        "standard names": {
            "content": body,
            "headers": {
                name.replace("svix", "webhook"): text for name, text in good["headers"].items()
            },
        },
        "two ids": good | {"headers": [*good["headers"].items(), ("svix-id", "msg_2")]},
    }
    for name, request in forged.items():
        answer = await clerk_client.post("/webhooks/clerk", **request)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), name
    assert (
        await clerk_client.post("/webhooks/clerk", **signed(b" " * 5_000_000))
    ).status_code == 413
    for told in (b"[]", b"{", b'{"type": "user.updated"}', b'{"type": 1}', b'{"type": "x\\u0000"}'):
        assert (
            400 <= (await clerk_client.post("/webhooks/clerk", **signed(told))).status_code <= 422
        ), told
    assert await query("select count(*) from users") == [(0,)]
    assert await query("select count(*) from webhook_messages") == [(0,)]


@pytest.mark.parametrize(
    "data",
    [
        {"id": "local"},
        {"id": "user_" + "x" * 300},
        {"at_ms": 10**18},
        {"at_ms": -1},
        {"email_addresses": [{"id": 1}]},
        {"first_name": 7},
    ],
)
async def test_what_is_signed_but_odd_changes_nothing(
    clerk_client: Api, query: Query, data: dict[str, Any]
):
    data = dict(data)
    user = str(data.pop("id", "user_ann"))
    assert await send(clerk_client, user_message(user=user, **data)) == 422
    assert await query("select count(*) from users") == [(0,)]


async def test_an_old_and_a_new_secret_may_sign_together(clerk_client: Api):
    request = signed(user_message(), id="msg_1")
    other = signed(user_message(), id="msg_1", secret=OTHER)["headers"]["svix-signature"]
    request["headers"]["svix-signature"] = f"{other} {request['headers']['svix-signature']}"
    assert (await clerk_client.post("/webhooks/clerk", **request)).status_code == 204


async def test_the_same_message_again_has_no_effect(clerk_client: Api, query: Query):
    message = user_message(at_ms=1_700_000_000_005, first_name="First")
    assert await send(clerk_client, message, id="msg_1") == 204
    same = user_message(at_ms=1_700_000_000_009, first_name="Second")
    for shift in (0, -299):
        assert await send(clerk_client, same, id="msg_1", shift=shift) == 204
    assert (await query("select name from users")) == [("First Example",)]


async def test_the_same_message_many_times_at_once_has_one_effect(
    clerk_http_client: httpx.AsyncClient, query: Query
):
    twice = [
        send(
            clerk_http_client,
            user_message(first_name=str(n), at_ms=1_700_000_000_000 + n),
            id="msg_1",
        )
        for n in range(12)
    ]
    assert set(await asyncio.gather(*twice)) == {204}
    assert await query("select count(*) from webhook_messages") == [(1,)]
    ((name, at),) = await query("select name, extract(epoch from synced_at) from users")
    assert float(at) * 1000 == 1_700_000_000_000 + int(name.split()[0])


async def test_older_news_change_nothing(clerk_client: Api, query: Query):
    for at, name in ((5, "Newest"), (3, "Older"), (5, "Same"), (1, "Oldest")):
        message = user_message(at_ms=1_700_000_000_000 + at, first_name=name)
        assert await send(clerk_client, message) == 204
    assert await query("select name from users") == [("Newest Example",)]


async def create_objects(clerk_client: Api, headers: dict[str, str]) -> tuple[str, str]:
    """Make one thing of each kind; gives the run and the secret of the key."""
    file = {"file": ("p.png", encoded(numbered_pixels((8, 8))))}
    assert (await clerk_client.post("/api/assets", files=file, headers=headers)).status_code == 201
    made = (await clerk_client.post("/api/workflows", json=graph(), headers=headers)).json()
    run = (await clerk_client.post(f"/api/workflows/{made['id']}/runs", headers=headers)).json()
    key = {"name": "x", "scopes": ["read"]}
    secret = (await clerk_client.post("/api/keys", json=key, headers=headers)).json()["secret"]
    return run["id"], secret


async def test_deletion_is_final_and_takes_everything_along(
    clerk_client: Api, clerk: Clerk, query: Query, worker: Callable[[str], Worker]
):
    ann, bob = bearer(clerk.token()), bearer(clerk.token("user_bob"))
    anns_run, anns_secret = await create_objects(clerk_client, ann)
    await create_objects(clerk_client, bob)
    executor = worker(anns_run)
    await executor.claim()  # it is in flight

    assert await send(clerk_client, user_message("deleted")) == 204
    for table in (*ROWS, "assets", "api_keys"):
        owner = "user_id" if table == "workflows" else "owner_id"
        assert set(await query(f"select {owner} from {table}")) == {("user_bob",)}, table
    assert await query("select id from users") == [("user_bob",)]
    with pytest.raises(Exception, match="taken over by another executor"):
        await executor.change()
    for headers in (ann, bearer(anns_secret)):
        answer = await clerk_client.get("/api/workflows", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert (await clerk_client.get("/api/workflows", headers=bob)).status_code == 200

    for late in (user_message("updated", at_ms=1_900_000_000_000), user_message("created")):
        assert await send(clerk_client, late) == 204
    assert await send(clerk_client, user_message("deleted")) == 204
    assert (await clerk_client.get("/api/me", headers=ann)).status_code == 401
    assert await query("select id from users") == [("user_bob",)]


async def test_somebody_deleted_before_they_ever_came_stays_out(
    clerk_client: Api, clerk: Clerk, query: Query
):
    assert await send(clerk_client, user_message("deleted", "user_new")) == 204
    assert (
        await clerk_client.get("/api/me", headers=bearer(clerk.token("user_new")))
    ).status_code == 401
    assert await query("select count(*) from users") == [(0,)]


async def test_coming_and_being_deleted_at_once_ends_deleted(
    clerk_http_client: httpx.AsyncClient, clerk: Clerk, query: Query
):
    for number in range(8):
        user = f"user_r{number}"
        headers = bearer(clerk.token(user))
        came = [
            clerk_http_client.post("/api/workflows", json=graph(), headers=headers)
            for _ in range(4)
        ]
        gone = clerk_http_client.post("/webhooks/clerk", **signed(user_message("deleted", user)))
        *answers, told = await asyncio.gather(*came[:2], *came[2:], gone)
        assert told.status_code == 204
        assert {answer.status_code for answer in answers} <= {201, 401}
        assert (await clerk_http_client.get("/api/me", headers=headers)).status_code == 401
    assert await query("select count(*) from users") == [(0,)]
    assert await query("select count(*) from workflows") == [(0,)]


async def test_messages_of_other_things_are_taken_and_forgotten(clerk_client: Api, query: Query):
    for kind in ("session.created", "user.invited", "email.created"):
        assert await send(clerk_client, {"type": kind, "data": {"id": "x"}}) == 204
    assert await query("select count(*) from users") == [(0,)]


async def test_where_there_are_no_webhooks_there_is_nothing(
    api: Api, clerk: Clerk, settings: Settings
):
    off = clerk.settings(settings).model_copy(update={"clerk_webhook_secret": SecretStr("off")})
    async with AsyncTestClient(create_app(off), base_url=AUTHORIZED_PARTY) as without:
        for client in (api, without):
            answer = await client.post("/webhooks/clerk", **signed(user_message(), secret=SECRET))
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_stream_ends_when_its_user_is_deleted(
    clerk_http_client: httpx.AsyncClient, clerk: Clerk
):
    ann = bearer(clerk.token())
    made = (await clerk_http_client.post("/api/workflows", json=graph(), headers=ann)).json()
    run = (await clerk_http_client.post(f"/api/workflows/{made['id']}/runs", headers=ann)).json()
    path = f"/api/runs/{run['id']}/events"
    async with clerk_http_client.stream("GET", path, headers=ann) as stream:
        lines = stream.aiter_lines()
        assert "retry" in await anext(lines)
        assert await send(clerk_http_client, user_message("deleted")) == 204
        async with asyncio.timeout(10):
            rest = [line async for line in lines]
    assert sum("PENDING" in line for line in rest) <= 1
