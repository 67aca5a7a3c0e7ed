"""Nodes inside of Prefect's task engine: attempts, slots, waits, and what Prefect ends by itself."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.context import AsyncClientContext
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows.engine.outcome import Outcome
from flows.planning.compiled import CompiledVersion
from flows.planning.plan import Step
from flows.prefect.host.compile import WorkflowFlow, compile_workflow
from flows.prefect.host.node_host import SLOT_SECONDS, PrefectHost
from flows.prefect.records.send_queue import MakeEvent, SendQueue
from flows.prefect.records.task_runs import TaskRuns
from local.prefect.auth import get_auth_string
from schemas.errors import NodeError
from schemas.wire.run import NodeStatus, RunError
from support.nodes.graphs import graph, node
from support.product.prefect_server import PrefectServer
from tasks.registry import node_types

DONE = Outcome(NodeStatus.COMPLETED)


class Work:
    """The engine's side of the seam: attempts that go as a list says."""

    model = None

    def __init__(self, step: Step, *attempts: NodeError | None) -> None:
        self.step = step
        self.log: Callable[[str], None] = print
        self.calls: list[str] = []
        self._attempts = list(attempts)

    async def prepare(self) -> Outcome | None:
        return None

    @asynccontextmanager
    async def slots(self) -> AsyncGenerator[None]:
        self.calls.append("slots")
        yield
        self.calls.append("released")

    async def attempt(self) -> Outcome:
        self.calls.append("attempt")
        error = self._attempts.pop(0)
        if error is not None:
            raise error
        return DONE

    def retry_delay(self, error: NodeError) -> float | None:
        return error.retry_after

    @contextmanager
    def waiting(self) -> Generator[None]:
        self.calls.append("wait")
        yield
        self.calls.append("go on")

    def fail(self, error: NodeError) -> Outcome:
        self.calls.append("fail")
        public = RunError(code=error.code, message=error.message)
        return Outcome(NodeStatus.FAILED, error=public)


@pytest.fixture(autouse=True)
def prefect_settings(prefect_server: PrefectServer) -> Generator[None]:
    password = get_auth_string(prefect_server.home)
    url = prefect_server.api_url
    with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: password}):
        yield


@pytest.fixture
def flow() -> WorkflowFlow:
    made = graph(node("a", settings={"retries": 3}))
    version = CompiledVersion.of(made, node_types())
    # Made anew: some tests change its task.
    return compile_workflow.__wrapped__(version, frozenset("a"), "Test", 1)


def step_of(flow: WorkflowFlow) -> Step:
    made = graph(node("a", settings={"retries": len(flow.tasks) * 3}))
    return CompiledVersion.of(made, node_types()).plan(frozenset("a")).steps[0]


class ReadQueue(SendQueue):
    """A queue that also remembers the names of states."""

    def __init__(self, client: PrefectClient, names: list[str]) -> None:
        super().__init__(client)
        self._names = names

    def add_event(self, make: MakeEvent) -> None:
        self._names.append(make()["event"].removeprefix("prefect.task-run."))
        super().add_event(make)


async def run(flow: WorkflowFlow, work: Work, names: list[str] | None = None) -> Outcome:
    """Run a node; `names` gets those of the states that its task run was told to be in."""
    task_runs = TaskRuns(uuid4(), {"a": uuid4()}, ["run:1"], node_types())
    async with AsyncClientContext.get_or_create() as context:
        queue = ReadQueue(context.client, [] if names is None else names)
        outcome = await PrefectHost(flow, task_runs, queue)(work)
        await queue.flush()
        return outcome


def trouble(seconds: float | None) -> NodeError:
    return NodeError("provider_unavailable", "Away.", retryable=True, retry_after=seconds)


async def test_slots_are_held_by_attempts_and_not_between_them(flow: WorkflowFlow) -> None:
    work = Work(step_of(flow), trouble(0.01), trouble(0.01), None)
    names = list[str]()
    assert await run(flow, work, names) is DONE
    again = ["AwaitingRetry", "Retrying"]
    assert names == ["Running", *again, *again, "Completed"]
    once = ["slots", "attempt"]
    assert [each for each in work.calls if each != "released"] == [
        *once, "wait", "go on", *once, "wait", "go on", *once,
    ]  # fmt: skip


async def test_a_further_attempt_that_waits_for_its_slots_is_not_running(
    flow: WorkflowFlow,
) -> None:
    class Crowded(Work):
        @asynccontextmanager
        async def slots(self) -> AsyncGenerator[None]:
            if "attempt" in self.calls:
                await asyncio.sleep(10 * SLOT_SECONDS)
            yield

    work, names = Crowded(step_of(flow), trouble(0.01), None), list[str]()
    assert await run(flow, work, names) is DONE
    waits = ["AwaitingRetry", "AwaitingConcurrencySlot", "Retrying"]
    assert names == ["Running", *waits, "Completed"]


async def test_what_makes_no_sense_to_retry_is_not(flow: WorkflowFlow) -> None:
    work = Work(step_of(flow), trouble(None), None)
    outcome = await run(flow, work)
    assert outcome.error is not None
    assert outcome.error.code == "provider_unavailable"
    assert work.calls.count("attempt") == 1


@pytest.mark.parametrize("crash", [asyncio.CancelledError, SystemError, KeyError])
async def test_a_task_that_prefect_ends_by_itself_fails_its_node(
    flow: WorkflowFlow, crash: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect's engine raises out of its own parts, before the work has begun."""
    work = Work(step_of(flow), None)

    def broken(*_: Any, **__: Any) -> None:
        raise crash

    monkeypatch.setattr("prefect.task_engine.emit_task_run_state_change_event", broken)
    names = list[str]()
    async with asyncio.timeout(10):
        outcome = await run(flow, work, names)
    assert names == ["Crashed"]
    assert outcome.status is NodeStatus.FAILED
    assert outcome.error is not None
    assert outcome.error.code == "stopped_by_prefect"
    assert work.calls == ["slots", "released", "fail"]


@pytest.mark.parametrize("call", ["slots", "wait"])
async def test_a_cancelled_node_stays_cancelled(flow: WorkflowFlow, call: str) -> None:
    """In the middle of an attempt, and while Prefect waits for the next one."""
    reached = asyncio.Event()

    class Calls(list[str]):
        def append(self, each: str) -> None:
            super().append(each)
            if each == call:
                asyncio.get_running_loop().call_later(0.1, reached.set)

    class Hanging(Work):
        async def attempt(self) -> Outcome:
            if call == "slots":
                await asyncio.sleep(30)
            return await super().attempt()

    work = Hanging(step_of(flow), trouble(30.0))
    work.calls = Calls()
    names = list[str]()
    running = asyncio.create_task(run(flow, work, names))
    async with asyncio.timeout(10):
        await reached.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert names[-1] == "Cancelled"
    assert "Crashed" not in names
    assert "fail" not in work.calls
