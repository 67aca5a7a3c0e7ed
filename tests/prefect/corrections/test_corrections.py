"""What somebody has put a flow run into is put right, in whichever order things come. On a real server.

The rounds are called here one by one, with nobody else at work on the database.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas import FlowRun
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.states import Cancelling, Failed, Pending
from sqlalchemy.orm import Session

from db.queue.claims import claim_run, finish_run
from db.queue.recovery import request_cancel
from db.tables import WorkflowRun
from flows.engine.runtime import open_runtime
from flows.maintenance.leader import Leadership
from flows.prefect import states
from flows.prefect.loading import load_prefect
from flows.prefect.mirror import changes, ends, recorder
from flows.prefect.mirror.api import PrefectRunApi
from flows.prefect.mirror.changes import ChangeReader
from flows.prefect.mirror.ends import FlowRunEnds
from flows.prefect.mirror.recorder import Recorder
from flows.prefect.names import recorded_flow_run_id, run_tags
from flows.prefect.records.snapshot import RECORDS_PATH, SEQ_LABEL
from local.prefect.auth import get_auth_string
from schemas.settings import Settings
from schemas.wire.run import RunError, RunStatus
from support.database.rows import complete_nodes, make_run, make_workflow
from support.product.prefect_server import PrefectServer


@pytest.fixture(autouse=True)
def prefect_settings(
    prefect_server: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    for module in (states, ends):  # nobody else tells of the ends of these runs
        monkeypatch.setattr(module, "GRACE_SECONDS", 0.0)
    password = get_auth_string(prefect_server.home)
    url = prefect_server.api_url
    with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: password}):
        yield


@dataclass
class Mirror:
    """The parts of a recorder that leads."""

    client: PrefectClient
    transport: "FailingTransport"
    api: PrefectRunApi
    recorder: Recorder
    ends: FlowRunEnds

    async def read(self, id: UUID) -> FlowRun:
        return await self.client.read_flow_run(id)

    async def state_name(self, id: UUID) -> str | None:
        return (await self.read(id)).state_name

    async def force(self, id: UUID, state: State[Any]) -> None:
        """Put a flow run into a state; wait until an event says so."""
        since = datetime.now(UTC) - timedelta(seconds=1)
        await self.api.set_state(id, state)

        async def is_stored() -> bool:
            found = await self.api.list_changes(since)
            return id in {each.flow_run_id for each in found}

        await until(is_stored)


async def until(poll: Callable[[], Awaitable[Any]], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not await poll():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


class FailingTransport(httpx.AsyncHTTPTransport):
    """A link to a server that is out of order for so many records."""

    failures = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_record = request.url.path.endswith(RECORDS_PATH) and request.content
        if not (is_record and self.failures):
            return await super().handle_async_request(request)
        self.failures -= 1
        return httpx.Response(500, json={}, request=request)


@pytest.fixture
async def mirror(
    database_url: str, home: Any, prefect_server: PrefectServer
) -> AsyncIterator[Mirror]:
    more = {"home": home, "prefect_mode": "record"}
    settings = Settings().model_copy(update=more)
    transport = FailingTransport()
    async with (
        open_runtime(settings, database_url, "test", load_prefect) as runtime,
        get_client(httpx_settings={"transport": transport}) as client,
    ):
        leadership = Leadership(runtime.sessions, "test")
        await leadership.renew()
        made = Recorder(runtime, prefect_server.api_url, client, leadership)
        yield Mirror(client, transport, PrefectRunApi(client), made, FlowRunEnds(runtime, made))
        await leadership.release()


def ended_run(session: Session, status: RunStatus = RunStatus.COMPLETED, **more: Any) -> UUID:
    """A run that was executed and has ended."""
    id = make_run(session, **more)
    session.commit()
    claimed = claim_run(session, id, "executor", 30)
    assert claimed is not None
    complete_nodes(session, claimed)
    error = RunError(code="blocked", message="No.") if status is RunStatus.FAILED else None
    finish_run(session, id, claimed.epoch, status, error)
    session.commit()
    return id


async def test_a_run_that_was_cancelled_before_anybody_had_it_is_cancelled_there(
    mirror: Mirror, session: Session
) -> None:
    """It was started in Prefect, by whoever serves the work pool, and the recorder has nothing to tell."""
    flow_run = await mirror.api.create_flow_run(str(uuid4()), "asked for", {}, [])
    workflow = make_workflow(session)
    id = make_run(session, workflow, trigger="prefect", flow_run_id=flow_run.id)
    session.commit()
    await mirror.client.update_flow_run(flow_run.id, tags=run_tags(workflow.id, id))
    await mirror.client.update_flow_run_labels(flow_run.id, {SEQ_LABEL: 0})
    request_cancel(session, "ann", id)
    session.commit()
    await mirror.api.set_state(flow_run.id, Cancelling())

    await mirror.ends.correct(mirror.api)
    assert await mirror.state_name(flow_run.id) == "Cancelled"


@pytest.mark.parametrize("together", [True, False])
async def test_a_run_that_is_told_of_late_does_not_hide_the_one_that_repeats_it(
    mirror: Mirror, session: Session, *, together: bool
) -> None:
    workflow = make_workflow(session)
    first = ended_run(session, workflow=workflow)
    await mirror.recorder.record([first])
    flow_run_id = recorded_flow_run_id(first)
    assert await mirror.state_name(flow_run_id) == "Completed"
    again: dict[str, Any] = {"workflow": workflow, "trigger": "prefect"}
    second = ended_run(session, RunStatus.FAILED, flow_run_id=flow_run_id, **again)
    batches: Sequence[list[UUID]] = [[second, first]] if together else [[second], [first]]
    for batch in batches:
        await mirror.recorder.record(batch)
    assert f"run:{second}" in (await mirror.read(flow_run_id)).tags
    assert await mirror.state_name(flow_run_id) == "Failed"

    # Nor do tags that name the first one, where those of the second were not written.
    await mirror.client.update_flow_run(flow_run_id, tags=run_tags(workflow.id, first))
    await mirror.force(flow_run_id, Pending())
    await mirror.ends.correct(mirror.api)
    assert await mirror.state_name(flow_run_id) == "Failed"


class HangingApi(PrefectRunApi):
    """A server that answers all but one question."""

    async def list_by_id(self, ids: Sequence[UUID]) -> list[FlowRun]:
        raise httpx.ReadTimeout(f"{len(ids)} flow runs are not given")


async def test_what_a_round_came_to_know_is_not_lost_with_it(
    mirror: Mirror, session: Session
) -> None:
    id = ended_run(session)
    await mirror.recorder.record([id])
    flow_run_id = recorded_flow_run_id(id)
    await mirror.ends.correct(mirror.api)  # it is seen that this shows its end, for the last time
    await mirror.force(flow_run_id, Failed())
    with pytest.raises(httpx.ReadTimeout):
        await mirror.ends.correct(HangingApi(mirror.client))
    await mirror.ends.correct(mirror.api)
    assert await mirror.state_name(flow_run_id) == "Completed"


async def test_what_a_server_out_of_order_refused_is_told_again(
    mirror: Mirror, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "POLL_SECONDS", 0.2)
    id = ended_run(session)
    mirror.transport.failures = 4  # of the batch and of it alone, twice
    recording = asyncio.create_task(mirror.recorder.run())

    async def is_recorded() -> bool:
        session.expire_all()
        return session.get_one(WorkflowRun, id).prefect_flow_run_id is not None

    await until(is_recorded)
    recording.cancel()
    assert mirror.transport.failures == 0
    assert await mirror.state_name(recorded_flow_run_id(id)) == "Completed"


def event(flow_run_id: object, at: datetime) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "occurred": at.isoformat(),
        "event": "prefect.flow-run.Failed",
        "resource": {"prefect.resource.id": f"prefect.flow-run.{flow_run_id}"},
    }


async def test_an_event_that_is_stored_late_is_read_all_the_same(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one of somebody else's, in the form of Prefect's own, holds up none."""
    monkeypatch.setattr(changes, "LATE_SECONDS", 600.0)
    reader, now = ChangeReader(), datetime.now(UTC)
    early, late = uuid4(), uuid4()

    async def send(*events: dict[str, Any]) -> None:
        await mirror.client.request("POST", "/events", json=list(events))

    async def is_read(id: UUID) -> bool:
        return id in [each async for each in reader.read(mirror.api)]

    await send(event("nobody's", now), event(early, now))
    await until(lambda: is_read(early))
    then = now - timedelta(seconds=30)
    await send(event(late, then))

    async def is_stored() -> bool:
        return late in {each.flow_run_id for each in await mirror.api.list_changes(then, then)}

    await until(is_stored)
    monkeypatch.setattr(changes, "LATE_SECONDS", 0.0)
    await until(lambda: is_read(late))
