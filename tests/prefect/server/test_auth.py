"""Prefect's server asks everybody who they are: on every route, on every websocket."""

import asyncio
import json
import ssl
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from local.machine.home import prepare_home
from local.prefect.auth import get_auth_string, password_file
from local.prefect.server import client_environment, server_environment
from support.product.nodeloom import nodeloom
from support.product.prefect_server import PrefectServer

WEBSOCKETS = (
    "events/in",
    "events/out",
    "logs/out",
    "task_runs/subscriptions/scheduled",
    "work_pools/nodeloom/workers/connect",
)
OPEN = {"/api/health", "/api/ready"}


@pytest.fixture
def auth(home: Path, prefect_server: PrefectServer) -> httpx.BasicAuth:
    return httpx.BasicAuth(*(get_auth_string(home) or "").split(":", 1))


def test_the_password_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    home = prepare_home(tmp_path / "home")
    first = get_auth_string(home, {})
    assert first
    assert len(first) > 30
    assert get_auth_string(home, {}) == first
    assert stat.S_IMODE(password_file(home).stat().st_mode) == 0o600
    client = client_environment(home, "http://127.0.0.1:1/api")
    assert client["PREFECT_API_AUTH_STRING"] == first


def test_it_can_be_switched_off_and_a_users_own_wins(tmp_path: Path) -> None:
    home = prepare_home(tmp_path / "home")

    def asked(**environment: str) -> str | None:
        made = server_environment(home, 4200, "postgresql://a@b/c", environment)
        return made.get("PREFECT_SERVER_API_AUTH_STRING")

    assert asked(NODELOOM_PREFECT_AUTH="off") is None
    assert asked(PREFECT_SERVER_API_AUTH_STRING="me:mine") == "me:mine"
    assert not password_file(home).exists()


def test_what_configures_us_is_not_handed_to_prefect(tmp_path: Path) -> None:
    ours = {"GEMINI_API_KEY": "k", "DATABASE_URL": "d", "CLERK_WEBHOOK_SECRET": "w", "LANG": "C"}
    home = prepare_home(tmp_path / "home")
    made = server_environment(home, 4200, "postgresql://a@b/c", ours)
    assert made["LANG"] == "C"
    assert not {"GEMINI_API_KEY", "DATABASE_URL", "CLERK_WEBHOOK_SECRET"} & set(made)


def test_clients_read_one_certificate_where_nothing_is_encrypted(tmp_path: Path) -> None:
    home = prepare_home(tmp_path / "home")
    for made in (
        client_environment(home, "http://127.0.0.1:1/api"),
        server_environment(home, 4200, "postgresql://a@b/c", {}),
    ):
        tls = ssl.create_default_context(cafile=made["PREFECT_API_SSL_CERT_FILE"])
        assert tls.cert_store_stats()["x509"] == 1
    elsewhere = client_environment(home, "https://prefect.example.org/api")
    assert "PREFECT_API_SSL_CERT_FILE" not in elsewhere


def test_a_redis_makes_a_server_one_of_several(tmp_path: Path) -> None:
    home = prepare_home(tmp_path / "home")
    url = "redis://redis.example.org:6379/0"
    own = {"PREFECT_REDIS_MESSAGING_URL": url, "PREFECT_SERVER_DOCKET_URL": "redis://other/1"}
    made = server_environment(home, 4200, "postgresql://a@b/c", own, services=False)
    assert made["PREFECT_REDIS_MESSAGING_URL"] == url
    assert made["PREFECT_SERVER_EVENTS_MESSAGING_BROKER"] == "prefect_redis.messaging"
    assert made["PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"] == "prefect_redis.lease_storage"
    assert made["PREFECT_SERVER_DOCKET_URL"] == "redis://other/1"  # the user's own wins
    assert made["PREFECT__SERVER_WEBSERVER_ONLY"] == "1"
    alone = server_environment(home, 4200, "postgresql://a@b/c", {})
    assert not any("prefect_redis" in value for value in alone.values())
    assert "PREFECT__SERVER_WEBSERVER_ONLY" not in alone


