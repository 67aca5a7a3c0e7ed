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
from db.tables.workflow import WorkflowRun
from flows.schedules.edit import make_schedule
from local.postgres.server import EmbeddedPostgres
from schemas.wire.schedule import ScheduleCreate
from support.alarm_receiver import Receiver, dashboards, receiving
from support.world import OWNER, World, eventually, graph, node

PUBLIC_URL = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def set_up(world: World, receiver: Receiver, deployment: Any) -> World:
    assert deployment
    dashboards(world, "--webhook", receiver.address, "--waits", "10")
    return world


@pytest.fixture
def changing_workers(set_up: World) -> Iterator[None]:
    """Those that are there are stopped by the test; afterwards there is an ordinary one."""
    yield
    for worker in set_up.workers:
        worker.stop()
    set_up.start_worker(NODELOOM_PUBLIC_URL=PUBLIC_URL)


@pytest.fixture
def schedule(set_up: World, cluster: EmbeddedPostgres) -> Iterator[UUID]:
    """One that is due in some seconds and then each minute, planned by Prefect some time ago."""
    workflow = set_up.store(graph([node("hello", "text", text="good morning")]))
    due = datetime.now(UTC) + timedelta(seconds=15)
    timing = {"kind": "interval", "everySeconds": 60, "anchorAt": due.isoformat()}
    wanted = ScheduleCreate.model_validate({"name": "Mornings", "timing": timing})
    with Session(set_up.engine) as session, session.begin():
        id = make_schedule(session, OWNER, workflow, wanted).id
    filtered = {"tags": {"all_": [f"schedule:{id}"]}}
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


def run_of(world: World, **wanted: Any) -> WorkflowRun | None:
    with Session(world.engine, expire_on_commit=False) as session:
        return session.scalar(select(WorkflowRun).filter_by(**wanted))


@pytest.mark.timeout(600)  # Prefect tells of a missing worker after a while
def test_late_schedules_missing_workers_and_full_ones_are_told_of(
    set_up: World,
    deployment: Any,
    schedule: UUID,
    receiver: Receiver,
    changing_workers: None,
) -> None:
    world = set_up
    lost = world.start(graph([node("slow", "llm", userMessage="wait 5 say at last")]))
    shown = eventually(lambda: world.look(lost).run.prefect_flow_run_id)
    for worker in world.workers:
        worker.process.kill()
        worker.stop()
    late = receiver.told("a scheduled run is late", seconds=150)
    assert f"A workflow · Mornings · {str(schedule)[:8]} was due at" in late
    assert "/runs/flow-run/" in late
    gone = receiver.told("no worker", seconds=90)
    assert "nobody serves the work pool nodeloom" in gone
    assert gone.endswith("/work-pools/work-pool/nodeloom")

    world.start_worker(NODELOOM_CONCURRENT_RUNS="1")
    assert world.end(lost, 60).run.status == "COMPLETED"
    caught_up = eventually(lambda: run_of(world, schedule_id=schedule))
    assert world.end(caught_up.id).run.status == "COMPLETED"

    hanging = world.start(graph([node("slow", "llm", userMessage="hang over")]))
    eventually(lambda: world.look(hanging).run.status == "RUNNING")
    workflow_id = world.store(graph([node("hello", "text", text="let me in")]))
    path = f"/deployments/{deployment['id']}/create_flow_run"
    world.prefect(path, parameters={"workflow_id": workflow_id})
    waiting = eventually(lambda: run_of(world, workflow_id=workflow_id))
    told = receiver.told("a run waits", str(waiting.id), seconds=60)
    assert f"A workflow · {str(waiting.id)[:8]} is Pending" in told
    with Session(world.engine) as session, session.begin():
        request_cancel(session, OWNER, hanging)
    assert world.end(waiting.id).run.status == "COMPLETED"
    assert world.prefect(f"/flow_runs/{shown}")["state_name"] == "Crashed"
    kinds = [text.split(":")[1].strip() for text in receiver.heard]
    assert "a run failed" not in kinds  # of the run that the next worker went on with
    assert kinds.count("a scheduled run is late") == 1  # and not of each minute's flow run
