"""A whole back end without the HTTP API: database, Prefect server, workers, provider."""

import itertools
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from assets.folder_store import FolderStore
from db.assets import add_asset
from db.runs import get_executions
from db.tables import NodeExecution, WorkflowRun
from db.users import ensure_user
from db.workflows import NewRevision, create_workflow, save_workflow
from flows.graph.check import read_graph
from flows.graph.content import content_sha256
from flows.runs.preview import preview_run
from flows.runs.start import StartRequest, start_run
from local.machine.process import ChildProcess, start_process, wait_until
from local.prefect.auth import get_auth_string
from local.prefect.server import client_environment
from schemas.values import media_value
from schemas.wire.plan import PlanStepRead
from schemas.wire.run import RunCreate, RunStatus, Scope, ScopeAll
from support.product.processes import polls
from support.servers.scripted_model import ScriptedModel
from tasks.media.probe import inspect_upload

OWNER = "ann"
ALL = ScopeAll(kind="all")
NO_RETRIES = {"retries": 0}
T = TypeVar("T")
_apis = itertools.count()
# One for all: to make one takes 30 ms of processor time, and tests ask again and again. Its
# connections are not used twice, as the server may be ended meanwhile, or just be starting.
_http = httpx.Client(timeout=60, limits=httpx.Limits(max_keepalive_connections=0))


def node(node_id: str, node_type: str, **data: Any) -> dict[str, Any]:
    return {
        "id": node_id,
        "type": node_type,
        "position": {"x": 0, "y": 0},
        "data": {"label": node_id.title(), **data},
    }


def edge(source: str, target: str, handle: str) -> dict[str, Any]:
    return {
        "id": f"{source}->{target}.{handle}",
        "source": source,
        "sourceHandle": "output",
        "target": target,
        "targetHandle": handle,
    }


def graph(nodes: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]] = ()) -> Any:
    return {"name": "A workflow", "nodes": list(nodes), "edges": list(edges)}


def eventually(poll: Callable[[], T | None], seconds: float = 60) -> T:
    """Look until there is something to see."""
    for _ in polls(seconds):
        seen = poll()
        if seen:
            return seen
    raise AssertionError(f"not within {seconds} s")


@dataclass
class EndedRun:
    """A run at its end."""

    run: WorkflowRun
    nodes: dict[str, NodeExecution]

    def status(self, node_id: str) -> str:
        return self.nodes[node_id].status


