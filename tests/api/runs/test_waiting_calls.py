"""Calls that wait for the end of their run: `Prefer: wait=SECONDS`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from litestar import Litestar

from api.live.prefer import MAX_WAIT_SECONDS, parse_wait
from api.state.app_state import AppState
from schemas.errors import InvalidInputError
from schemas.wire.run import RunStatus
from support.api.client import Worker, graph
from support.database.rows import completed, running

Workers = Callable[[str], Worker]


@pytest.fixture
def app_state(app: Litestar) -> AppState:
    return app.state.app_state


async def until(condition: Callable[[], Any]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it does not come about")


async def runs_url(client: httpx.AsyncClient) -> str:
    stored = await client.post("/api/workflows", json=graph())
    return f"/api/workflows/{stored.json()['id']}/runs"


def waiting_call(
    client: httpx.AsyncClient, url: str, wait: str, **more: Any
) -> Awaitable[httpx.Response]:
    headers = {"Prefer": wait} | more.pop("headers", {})
    return asyncio.create_task(client.post(url, json={}, headers=headers, timeout=60, **more))


async def only_run(client: httpx.AsyncClient) -> str:
    for _ in range(500):
        if found := (await client.get("/api/runs")).json()["items"]:
            return found[0]["id"]
        await asyncio.sleep(0.02)
    pytest.fail("no run was started")


async def complete(executor: Worker) -> None:
    await executor.claim()
    await executor.change(running("a"), completed("a"))
    await executor.finish(RunStatus.COMPLETED)


def test_preferences_are_read() -> None:
    for text, seconds in {
        "wait=10": 10,
        'respond-async, WAIT="7"; x=y': 7,
        "wait = 0": 0,
        "wait=999999": MAX_WAIT_SECONDS,
        "respond-async, waiting=3": None,
        "": None,
    }.items():
        assert parse_wait(text) == seconds, text
    for text in ("wait=", "wait=soon", "wait=-1", "wait=1.5", "wait=٣", "wait=" + "9" * 900):
        with pytest.raises(InvalidInputError) as caught:
            parse_wait(text)
        assert caught.value.code == "prefer_invalid"


async def test_the_answer_comes_with_the_end_of_the_run(
    http_client: httpx.AsyncClient, worker: Workers, app_state: AppState
) -> None:
    url = await runs_url(http_client)
    calls = [
        waiting_call(http_client, url, "wait=40", headers={"Idempotency-Key": "k"})
        for _ in range(9)
    ]
    id = await only_run(http_client)
    await until(lambda: len(app_state.subscriptions) == 9)
    # More than a user has turns, and than there are connections to wait for.
    assert app_state.database.engine.pool.checkedout() == 0  # pyright: ignore[reportAttributeAccessIssue]
    assert not app_state.turns._queues
    await asyncio.sleep(7)  # longer than requests wait for anything else
    assert (await http_client.get("/api/runs")).is_success
    await complete(worker(id))
    for call in calls:
        answer = await call
        assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETED"), answer.text
        assert answer.json()["id"] == id
        assert answer.headers["preference-applied"] == "wait=40"
        assert answer.headers["location"] == f"/api/runs/{id}"
    assert len(app_state.subscriptions) == 0
    again = await waiting_call(http_client, url, "wait=40", headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.json()["id"]) == (200, id)


async def test_when_the_time_is_over_the_run_goes_on(http_client: httpx.AsyncClient) -> None:
    url = await runs_url(http_client)
    answer = await waiting_call(http_client, url, "wait=1")
    assert (answer.status_code, answer.json()["status"]) == (202, "PENDING")
    assert answer.headers["preference-applied"] == "wait=1"
    plain = await http_client.post(url, json={})
    assert plain.status_code == 202
    assert "preference-applied" not in plain.headers
    refused = await waiting_call(http_client, url, "wait=long")
    assert (refused.status_code, refused.json()["code"]) == (422, "prefer_invalid")


async def test_a_client_that_goes_away_leaves_nothing_waiting(
    http_client: httpx.AsyncClient, app_state: AppState
) -> None:
    url = await runs_url(http_client)
    with pytest.raises(httpx.ReadTimeout):
        await http_client.post(url, json={}, headers={"Prefer": "wait=120"}, timeout=1.5)
    await until(lambda: len(app_state.subscriptions) == 0)
    assert (await http_client.get("/api/runs")).json()["items"][0]["status"] == "PENDING"


async def test_a_process_that_stops_answers_at_once(
    http_client: httpx.AsyncClient, app_state: AppState
) -> None:
    call = waiting_call(http_client, await runs_url(http_client), "wait=120")
    await until(lambda: len(app_state.subscriptions) == 1)
    app_state.stop()
    answer = await asyncio.wait_for(call, 20)
    assert (answer.status_code, answer.json()["status"]) == (202, "PENDING")
