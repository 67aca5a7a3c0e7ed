"""Every answer has a request id, a line in the log and a figure; also what no route takes."""

import logging
import re
from typing import Any

import httpx
import pytest

from api.app import create_app
from schemas.settings import Settings
from support.api.client import graph, serving


def access_log(caplog: pytest.LogCaptureFixture) -> list[Any]:
    return [record for record in caplog.records if record.name == "nodeloom.access"]


def api_log(caplog: pytest.LogCaptureFixture) -> str:
    """Everything that was logged, but not by the client of the test."""
    records = [record for record in caplog.records if not record.name.startswith("http")]
    return str([vars(record) for record in records])


@pytest.mark.parametrize("sane", ["abc-123", "a" * 128, "Root=1-67891233:x/y+z.w_v"])
async def test_a_clients_request_id_is_kept(http_client: httpx.AsyncClient, sane: str):
    answer = await http_client.get("/api/workflows", headers={"X-Request-Id": sane})
    assert answer.headers["x-request-id"] == sane


@pytest.mark.parametrize("odd", ["", "a" * 129, "two words", 'quote"d', "semi;colon", "<b>"])
async def test_an_odd_one_is_replaced(http_client: httpx.AsyncClient, odd: str):
    answer = await http_client.get("/api/workflows", headers={"X-Request-Id": odd})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


@pytest.mark.parametrize(
    ("path", "status", "route"),
    [
        ("/api/workflows", 200, "/api/workflows"),
        ("/api/workflows/999", 404, "/api/workflows/{workflow_id}"),
        ("/no/such/thing", 404, "none"),
        ("/api/workflows?cursor=a-secret-cursor", 422, "/api/workflows"),
    ],
)
async def test_each_request_is_one_line_without_its_query(
    http_client: httpx.AsyncClient,
    caplog: pytest.LogCaptureFixture,
    path: str,
    status: int,
    route: str,
):
    with caplog.at_level(logging.INFO):
        answer = await http_client.get(path)
    assert answer.status_code == status
    assert answer.headers["x-request-id"]
    (line,) = access_log(caplog)
    assert (line.status, line.route, line.method) == (status, route, "GET")
    assert line.path == path.partition("?")[0]
    assert line.bytes == len(answer.content)
    assert "a-secret-cursor" not in api_log(caplog)


async def test_bodies_are_in_no_line(
    http_client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.DEBUG):
        (
            await http_client.post("/api/workflows", json=graph(name="Very private"))
        ).raise_for_status()
        await http_client.post("/api/workflows", json={"name": "Very private", "nodes": 3})
        await http_client.post("/api/workflows", content=b'{"name": "Very private')
    assert len(access_log(caplog)) == 3
    assert "Very private" not in api_log(caplog)


async def test_probes_that_succeed_are_quiet(
    http_client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO):
        await http_client.get("/health/live")
    assert not access_log(caplog)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        ("", "203.0.113.9", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1, 10.0.0.0/8", "2001:db8::7, 10.1.2.3", "2001:db8::7"),
        ("10.0.0.0/8", "203.0.113.9", "127.0.0.1"),
        ("127.0.0.1", "not-an-address", "127.0.0.1"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_line_says_who_asked_as_a_trusted_proxy_tells(  # noqa: PLR0917 - a table
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    proxies: str,
    forwarded: str,
    client: str,
    method: str,
):
    behind = settings.model_copy(update={"proxies": proxies})
    async with serving(create_app(behind), behind) as http:
        with caplog.at_level(logging.INFO):
            await http.request(method, "/api/workflows", headers={"X-Forwarded-For": forwarded})
    assert [line.client for line in access_log(caplog)] == [client]


async def test_a_refused_request_is_logged_with_its_reason(
    http_client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO):
        await http_client.get("/api/workflows/999")
    assert "404 workflow_not_found: There is no such workflow for you" in caplog.text
