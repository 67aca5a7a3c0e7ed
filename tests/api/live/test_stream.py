"""The live view of a run, over a real connection."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from litestar import Litestar

import api.live.stream
from schemas.wire.run import RunStatus
from support.api.client import Worker, graph, read_events, text_node
from support.database.rows import completed, running

Work = Callable[[str], Worker]


async def start(client: httpx.AsyncClient) -> str:
    stored = await client.post("/api/workflows", json=graph(text_node("a"), text_node("b")))
    run = await client.post(f"/api/workflows/{stored.json()['id']}/runs", json={})
    return run.json()["id"]


async def complete(executor: Worker) -> None:
    await executor.claim()
    for node in "ab":
        await executor.change(running(node))
        await executor.change(completed(node))
    await executor.finish(RunStatus.COMPLETED)


async def read_all(client: httpx.AsyncClient, run_id: str, **headers: str) -> list[dict[str, str]]:
    answer = await client.get(f"/api/runs/{run_id}/events", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    return list(read_events(answer.text))


async def test_every_change_arrives_once_and_in_order_until_the_run_ends(
    http_client: httpx.AsyncClient, worker: Work
):
    run_id = await start(http_client)
    reading = asyncio.create_task(read_all(http_client, run_id))
    await complete(worker(run_id))
    events = await asyncio.wait_for(reading, 20)
    assert [int(event["id"]) for event in events] == list(range(1, len(events) + 1))
    told = [(event["event"], json.loads(event["data"])) for event in events]
    assert [body["status"] for name, body in told if name == "run"] == [
        "PENDING",
        "RUNNING",
        "COMPLETED",
    ]
    nodes = [(body["nodeId"], body["status"]) for name, body in told if name == "node"]
    assert [pair for pair in nodes if pair[1] != "PENDING"] == [
        ("a", "RUNNING"),
        ("a", "COMPLETED"),
        ("b", "RUNNING"),
        ("b", "COMPLETED"),
    ]
    assert {body["runId"] for _, body in told} == {run_id}
    assert told[-1][0] == "run"


async def test_an_interrupted_reader_goes_on_where_it_was(
    http_client: httpx.AsyncClient, worker: Work
):
    run_id = await start(http_client)
    await complete(worker(run_id))
    everything = await read_all(http_client, run_id)
    rest = await read_all(http_client, run_id, **{"Last-Event-ID": everything[1]["id"]})
    assert rest == everything[2:]


async def test_a_reader_who_has_seen_the_end_is_told_to_stay_away(
    http_client: httpx.AsyncClient, worker: Work
):
    run_id = await start(http_client)
    await complete(worker(run_id))
    last = (await read_all(http_client, run_id))[-1]["id"]
    for id in (last, "999999"):
        answer = await http_client.get(f"/api/runs/{run_id}/events", headers={"Last-Event-ID": id})
        assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("id", ["x", "-1", "1e3", "9" * 40, "²"])
async def test_a_strange_last_event_id_starts_from_the_beginning(
    http_client: httpx.AsyncClient, worker: Work, id: str
):
    run_id = await start(http_client)
    await complete(worker(run_id))
    url = f"/api/runs/{run_id}/events"
    answer = await http_client.get(url, headers=[(b"Last-Event-ID", id.encode("latin-1"))])
    assert next(read_events(answer.text))["id"] == "1"


async def test_news_arrive_at_once_and_not_with_the_next_poll(
    http_client: httpx.AsyncClient, worker: Work, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(api.live.stream, "POLL_SECONDS", 60.0)
    run_id = await start(http_client)
    async with asyncio.timeout(20):
        await complete_while_reading(http_client, worker(run_id), run_id)


async def complete_while_reading(client: httpx.AsyncClient, executor: Worker, run_id: str) -> None:
    async with client.stream("GET", f"/api/runs/{run_id}/events") as answer:
        lines = answer.aiter_lines()
        async for line in lines:
            if line.startswith("data: "):
                break
        await complete(executor)
        assert [line async for line in lines if "COMPLETED" in line][-1].count(run_id)


async def test_without_notifications_the_poll_finds_the_news(
    http_client: httpx.AsyncClient, app: Litestar, worker: Work, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(api.live.stream, "POLL_SECONDS", 0.05)
    app.state.app_state.subscriptions.dispatch = ignore_notification
    run_id = await start(http_client)
    reading = asyncio.create_task(read_all(http_client, run_id))
    await complete(worker(run_id))
    assert (await asyncio.wait_for(reading, 20))[-1]["event"] == "run"


def ignore_notification(channel: str, payload: str | None) -> None:
    """Hear nothing."""


async def test_a_quiet_run_sends_comments(
    http_client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(api.live.stream, "HEARTBEAT_SECONDS", 0.0)
    monkeypatch.setattr(api.live.stream, "POLL_SECONDS", 0.05)
    run_id = await start(http_client)
    async with (
        asyncio.timeout(20),
        http_client.stream("GET", f"/api/runs/{run_id}/events") as answer,
    ):
        async for line in answer.aiter_lines():
            if line.startswith(": "):
                break


async def test_a_client_that_leaves_leaves_nothing_behind(
    http_client: httpx.AsyncClient, app: Litestar, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(api.live.stream, "POLL_SECONDS", 0.05)
    subscriptions, run_id = app.state.app_state.subscriptions, await start(http_client)
    async with http_client.stream("GET", f"/api/runs/{run_id}/events") as answer:
        await anext(answer.aiter_lines())
        await wait_until(lambda: len(subscriptions) == 1)
    await wait_until(lambda: len(subscriptions) == 0)
    await wait_until(lambda: app.state.app_state.database.engine.pool.checkedout() == 0)


async def test_an_open_stream_does_not_hold_up_the_end_of_the_process(
    http_client: httpx.AsyncClient, app: Litestar
):
    run_id = await start(http_client)
    async with (
        asyncio.timeout(20),
        http_client.stream("GET", f"/api/runs/{run_id}/events") as answer,
    ):
        lines = answer.aiter_lines()
        await anext(lines)
        app.state.app_state.stop()
        remaining = [line async for line in lines]
    assert not any("COMPLETED" in line for line in remaining)


async def wait_until(true: Callable[[], Any], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def test_a_completed_node_comes_with_its_output_unless_that_is_long(
    http_client: httpx.AsyncClient, worker: Work
):
    run_id = await start(http_client)
    executor = worker(run_id)
    long = "ä" * api.live.stream.MAX_OUTPUT_BYTES
    await executor.claim()
    await executor.change(running("a"), completed("a", {"kind": "text", "text": "short"}))
    await executor.change(running("b"), completed("b", {"kind": "text", "text": long}))
    await executor.finish(RunStatus.COMPLETED)
    told = [json.loads(event["data"]) for event in await read_all(http_client, run_id)]
    ended = {body["nodeId"]: body for body in told if "nodeId" in body and body["at"]}
    assert ended["a"]["output"] == {"kind": "text", "text": "short"}
    assert ended["b"]["output"] is None
    assert all(
        body["output"] is None for body in told if body["status"] == "RUNNING" if "nodeId" in body
    )
    whole = await http_client.get(f"/api/runs/{run_id}/nodes/b")
    assert whole.json()["output"] == {"kind": "text", "text": long}
    assert whole.json()["id"] == ended["b"]["executionId"]