def test_no_route_answers_who_does_not_say_who_they_are(
    prefect_server: PrefectServer, auth: httpx.BasicAuth
) -> None:
    root = prefect_server.api_url.removesuffix("/api")
    with httpx.Client(base_url=root, timeout=20) as http:
        document = http.get("/api/openapi.json", auth=auth).raise_for_status().json()
        answered = {
            f"{method} {path}": http.request(
                method, f"/api{path.removeprefix('/api')}".replace("{", "").replace("}", "")
            ).status_code
            for path, methods in document["paths"].items()
            for method in methods
        }
        names = ("/api/variables/name/system-health", "/api/variables/name/x/ready", "/api//health")
        sneaky = {name: http.get(name).status_code for name in names}
    assert len(answered) > 150
    let_in = {each for each, status in answered.items() if status not in {401, 404, 405}}
    assert {each.split()[1].removeprefix("/api") for each in let_in} <= {"/health", "/ready"}
    assert set(sneaky.values()) <= {401, 404}


@pytest.mark.parametrize("path", WEBSOCKETS)
async def test_no_websocket_is_open_to_who_does_not_know_the_password(
    prefect_server: PrefectServer, home: Path, path: str
) -> None:
    url = f"{prefect_server.api_url.replace('http', 'ws')}/{path}"

    async def said(token: str | None, subprotocols: Any = ("prefect",)) -> Any:
        try:
            async with connect(url, subprotocols=subprotocols) as socket:
                if subprotocols:
                    await socket.send(json.dumps({"type": "auth", "token": token}))
                return json.loads(await asyncio.wait_for(socket.recv(), 10))
        except (ConnectionClosed, InvalidStatus) as error:
            return type(error)

    assert await said(None, None) in {ConnectionClosed, InvalidStatus} | set(
        ConnectionClosed.__subclasses__()
    )
    for wrong in (None, "", "nodeloom:wrong"):
        assert isinstance(await said(wrong), type)
    assert (await said(get_auth_string(home)))["type"] == "auth_success"


async def test_other_sites_pages_are_told_nothing(
    prefect_server: PrefectServer, auth: httpx.BasicAuth
) -> None:
    async with httpx.AsyncClient(auth=auth, timeout=20) as http:
        url = f"{prefect_server.api_url}/flow_runs/filter"
        for origin in ("https://evil.example", "null", f"{prefect_server.api_url}x"):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            assert (
                "access-control-allow-origin"
                not in (await http.options(url, headers=asked)).headers
            )
            answer = await http.post(url, json={}, headers={"Origin": origin})
            assert "access-control-allow-origin" not in answer.headers
        rebound = {"Host": f"evil.example:{prefect_server.port}"}
        assert (await http.post(url, json={}, headers=rebound)).status_code == 403


@pytest.mark.parametrize("path", ["/", "/dashboard", "/runs/flow-run/1", "/v2/dashboard"])
def test_a_browser_that_was_not_here_is_led_to_a_page_that_explains(
    prefect_server: PrefectServer, home: Path, path: str
) -> None:
    root = prefect_server.api_url.removesuffix("/api")
    with httpx.Client(base_url=root, headers={"accept": "text/html"}) as http:
        led = http.get(path)
        assert (led.status_code, led.headers["location"]) == (302, f"/sign-in?to={path}")
        page = http.get(led.headers["location"])
    assert page.status_code == 200
    assert str(password_file(home)) in page.text
    assert (get_auth_string(home) or "-") not in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_a_wrong_password_of_dashboards_is_said(prefect_server: PrefectServer, home: Path) -> None:
    given = {"PREFECT_API_URL": prefect_server.api_url, "PREFECT_API_AUTH_STRING": "ann:not-it"}
    told = nodeloom("dashboards", "--home", home, **given)
    assert told.returncode == 1
    assert "PREFECT_API_AUTH_STRING" in told.stderr
    assert "not-it" not in told.stderr
    assert "should not have happened" not in told.stderr
