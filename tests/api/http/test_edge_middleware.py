"""Other pages and other names are kept out; what goes wrong is told the same way everywhere."""

from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from api.app import create_app
from api.auth.identity import check_bind_address
from api.server import bind_socket, socket_url
from schemas.errors import NotConfiguredError, UnavailableError
from schemas.settings import Settings
from support.api.client import ORIGIN, Api, graph


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1", "app.localhost", "127.9.9.9"],
)
async def test_names_of_this_machine_are_answered(api: Api, host: str):
    assert (await api.get("/api/me", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "0.0.0.0",
        "[::2]",
        "",
        "[",
        "localhost@evil.example:80",
    ],
)
async def test_other_names_are_not_answered(api: Api, host: str):
    answer = await api.get("/api/me", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (403, "host_not_allowed")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8000.evil.example"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://["},
    ],
)
async def test_pages_of_other_sites_cannot_change_anything(api: Api, headers: dict[str, str]):
    for method, path in (("POST", "/api/workflows"), ("DELETE", "/api/workflows/1")):
        answer = await api.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
    assert "access-control-allow-origin" not in (await api.get("/api/me", headers=headers)).headers


async def test_our_own_pages_can(api: Api):
    answer = await api.post("/api/workflows", json=graph(), headers={"Origin": ORIGIN})
    assert answer.status_code == 201


@pytest.mark.parametrize("forged", ["X-Forwarded-Host", "Forwarded", "X-Forwarded-For"])
async def test_forwarding_headers_change_nothing(api: Api, forged: str):
    headers = {forged: "evil.example"}
    assert (await api.get("/api/me", headers=headers)).json()["id"] == "local"


async def test_answers_tell_browsers_to_be_strict(api: Api):
    headers = (await api.get("/api/me")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_me_tells_user_and_limits(api: Api):
    me = (await api.get("/api/me")).json()
    assert (me["id"], me["email"], me["auth"]) == ("local", "local@localhost", "local")
    assert me["limits"]["maxNodes"] == 500


async def test_an_unknown_address_and_a_wrong_method_are_told(api: Api):
    unknown = await api.get("/api/nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    wrong = await api.delete("/api/me")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in wrong.headers["allow"]
    for answer in (unknown, wrong):
        body = answer.json()
        assert body.keys() >= {"type", "title", "status", "detail", "code"}
        assert body["status"] == answer.status_code


async def test_what_is_unexpected_is_logged_and_only_its_reference_told(
    api: Api, app: Litestar, caplog: pytest.LogCaptureFixture
):
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret is swordfish")

    app.state.app_state.database.run = broken
    answer = await api.get("/api/workflows")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (500, "internal_error")
    assert "swordfish" not in answer.text
    assert body["reference"] in body["detail"]
    assert body["reference"] in caplog.text
    assert "the secret is swordfish" in caplog.text


async def test_too_many_requests_for_the_pool_may_try_again(api: Api, app: Litestar):
    async def full(*_: object, **__: object) -> None:
        raise PoolTimeoutError("QueuePool limit")

    app.state.app_state.database.run = full
    answer = await api.get("/api/workflows")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_busy")
    assert int(answer.headers["retry-after"]) > 0


async def without_database(settings: Settings, url: str | None) -> AsyncTestClient[Litestar]:
    secret = SecretStr(url) if url else None
    app = create_app(settings.model_copy(update={"database_url": secret}))
    return AsyncTestClient(app, base_url=ORIGIN)


@pytest.fixture
def settings_without_database(tmp_path: Path) -> Settings:
    """Settings of a process whose database is not there."""
    return Settings().model_copy(
        update={"home": tmp_path, "auth": "local", "prefect_api_url": None, "assets": None}
    )


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (None, "database_not_configured"),
        ("postgresql://nobody:secret@127.0.0.1:1/nothing", "database_unavailable"),
    ],
)
async def test_without_a_database_everything_says_so(
    settings_without_database: Settings, url: str | None, code: str
):
    async with await without_database(settings_without_database, url) as api:
        answer = await api.get("/api/workflows")
        assert (answer.status_code, answer.json()["code"]) == (503, code)
        assert answer.headers["retry-after"]
        assert "secret" not in answer.text
        assert (await api.get("/health/live")).json()["status"] == "ok"
        ready = await api.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
        assert [(part["name"], part["ok"]) for part in ready.json()["parts"]] == [
            ("database", False),
            ("assets", True),
        ]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org"])
def test_without_sign_in_only_this_machine_is_served(host: str):
    with pytest.raises(NotConfiguredError, match="SSH tunnel"):
        check_bind_address(Settings().model_copy(update={"auth": "local", "host": host}))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machines_own_addresses_are_served(host: str):
    check_bind_address(Settings().model_copy(update={"auth": "local", "host": host}))


def test_a_taken_port_is_told_plainly():
    with bind_socket("127.0.0.1", 0) as first:
        first.listen()
        port = int(socket_url(first).rsplit(":", 1)[1])
        with pytest.raises(UnavailableError, match=f"port {port}") as caught:
            bind_socket("127.0.0.1", port)
    assert caught.value.code == "port_taken"
