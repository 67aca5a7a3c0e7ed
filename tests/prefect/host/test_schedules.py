"""Schedules in Prefect: deployments in step with our rows, and ticks that come through them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.schedule_ticks import installation_id
from db.schedules import delete_schedule, get_schedule
from db.tables import Schedule, ScheduleTick, WorkflowRun
from flows.schedules.edit import make_schedule, update_schedule
from schemas.wire.schedule import ScheduleCreate, ScheduleUpdate
from support.product.backend import OWNER, Backend, eventually, graph, node

CRON = {"kind": "cron", "cron": "30 9 * * 1-5", "timeZone": "Europe/Berlin"}


@pytest.fixture
def workflow(backend: Backend) -> int:
    return backend.store(graph([node("hello", "text", text="a secret of mine")]))


@pytest.fixture
def make(backend: Backend, workflow: int) -> Iterator[Callable[..., UUID]]:
    """Makes schedules, and deletes them after the test."""
    made: list[UUID] = []

    def make(**more: Any) -> UUID:
        wanted = ScheduleCreate.model_validate({"name": "Mornings", "timing": CRON} | more)
        with Session(backend.engine) as session, session.begin():
            made.append(make_schedule(session, OWNER, workflow, wanted).id)
        return made[-1]

    yield make
    with Session(backend.engine) as session, session.begin():
        for row in session.scalars(select(Schedule).where(Schedule.id.in_(made))):
            delete_schedule(session, OWNER, row.id)


def change(backend: Backend, id: UUID, **more: Any) -> None:
    with Session(backend.engine) as session, session.begin():
        update_schedule(session, OWNER, id, ScheduleUpdate.model_validate(more))


def deployments(backend: Backend, id: UUID) -> list[Any]:
    tags = {"all_": [f"schedule:{id}"]}
    return backend.prefect("/deployments/filter", deployments={"tags": tags})


def synced(backend: Backend, id: UUID) -> Any:
    """Wait until Prefect shows the latest revision; give the deployment."""

    def poll() -> Any:
        with Session(backend.engine) as session:
            row = get_schedule(session, OWNER, id)
            if row.synced_revision != row.revision:
                return None
            found = deployments(backend, id)
            return found[0] if len(found) == 1 else None

    return eventually(poll, 120)


def test_a_deployment_is_made_changed_and_deleted_in_step(
    backend: Backend, workflow: int, make: Callable[..., UUID]
) -> None:
    id = make(name="Mornings <1/2>")
    found = synced(backend, id)
    assert found["name"] == f"A workflow · Mornings _1_2_ · {str(id)[:8]}"
    with Session(backend.engine) as session:
        own = f"installation:{str(installation_id(session))[:8]}"
    assert set(found["tags"]) == {"nodeloom", own, f"schedule:{id}", f"workflow:{workflow}"}
    assert found["parameters"] == {"schedule_id": str(id)}
    assert found["work_pool_name"] == "nodeloom"
    assert not found["paused"]
    (schedule,) = found["schedules"]
    assert schedule["active"]
    assert schedule["schedule"]["cron"] == "30 9 * * 1,2,3,4,5"
    assert schedule["schedule"]["timezone"] == "Europe/Berlin"
    assert "secret" not in str(found)

    change(backend, id, paused=True)
    assert synced(backend, id)["paused"]
    change(backend, id, paused=False, timing={"kind": "interval", "everySeconds": 3600})
    found = synced(backend, id)
    assert not found["paused"]
    assert found["schedules"][0]["schedule"]["interval"] == 3600
    change(backend, id, timing={"kind": "once", "at": "2031-05-01T09:00:00Z"}, name="Launch")
    found = synced(backend, id)
    assert "Launch" in found["name"]
    planned = backend.prefect(
        "/flow_runs/filter", flow_runs={"deployment_id": {"any_": [found["id"]]}}
    )
    assert len(planned) <= 1  # those of the former times are gone

    with Session(backend.engine) as session, session.begin():
        delete_schedule(session, OWNER, id)
    eventually(lambda: not deployments(backend, id), 120)


def test_a_rhythm_has_a_schedule_for_the_hour_that_comes_twice(
    backend: Backend, make: Callable[..., UUID]
) -> None:
    """And it stays: the deployment is not made anew each half minute."""
    id = make(timing={"kind": "cron", "cron": "*/20 * * * *", "timeZone": "Europe/Berlin"})
    found = {each["slug"]: each["schedule"] for each in synced(backend, id)["schedules"]}
    assert found.pop("schedule")["cron"] == "*/20 * * * *"
    ((slug, again),) = found.items()
    assert slug == "repeated-1"
    assert again["rrule"].endswith("RRULE:FREQ=HOURLY;BYMINUTE=0,20,40;COUNT=3")
    before = deployments(backend, id)[0]["updated"]
    another = make(name="Another")  # wakes who keeps them in step
    synced(backend, another)
    assert deployments(backend, id)[0]["updated"] == before

    change(backend, id, timing={"kind": "cron", "cron": "@daily", "timeZone": "Europe/Berlin"})
    (only,) = synced(backend, id)["schedules"]
    assert only["schedule"]["cron"] == "0 0 * * *"


def test_strays_are_removed_and_what_is_not_ours_is_left_alone(
    backend: Backend, make: Callable[..., UUID]
) -> None:
    id = make()
    ours = synced(backend, id)
    flow = {"flow_id": ours["flow_id"], "parameters": {}}
    own = next(tag for tag in ours["tags"] if tag.startswith("installation:"))
    stray = backend.prefect("/deployments/", name="stray", tags=["nodeloom", own], **flow)
    foreign = backend.prefect(
        "/deployments/", name="foreign", tags=["nodeloom", "installation:other"], **flow
    )
    changed = make(name="Another")  # wakes who keeps them in step
    synced(backend, changed)

    def there(id: str) -> bool:
        try:
            return bool(backend.prefect(f"/deployments/{id}"))
        except httpx.HTTPStatusError:
            return False

    eventually(lambda: not there(stray["id"]), 120)
    assert there(foreign["id"])
    assert there(ours["id"])


def test_a_tick_comes_through_prefect_as_one_flow_run(
    backend: Backend, make: Callable[..., UUID]
) -> None:
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=20)
    timing = {"kind": "interval", "everySeconds": 3600, "anchorAt": due.isoformat()}
    id = make(timing=timing)
    deployment = synced(backend, id)

    def tick() -> ScheduleTick | None:
        with Session(backend.engine, expire_on_commit=False) as session:
            return session.get(ScheduleTick, (id, due))

    taken = eventually(tick, 120)
    assert taken.outcome == "run"
    assert taken.run_id is not None
    ended = backend.end(taken.run_id)
    run = ended.run
    assert (run.status, run.trigger, run.schedule_id, run.late) == (
        "COMPLETED",
        "schedule",
        id,
        False,
    )
    assert run.due_at == due

    def shown() -> Any:
        flow_runs = {"deployment_id": {"any_": [deployment["id"]]}}
        found = backend.prefect("/flow_runs/filter", flow_runs=flow_runs)
        ends = [each for each in found if each["state_type"] == "COMPLETED"]
        return ends[0] if ends else None

    flow_run = eventually(shown, 120)
    assert datetime.fromisoformat(flow_run["expected_start_time"]) == due
    with Session(backend.engine) as session:
        row = session.get_one(WorkflowRun, run.id)
        assert str(row.prefect_flow_run_id) == flow_run["id"]
    assert f"run:{run.id}" in flow_run["tags"]
    assert flow_run["parameters"] == {"schedule_id": str(id)}
