"""With `record`, on a server of ours and on Prefect's own, which does not have our route."""

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from db.tables import NodeExecution
from flows.prefect.names import WORK_POOL
from local.machine.health import is_healthy
from local.machine.home import prepare_home
from local.machine.ports import find_free_port
from local.machine.process import start_process, wait_until
from local.postgres.server import EmbeddedPostgres
from local.prefect.auth import get_auth_string
from local.prefect.server import asyncpg_url
from support.product.backend import Backend, eventually, graph, node
from support.product.own_backend import backend_of
from support.product.prefect_server import PrefectServer

TOLERANCE_SECONDS = 0.1
CATCH_UP_SECONDS = {"ours": 3.0, "stock": 40.0}
"""After its end a run must be shown; a server without our route is told later, over its public API."""


@dataclass
class StockServer(PrefectServer):
    """`prefect server start`, as somebody runs it who knows nothing of us."""

    def start(self) -> None:
        password = get_auth_string(self.home)
        environment = {
            "PATH": str(Path(sys.executable).parent),
            "HOME": str(self.home),
            "PREFECT_HOME": str(self.home / "stock"),
            "PREFECT_API_URL": self.api_url,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": asyncpg_url(self.database_url),
            "PREFECT_SERVER_API_AUTH_STRING": password or "",
            "PREFECT_API_AUTH_STRING": password or "",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        }
        log = self.home / "logs" / "stock-prefect.log"
        log.parent.mkdir(exist_ok=True)
        program = str(Path(sys.executable).with_name("prefect"))
        command = [program, "server", "start", "--host", "127.0.0.1", "--port", str(self.port)]
        self.part = start_process("prefect", command, log=log, env=environment, cwd=self.home)
        healthy = f"{self.api_url}/health"
        assert wait_until(lambda: is_healthy(healthy), self.part, 180), log.read_text()


@dataclass
class Recording:
    """A back end whose runs are recorded on a server of its own."""

    kind: str
    backend: Backend
    deployment: str


@pytest.fixture(scope="module", params=["ours", "stock"])
def recording(request: pytest.FixtureRequest, cluster: EmbeddedPostgres) -> Iterator[Recording]:
    kind = request.param
    with tempfile.TemporaryDirectory(prefix="nodeloom-prefect-") as folder:
        home = prepare_home(Path(folder) / "home")
        cluster.ensure_database(f"prefect_{kind}")
        server_class = PrefectServer if kind == "ours" else StockServer
        server = server_class(home, find_free_port(), cluster.url(f"prefect_{kind}"))
        server.start()
        try:
            with backend_of(cluster, server, "record", kind) as backend:
                backend.start_recorder(NODELOOM_PREFECT="record")
                yield Recording(kind, backend, make_deployment(backend))
        finally:
            server.stop()


def make_deployment(backend: Backend) -> str:
    """What `prefect deploy` makes."""

    def has_pool() -> bool:
        pools = backend.prefect("/work_pools/filter", limit=10)
        return WORK_POOL in {each["name"] for each in pools}

    eventually(has_pool, 120)
    flow = backend.prefect("/flows/", name="run-workflow")
    made = backend.prefect(
        "/deployments/",
        name="by-hand",
        flow_id=flow["id"],
        work_pool_name=WORK_POOL,
        parameter_openapi_schema={"type": "object", "properties": {}},
    )
    return made["id"]


def document(word: str) -> Any:
    """A node that takes its time and one that fails at first."""
    settings = {"retries": 1, "retryDelaySeconds": 0.2}
    return graph(
        [
            node("slow", "llm", userMessage=f"wait 1.2 say {word}"),
            node("late", "llm", userMessage=f"fail 1 say {word}", settings=settings),
        ]
    )


def flow_run_at_its_end(backend: Backend, id: UUID, seconds: float) -> Any:
    def poll() -> Any:
        found = backend.prefect(f"/flow_runs/{id}")
        return found if found["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED"} else None

    return eventually(poll, seconds)


