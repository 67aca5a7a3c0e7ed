"""What hosted runs tell Prefect's server leaves when it can, in batches, and nothing of it is lost."""

import asyncio
import json
import logging
from collections.abc import Generator
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas import TaskRun
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.states import Completed

from flows.prefect.mirror.api import PrefectRunApi
from flows.prefect.records import send_queue
from flows.prefect.records.send_queue import (
    MAX_CHARACTERS,
    MAX_ITEMS,
    SendQueue,
    open_send_queue,
)
from flows.prefect.records.task_events import flow_run_resources, task_run_event
from local.machine.ports import find_free_port
from local.prefect.auth import get_auth_string
from support.product.prefect_server import PrefectServer


@pytest.fixture(autouse=True)
def prefect_settings(prefect_server: PrefectServer) -> Generator[None]:
    password = get_auth_string(prefect_server.home)
    url = prefect_server.api_url
    with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: password}):
        yield


async def make_flow_run(client: PrefectClient) -> Any:
    return await PrefectRunApi(client).create_flow_run(str(uuid4()), "A run", {}, ["nodeloom"])


def ended_task_run(flow_run_id: UUID, name: str) -> TaskRun:
    state = Completed(message="1 character of text")
    moment: Any = state.timestamp  # Prefect has a type of its own for it
    return TaskRun(
        id=uuid4(),
        name=name,
        flow_run_id=flow_run_id,
        task_key="node",
        dynamic_key=str(uuid4()),
        tags=["llm"],
        start_time=moment,
        end_time=moment,
        state=state,
        state_id=state.id,
        state_type=state.type,
        state_name=state.name,
    )


async def names_of_task_runs(client: PrefectClient, flow_run_id: UUID, count: int) -> set[str]:
    found = dict[UUID, TaskRun]()
    for _ in range(150):
        found = await PrefectRunApi(client).list_task_runs(flow_run_id)
        if len(found) >= count:
            break
        await asyncio.sleep(0.2)
    return {each.name for each in found.values()}


def line_of(flow_run_id: UUID, message: str) -> dict[str, Any]:
    return {
        "flow_run_id": str(flow_run_id),
        "name": "prefect.flow_runs",
        "level": 20,
        "timestamp": datetime.now(UTC).isoformat(),
        "message": message,
    }


async def lines_of(client: PrefectClient, flow_run_id: UUID) -> list[str]:
    body = {"logs": {"flow_run_id": {"any_": [str(flow_run_id)]}}, "sort": "TIMESTAMP_ASC"}
    return [
        each["message"] for each in (await client.request("POST", "/logs/filter", json=body)).json()
    ]


async def test_events_and_lines_are_sent_to_the_last_one() -> None:
    async with get_client() as client:
        flow_run = await make_flow_run(client)
        resources = flow_run_resources(flow_run)
        log = logging.getLogger("prefect.task_runs")
        log.setLevel(logging.INFO)
        async with open_send_queue(client) as queue:
            for number in range(250):
                task_run = ended_task_run(flow_run.id, f"node {number}")
                queue.add_event(partial(task_run_event, task_run, None, resources))
                log.info("line %d", number, extra={"flow_run_id": str(flow_run.id)})
        names = await names_of_task_runs(client, flow_run.id, 250)
        assert names == {f"node {number}" for number in range(250)}
        body = {"logs": {"flow_run_id": {"any_": [str(flow_run.id)]}}, "limit": 200, "offset": 200}
        rest = (await client.request("POST", "/logs/filter", json=body)).json()
        assert len(rest) == 50


async def test_what_the_server_refuses_holds_nothing_else_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with get_client() as client:
        flow_run = await make_flow_run(client)
        queue = SendQueue(client)
        for number in range(5):
            task_run = ended_task_run(flow_run.id, f"node {number}")
            queue.add_event(partial(task_run_event, task_run, None, flow_run_resources(flow_run)))
            if number == 2:
                queue.add_event(lambda: {"event": "of nothing"})
        await queue.flush()
        names = await names_of_task_runs(client, flow_run.id, 5)
        assert names == {f"node {number}" for number in range(5)}
    [refused] = [each for each in caplog.messages if "refuses" in each]
    assert "/events" in refused


