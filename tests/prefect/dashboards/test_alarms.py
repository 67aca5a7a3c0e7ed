"""The automations of `nodeloom dashboards`, seen firing while workers are gone, or full."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.queue.recovery import request_cancel
from db.schedules import delete_schedule
from db.tables import WorkflowRun
from flows.schedules.edit import make_schedule
from local.postgres.server import EmbeddedPostgres
from schemas.wire.schedule import ScheduleCreate
from support.product.backend import OWNER, Backend, eventually, graph, node
from support.servers.alarm_receiver import Receiver, dashboards, running_receiver

PUBLIC_URL = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def set_up(backend: Backend, receiver: Receiver, deployment: Any) -> Backend:
    assert deployment
    dashboards(backend, "--webhook", receiver.address, "--waits", "10")
    return backend


@pytest.fixture
def changing_workers(set_up: Backend) -> Iterator[None]:
    """Those that are there are stopped by the test; afterwards there is an ordinary one."""
    yield
    for worker in set_up.workers:
        worker.stop()
    set_up.start_worker(NODELOOM_PUBLIC_URL=PUBLIC_URL)


@pytest.fixture
def schedule(set_up: Backend, cluster: EmbeddedPostgres) -> Iterator[UUID]:
    """One that is due in some seconds and then each minute, planned by Prefect some time ago."""
    workflow = set_up.store(graph([node("hello", "text", text="good morning")]))
    due = datetime.now(UTC) + timedelta(seconds=15)
    timing = {"kind": "interval", "everySeconds": 60, "anchorAt": due.isoformat()}
    wanted = ScheduleCreate.model_validate({"name": "Mornings", "timing": timing})
    with Session(set_up.engine) as session, session.begin():
        id = make_schedule(session, OWNER, workflow, wanted).id
    filtered = {"tags": {"all_": [f"workflow:{workflow}", "auto-scheduled"]}}
    planned = eventually(lambda: set_up.prefect("/flow_runs/filter", flow_runs=filtered), 60)
    # Of a flow run that it planned within five minutes Prefect tells a quarter of an hour later.
    with psycopg.connect(cluster.url("prefect")) as connection:
        connection.execute(
            "update flow_run_state set timestamp = timestamp - interval '10 minutes'"
            " where id = any(%s::uuid[])",
            [[each["state_id"] for each in planned]],
        )
    yield id
    with Session(set_up.engine) as session, session.begin():
        delete_schedule(session, OWNER, id)


def run_of(backend: Backend, **wanted: Any) -> WorkflowRun | None:
    with Session(backend.engine, expire_on_commit=False) as session:
        return session.scalar(select(WorkflowRun).filter_by(**wanted))


@pytest.mark.timeout(600)  # Prefect tells of a missing worker after a while
def test_late_schedules_missing_workers_and_full_ones_are_told_of(
    set_up: Backend,
    deployment: Any,
    schedule: UUID,
    receiver: Receiver,
    changing_workers: None,
) -> None:
    backend = set_up
    lost = backend.start(graph([node("slow", "llm", userMessage="wait 5 say at last")]))
    shown = eventually(lambda: backend.read_run(lost).run.prefect_flow_run_id)
    for worker in backend.workers:
        worker.process.kill()
        worker.stop()
    late = receiver.wait_for_message("a scheduled run is late", seconds=150)
    assert "A workflow was due at" in late
    assert "/runs/flow-run/" in late
    gone = receiver.wait_for_message("no worker", seconds=90)
    assert "nobody serves the work pool nodeloom" in gone
    assert gone.endswith("/work-pools/work-pool/nodeloom")

    backend.start_worker(NODELOOM_CONCURRENT_RUNS="1")
    assert backend.end(lost, 60).run.status == "COMPLETED"
    caught_up = eventually(lambda: run_of(backend, schedule_id=schedule))
    assert backend.end(caught_up.id).run.status == "COMPLETED"

    hanging = backend.start(graph([node("slow", "llm", userMessage="hang over")]))
    eventually(lambda: backend.read_run(hanging).run.status == "RUNNING")
    workflow_id = backend.store(graph([node("hello", "text", text="let me in")]))
    path = f"/deployments/{deployment['id']}/create_flow_run"
    backend.prefect(path, parameters={"workflow_id": workflow_id})
    waiting = eventually(lambda: run_of(backend, workflow_id=workflow_id))
    message = receiver.wait_for_message("a run waits", str(waiting.id), seconds=60)
    assert f"A workflow · {str(waiting.id)[:8]} is Pending" in message
    with Session(backend.engine) as session, session.begin():
        request_cancel(session, OWNER, hanging)
    assert backend.end(waiting.id).run.status == "COMPLETED"
    assert backend.prefect(f"/flow_runs/{shown}")["state_name"] in {"Crashed", "Completed"}
    kinds = [text.split(":")[1].strip() for text in receiver.heard]
    assert "a run failed" not in kinds  # of the run that the next worker went on with
    assert kinds.count("a scheduled run is late") == 1  # and not of each minute's flow run