def apart(told: str, moment: datetime | None) -> float:
    assert moment is not None
    return abs((datetime.fromisoformat(told) - moment).total_seconds())


def assert_shown(recording: Recording, flow_run: Any, rows: dict[str, NodeExecution]) -> None:
    """Its task runs have the times of our rows; with our route so have logs and artifacts."""
    backend, ours = recording.backend, recording.kind == "ours"
    assert flow_run["state_name"] == "Completed"
    tasks = backend.task_runs(UUID(flow_run["id"]), len(rows))
    for row in rows.values():
        task = tasks[row.label]
        assert task["state_name"] == "Completed"
        assert apart(task["start_time"], row.started_at) < TOLERANCE_SECONDS
        assert apart(task["end_time"], row.finished_at) < TOLERANCE_SECONDS
        assert task["run_count"] == (row.attempt if ours else 1)
    body = {"flow_run_id": {"any_": [flow_run["id"]]}}
    lines = backend.prefect("/logs/filter", logs=body, sort="TIMESTAMP_ASC", limit=200)
    assert (len(lines) >= 6) == ours
    found = backend.prefect("/artifacts/filter", artifacts=body, limit=100)
    assert (len(found) >= 2) == ours


def test_a_run_that_was_started_here_is_shown(recording: Recording) -> None:
    backend = recording.backend
    ended = backend.run(document(f"here {recording.kind}"))
    assert ended.run.status == "COMPLETED"
    id = eventually(lambda: backend.read_run(ended.run.id).run.prefect_flow_run_id)
    flow_run = flow_run_at_its_end(backend, id, CATCH_UP_SECONDS[recording.kind])
    assert_shown(recording, flow_run, ended.nodes)
    if recording.kind == "stock":  # whose times of flow runs are those of the telling
        assert flow_run["state"]["message"].startswith("Recorded later: COMPLETED")


def test_a_run_that_was_started_in_prefect_ends_there_soon(recording: Recording) -> None:
    backend = recording.backend
    workflow_id = backend.store(document(f"there {recording.kind}"))
    path = f"/deployments/{recording.deployment}/create_flow_run"
    body = {"parameters": {"workflow_id": workflow_id}, "tags": ["my own"]}
    made = backend.prefect(path, **body)

    def started() -> UUID | None:
        tags = backend.prefect(f"/flow_runs/{made['id']}")["tags"]
        return next((UUID(tag[4:]) for tag in tags if tag.startswith("run:")), None)

    ended = backend.end(eventually(started))
    assert (ended.run.status, ended.run.trigger) == ("COMPLETED", "prefect")
    assert str(ended.run.prefect_flow_run_id) == made["id"]
    seen_at = time.monotonic()
    flow_run = flow_run_at_its_end(backend, UUID(made["id"]), CATCH_UP_SECONDS[recording.kind])
    assert time.monotonic() - seen_at < CATCH_UP_SECONDS[recording.kind]
    assert_shown(recording, flow_run, ended.nodes)
    assert "my own" in flow_run["tags"]


def test_nodes_work_inside_of_tasks_on_any_server(recording: Recording) -> None:
    """What hosts runs needs nothing but Prefect's public API."""
    backend = recording.backend
    for each in backend.workers:
        each.stop()
    backend.start_worker(NODELOOM_PREFECT="tasks")
    ended = backend.run(document(f"hosted {recording.kind}"))
    assert ended.run.status == "COMPLETED"
    id = eventually(lambda: backend.read_run(ended.run.id).run.prefect_flow_run_id)
    flow_run = flow_run_at_its_end(backend, id, 30)
    assert flow_run["state_name"] == "Completed"
    tasks = backend.task_runs(UUID(flow_run["id"]), 2)
    assert {name: each["run_count"] for name, each in tasks.items()} == {"Slow": 1, "Late": 2}