@dataclass
class Backend:
    """Starts runs and sees what becomes of them."""

    home: Path
    engine: Engine
    database_url: str
    prefect_api_url: str
    scripted_model: ScriptedModel
    workers: list[ChildProcess] = field(default_factory=list[ChildProcess])
    recorders: list[ChildProcess] = field(default_factory=list[ChildProcess])
    api_url: str = ""
    """Of the API that was started last."""

    def start_worker(self, **environment: str) -> ChildProcess:
        """Start `nodeloom worker`; wait until it listens."""
        log = self.home / "logs" / f"worker-{len(self.workers)}.log"
        part = self._start("worker", log, environment)
        self.workers.append(part)
        assert wait_until(lambda: "worker ready" in part.output(), part, 60), log.read_text()
        return part

    def start_recorder(self, **environment: str) -> ChildProcess:
        """Start `nodeloom recorder`; it is stopped with the others."""
        log = self.home / "logs" / f"recorder-{len(self.recorders)}.log"
        part = self._start("recorder", log, environment)
        self.recorders.append(part)
        assert wait_until(lambda: "recorder ready" in part.output(), part, 60), log.read_text()
        return part

    def start_api(self, **environment: str) -> ChildProcess:
        """Start `nodeloom api` on a free port; wait until it answers. The caller stops it."""
        log = self.home / "logs" / f"api-{next(_apis)}.log"
        part = self._start("api", log, {"NODELOOM_PORT": "0", **environment})
        assert wait_until(lambda: "api ready" in part.output(), part, 60), log.read_text()
        self.api_url = part.output().split("api ready ")[1].split()[0]
        return part

    def _start(self, command: str, log: Path, environment: Mapping[str, str]) -> ChildProcess:
        variables = {
            **os.environ,
            **client_environment(self.home, self.prefect_api_url),
            "NODELOOM_HOME": str(self.home),
            "DATABASE_URL": self.database_url,
            "GEMINI_API_KEY": "test",
            "GEMINI_BASE_URL": self.scripted_model.url,
            **environment,
        }
        log.parent.mkdir(exist_ok=True)
        program = str(Path(sys.executable).parent / "nodeloom")
        return start_process(command, [program, command], log=log, env=variables)

    def upload(self, data: bytes) -> UUID:
        """Store a picture or video; give the id of its asset."""
        sha256 = FolderStore(self.home / "assets").put(data)
        asset = media_value(OWNER, sha256, len(data), inspect_upload(data))
        with Session(self.engine) as session, session.begin():
            ensure_user(session, OWNER, f"{OWNER}@example.org")
            return add_asset(session, OWNER, asset).asset_id

    def store(self, document: Any, owner: str = OWNER) -> int:
        read = read_graph(document)
        assert read.graph is not None, read.problems
        with Session(self.engine) as session, session.begin():
            ensure_user(session, owner, f"{owner}@example.org")
            stored = read.graph.document()
            digest = content_sha256(read.graph)
            return create_workflow(session, owner, read.graph.name, stored, digest).id

    def save(self, workflow_id: int, document: Any) -> None:
        read = read_graph(document)
        assert read.graph is not None, read.problems
        with Session(self.engine) as session, session.begin():
            save_workflow(
                session,
                OWNER,
                workflow_id,
                NewRevision(
                    name=read.graph.name,
                    graph=read.graph.document(),
                    content_sha256=content_sha256(read.graph),
                ),
            )

    def start(self, document: Any, owner: str = OWNER) -> UUID:
        return self.start_stored(self.store(document, owner), owner=owner)

    def start_stored(
        self, workflow_id: int, scope: Scope = ALL, reuse: Any = "auto", owner: str = OWNER
    ) -> UUID:
        with Session(self.engine) as session, session.begin():
            request = StartRequest(
                owner_id=owner,
                workflow_id=workflow_id,
                trigger="api",
                run=RunCreate(scope=scope, reuse=reuse),
            )
            return start_run(session, request)

    def plan_stored(
        self, workflow_id: int, scope: Scope = ALL, reuse: Any = "auto"
    ) -> dict[str, PlanStepRead]:
        """What such a run would do with each node, by the node's id."""
        with Session(self.engine) as session:
            plan = preview_run(
                session,
                OWNER,
                workflow_id,
                RunCreate(scope=scope, reuse=reuse),
                store=FolderStore(self.home / "assets"),
                demo=False,
            )
        return {step.node_id: step for step in plan.steps}

    def read_run(self, run_id: UUID) -> EndedRun:
        with Session(self.engine, expire_on_commit=False) as session:
            run = session.get_one(WorkflowRun, run_id)
            nodes = get_executions(session, run.owner_id, run_id)
        return EndedRun(run, {node.node_id: node for node in nodes})

    def end(self, run_id: UUID, seconds: float = 30) -> EndedRun:
        """Wait for the end of a run."""

        def poll() -> EndedRun | None:
            seen = self.read_run(run_id)
            return seen if RunStatus(seen.run.status).terminal else None

        return eventually(poll, seconds)

    def run(self, document: Any) -> EndedRun:
        return self.end(self.start(document))

    def run_stored(self, workflow_id: int, scope: Scope = ALL, reuse: Any = "auto") -> EndedRun:
        return self.end(self.start_stored(workflow_id, scope, reuse))

    def prefect(self, path: str, **body: Any) -> Any:
        """POST to Prefect's API; without a body, GET."""
        return self.send_prefect("POST" if body else "GET", path, **body)

    def send_prefect(self, method: str, path: str, **body: Any) -> Any:
        """Ask Prefect's API for something; give its answer, if there is one."""
        auth = httpx.BasicAuth(*(get_auth_string(self.home) or ":").split(":", 1))
        url = f"{self.prefect_api_url}{path}"
        answer = _http.request(method, url, auth=auth, json=body or None)
        return answer.raise_for_status().json() if answer.content else None

    def task_runs(self, flow_run_id: UUID, count: int) -> dict[str, Any]:
        """Wait until Prefect has recorded the end of so many task runs; give them by name."""

        def poll() -> dict[str, Any] | None:
            found = self.prefect(
                "/task_runs/filter", flow_runs={"id": {"any_": [str(flow_run_id)]}}, limit=200
            )
            ended = [each for each in found if each["end_time"]]
            named = {each["name"].split(" · ")[0]: each for each in ended}  # without the model
            return named if len(ended) >= count else None

        return eventually(poll)

    def close(self) -> None:
        for process in (*self.workers, *self.recorders):
            process.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def fail_in_deployment(backend: Backend, message: str) -> tuple[EndedRun, UUID]:
    """Have a run fail, by the first answer, whose flow run belongs to the standing deployment.

    Workers look for that twice a minute.
    """
    for number in range(40):
        flaky = node("flaky", "llm", userMessage=f"fail 1 {message} {number}", settings=NO_RETRIES)
        failed = backend.run(graph([flaky]))
        assert failed.run.status == "FAILED"
        shown = eventually(lambda id=failed.run.id: backend.read_run(id).run.prefect_flow_run_id)
        if backend.prefect(f"/flow_runs/{shown}")["deployment_id"]:
            return failed, shown
        time.sleep(2)
    raise AssertionError("no flow run belongs to the deployment")