async def test_what_a_server_that_is_away_does_not_take_is_sent_later(
    caplog: pytest.LogCaptureFixture, prefect_server: PrefectServer
) -> None:
    away = PrefectClient(f"http://127.0.0.1:{find_free_port()}/api")
    async with get_client() as client, away:
        flow_run = await make_flow_run(client)
        queue = SendQueue(away)
        queue.add_event(
            partial(
                task_run_event,
                ended_task_run(flow_run.id, "late"),
                None,
                flow_run_resources(flow_run),
            )
        )
        queue.add_line(line_of(flow_run.id, "later"))
        sender = asyncio.create_task(queue.run())
        for _ in range(300):
            if "told of runs later" in caplog.text:
                break
            await asyncio.sleep(0.1)
        queue._client = client  # pyright: ignore[reportPrivateUsage] - the server is back
        assert await names_of_task_runs(client, flow_run.id, 1) == {"late"}
        await asyncio.sleep(0.5)
        assert await lines_of(client, flow_run.id) == ["later"]
        sender.cancel()
    assert caplog.text.count("told of runs later") == 1
    assert prefect_server.part is not None


async def test_half_a_character_and_what_cannot_be_made_hold_nothing_else_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with get_client() as client:
        flow_run = await make_flow_run(client)
        queue = SendQueue(client)
        for message in ("before", "half \ud83d of it, \0", "after"):
            queue.add_line(line_of(flow_run.id, message))
        queue.add_event(lambda: {"event": object()})
        queue.add_event(
            partial(
                task_run_event,
                ended_task_run(flow_run.id, "sent"),
                None,
                flow_run_resources(flow_run),
            )
        )
        await asyncio.sleep(0)
        await queue.flush()
        assert await names_of_task_runs(client, flow_run.id, 1) == {"sent"}
        assert await lines_of(client, flow_run.id) == ["before", "half � of it, �", "after"]
    assert len([each for each in caplog.messages if "refuses" in each]) == 1


class FailingClient:
    """Answers 500 to whatever holds a word, as a server that cannot store it; to all, while it is away."""

    def __init__(self, word: str = "", *, away: bool = False) -> None:
        self.word = word
        self.away = away
        self.taken: list[str] = []

    async def request(self, method: str, path: str, *, content: bytes, headers: Any) -> None:
        messages = [each["message"] for each in json.loads(content)]
        if self.away or self.word in messages:
            request = httpx.Request(method, f"http://127.0.0.1{path}")
            answer = httpx.Response(500, request=request)
            raise PrefectHTTPStatusError("failed", request=request, response=answer)
        self.taken += messages


async def test_what_makes_a_server_fail_is_left_out_and_one_that_fails_for_all_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(send_queue, "RETRY_SECONDS", 0.01)
    server = FailingClient("poison", away=True)
    queue = SendQueue(cast("PrefectClient", server))
    for number in range(100):
        queue.add_line({"message": "poison" if number == 70 else str(number)})
    sender = asyncio.create_task(queue.run())
    await asyncio.sleep(2)
    assert server.taken == []
    server.away = False
    for _ in range(100):
        if len(server.taken) >= 99:
            break
        await asyncio.sleep(0.1)
    sender.cancel()
    assert server.taken == [str(number) for number in range(100) if number != 70]


async def test_it_holds_a_bounded_number_of_items_and_characters_and_loses_the_oldest() -> None:
    server = FailingClient(away=True)
    queue = SendQueue(cast("PrefectClient", server))
    for number in range(MAX_ITEMS + 10):
        queue.add_line({"message": str(number)})
    await asyncio.sleep(0)
    with pytest.raises(PrefectHTTPStatusError):
        await queue.flush()
    queue.add_line({"message": "newest"})
    await asyncio.sleep(0)
    server.away = False
    await queue.flush()
    assert len(server.taken) == MAX_ITEMS
    assert (server.taken[0], server.taken[-1]) == ("11", "newest")
    for number in range(30):
        queue.add_line({"message": f"{number:02}" + "x" * (MAX_CHARACTERS // 20)})
    await asyncio.sleep(0)
    server.taken.clear()
    await queue.flush()
    assert [each[:2] for each in server.taken] == [str(number) for number in range(11, 30)]
