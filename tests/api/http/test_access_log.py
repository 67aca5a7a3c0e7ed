"""Every answer has a request id, a line in the log and a figure; also what no route takes."""

import logging
import re
from typing import Any

import httpx
import pytest

from support.api.client import graph


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
