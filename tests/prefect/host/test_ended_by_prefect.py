"""What Prefect ends by itself, a flow or a task, in a worker of this process: our rows are decided at once."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.utilities.engine import emit_task_run_state_change_event

from flows.process.executor import open_executor
from flows.process.run_hosts import RunHosts
from local.postgres.server import EmbeddedPostgres
from local.prefect.auth import get_auth_string
from schemas.settings import Settings
from support.product.backend import Backend, EndedRun, edge, graph, node
from support.product.own_backend import backend_of
from support.product.prefect_server import PrefectServer


@pytest.fixture(scope="module")
def without_worker(cluster: EmbeddedPostgres, prefect_server: PrefectServer) -> Iterator[Backend]:
    with backend_of(cluster, prefect_server, "tasks", "ended") as backend:
        for each in backend.workers:
            each.stop()
        yield backend


@pytest.fixture(autouse=True)
def prefect_settings(prefect_server: PrefectServer) -> Generator[None]:
    password = get_auth_string(prefect_server.home)
    url = prefect_server.api_url
    with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: password}):
        yield


@asynccontextmanager
async def own_worker(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[None]:
    """A worker in this event loop, which hosts all runs in Prefect."""
    variables = {
        "NODELOOM_HOME": str(backend.home),
        "DATABASE_URL": backend.database_url,
        "PREFECT_API_URL": backend.prefect_api_url,
        "GEMINI_API_KEY": "test",
        "GEMINI_BASE_URL": backend.scripted_model.url,
        "NODELOOM_PREFECT": "tasks",
    }
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    async with open_executor(Settings()) as executor:
        hosts = RunHosts(executor.runtime, executor.startup_finished)
        async with hosts.open():
            running = asyncio.create_task(executor.run(lambda: None, hosts.execute))
            yield
            executor.stop()
            await running


async def until(condition: Any, seconds: float = 20) -> Any:
    """Wait for what another thread's question finds."""
    for _ in range(int(seconds / 0.05)):
        if found := await asyncio.to_thread(condition):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def has_ended(backend: Backend, run_id: UUID) -> EndedRun | None:
    found = backend.read_run(run_id)
    return found if found.run.finished_at else None


def state_of_flow_run(backend: Backend, run_id: UUID) -> Any:
    return backend.prefect(f"/flow_runs/{backend.read_run(run_id).run.prefect_flow_run_id}")[
        "state"
    ]


async def test_a_run_outlives_its_flow(
    without_worker: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect's engine cancels the flow's body, as it does when it cannot renew a lease of its own."""
    backend = without_worker
    slow = "wait 1.5 say it outlived the flow"
    nodes = [node("slow", "llm", userMessage=slow), node("after", "llm")]
    async with own_worker(backend, monkeypatch):
        document = graph(nodes, [edge("slow", "after", "userMessage")])
        run_id = await asyncio.to_thread(backend.start, document)
        await until(lambda: backend.scripted_model.count(slow))
        [flow] = [each for each in asyncio.all_tasks() if each.get_name() == "flow run"]
        flow.cancel()
        ended = await until(lambda: has_ended(backend, run_id))
        assert (ended.run.status, ended.run.epoch, ended.run.recoveries) == ("COMPLETED", 1, 0)
        assert backend.scripted_model.count(slow) == 1
        state = await until(
            lambda: (found := state_of_flow_run(backend, run_id))["type"] == "COMPLETED" and found
        )
        assert state["message"] == "2 of 2 nodes completed"


async def test_the_row_of_a_node_says_that_prefect_has_ended_its_task(
    without_worker: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect's engine raises in its own part, after the task of one node has begun."""
    backend = without_worker

    def crash(task_run: Any, *args: Any, **changes: Any) -> Any:
        if task_run.name.startswith("Doomed"):
            raise SystemError("out of its own")
        return emit_task_run_state_change_event(task_run, *args, **changes)

    monkeypatch.setattr("prefect.task_engine.emit_task_run_state_change_event", crash)
    nodes = [
        node("doomed", "llm", userMessage="say what nobody hears"),
        node("after", "llm"),
        node("beside", "llm", userMessage="say beside it"),
    ]
    async with own_worker(backend, monkeypatch):
        document = graph(nodes, [edge("doomed", "after", "userMessage")])
        run_id = await asyncio.to_thread(backend.start, document)
        ended = await until(lambda: has_ended(backend, run_id))
        assert (ended.run.status, ended.run.epoch) == ("FAILED", 1)
        statuses = {id: row.status for id, row in ended.nodes.items()}
        assert statuses == {"doomed": "FAILED", "after": "SKIPPED", "beside": "COMPLETED"}
        assert ended.nodes["doomed"].error["code"] == "stopped_by_prefect"
        assert "SystemError" in ended.nodes["doomed"].error["message"]
        tasks = await asyncio.to_thread(
            backend.task_runs, ended.run.prefect_flow_run_id or UUID(int=0), 2
        )
        shown = {name: each["state_name"] for name, each in tasks.items()}
        assert shown == {"Doomed": "Crashed", "Beside": "Completed"}
