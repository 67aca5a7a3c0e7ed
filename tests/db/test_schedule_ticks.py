"""The rules of ticks with a clock of the test's own: each tick makes one run or none."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from db.postgres.engine import make_sync_engine
from db.postgres.roles import Role
from db.queue.claims import claim_run
from db.queue.pauses import request_pause
from db.queue.recovery import request_cancel
from db.retention import delete_versions
from db.runs import IdempotentRequest
from db.schedule_ticks import (
    add_tick,
    delete_old_ticks,
    hold_deployments,
    hold_schedules,
    lock_schedule,
    next_due,
)
from db.schedules import delete_schedule
from db.tables import Schedule, ScheduleTick, Workflow, WorkflowRun, WorkflowVersion
from db.tables.base import database_time
from db.workflows import NewRevision, delete_workflow, save_workflow
from flows.schedules.edit import make_schedule, update_schedule
from flows.schedules.ticks import (
    NoRun,
    TickRequest,
    decide_due_ticks,
    decide_overdue_tick,
    refuse_overdue_tick,
    refuse_tick,
    resolve_tick,
    start_queued_tick,
)
from schemas.wire.run import RunError
from schemas.wire.schedule import ScheduleCreate, ScheduleUpdate
from support.database.rows import digest, graph, make_workflow

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTES = {"kind": "cron", "cron": "* * * * *"}
Make = Callable[..., Schedule]


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def make(session: Session) -> Make:
    """Makes a schedule that is due every minute, first at noon."""

    def make(workflow: Workflow | None = None, **more: Any) -> Schedule:
        workflow = workflow or make_workflow(session)
        body = {"name": "Each minute", "timing": MINUTES, **more}
        wanted = ScheduleCreate.model_validate(body)
        made = make_schedule(session, workflow.user_id, workflow.id, wanted)
        if made.next_at is not None:
            made.next_at = NOON
        session.commit()
        return made

    return make


def outcomes(session: Session) -> list[str]:
    found = session.scalars(select(ScheduleTick.outcome).order_by(ScheduleTick.due_at))
    return list(found)


def runs(session: Session) -> list[WorkflowRun]:
    query = select(WorkflowRun).order_by(WorkflowRun.due_at)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def end_runs(session: Session) -> None:
    for run in runs(session):
        if not run.status.terminal:
            request_cancel(session, run.owner_id, run.id)
    session.commit()


def catch_up(session: Session, now: datetime) -> None:
    while decide_overdue_tick(session, 0, now):
        session.commit()
    session.commit()


def tick_request(due_at: datetime | None = NOON) -> TickRequest:
    idempotency = IdempotentRequest(f"prefect {uuid4()}", digest("x"))
    return TickRequest(due_at, uuid4(), idempotency)


def test_a_tick_makes_a_run_like_any_other(session: Session, make: Make):
    schedule = make(scope={"kind": "nodes", "nodeIds": ["a"]}, reuse="never")
    catch_up(session, after(0.2))
    (run,) = runs(session)
    assert (run.trigger, run.schedule_id, run.due_at) == ("schedule", schedule.id, NOON)
    assert (run.status, run.late, run.reuse, run.total_nodes) == ("PENDING", False, "never", 1)
    assert outcomes(session) == ["run"]
    session.refresh(schedule)
    assert schedule.next_at == after(1)
    catch_up(session, after(0.9))
    assert len(runs(session)) == 1


def test_a_server_that_was_down_over_three_ticks_makes_one_late_run(session: Session, make: Make):
    make()
    catch_up(session, after(3.5))
    (run,) = runs(session)
    assert (run.due_at, run.late) == (after(3), True)
    assert outcomes(session) == ["coalesced"] * 3 + ["run"]
    ticks = session.scalars(select(ScheduleTick)).all()
    assert {tick.run_id for tick in ticks} == {run.id}
    end_runs(session)
    catch_up(session, after(4.1))
    assert [(each.due_at, each.late) for each in runs(session)][1:] == [(after(4), False)]


def test_what_was_missed_is_left_out_where_the_rule_says_so(session: Session, make: Make):
    make(catchUp="skip")
    catch_up(session, after(3.5))
    assert outcomes(session) == ["skipped_late"] * 3 + ["run"]
    assert [(run.due_at, run.late) for run in runs(session)] == [(after(3), False)]


def test_a_rare_tick_is_caught_up_long_after(session: Session, make: Make):
    schedule = make(timing={"kind": "cron", "cron": "0 12 1 * *"})
    catch_up(session, NOON + timedelta(days=10))
    assert [(run.due_at, run.late) for run in runs(session)] == [(NOON, True)]
    session.refresh(schedule)
    assert schedule.next_at == datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_once_is_over_after_its_run(session: Session, make: Make):
    schedule = make(timing={"kind": "once", "at": "2098-01-01T00:00:00Z"})
    schedule.timing = {"kind": "once", "at": NOON.isoformat()}
    session.commit()
    catch_up(session, after(0.1))
    catch_up(session, after(99))
    assert outcomes(session) == ["run"]
    session.refresh(schedule)
    assert schedule.next_at is None


def test_overlap_skip(session: Session, make: Make):
    make(overlap="skip")
    catch_up(session, after(0))
    catch_up(session, after(1))
    end_runs(session)
    catch_up(session, after(2))
    assert outcomes(session) == ["run", "skipped_overlap", "run"]


@pytest.mark.parametrize("overlap", ["skip", "queue"])
def test_a_paused_run_has_not_ended(session: Session, make: Make, overlap: str):
    make(overlap=overlap)
    catch_up(session, after(0))
    (run,) = runs(session)
    request_pause(session, run.owner_id, run.id)
    session.commit()
    catch_up(session, after(1))
    assert not start_queued_tick(session)
    assert outcomes(session) == ["run", "queued" if overlap == "queue" else "skipped_overlap"]


def test_overlap_allow(session: Session, make: Make):
    make(overlap="allow")
    for minute in range(3):
        catch_up(session, after(minute))
    assert outcomes(session) == ["run"] * 3
    assert len(runs(session)) == 3


def test_overlap_queue_runs_one_after_another(session: Session, make: Make):
    make(overlap="queue")
    for minute in range(3):
        catch_up(session, after(minute))
    assert outcomes(session) == ["run", "queued", "queued"]
    assert not start_queued_tick(session)
    end_runs(session)
    assert start_queued_tick(session)
    session.commit()
    assert not start_queued_tick(session)
    assert outcomes(session) == ["run", "run", "queued"]
    assert [run.due_at for run in runs(session)] == [after(0), after(1)]
    end_runs(session)
    catch_up(session, after(3))  # waits behind the one that came before
    assert outcomes(session)[2:] == ["queued", "queued"]
    for minute in range(4, 20):
        catch_up(session, after(minute))
    assert outcomes(session).count("queued") == 10
    assert outcomes(session)[-1] == "skipped_overlap"


def test_a_pause_is_not_caught_up_and_lets_nothing_wait(session: Session, make: Make):
    schedule = make(overlap="queue")
    for minute in range(2):
        catch_up(session, after(minute))
    update_schedule(session, "ann", schedule.id, ScheduleUpdate(paused=True))
    session.commit()
    catch_up(session, after(9))
    end_runs(session)
    assert not start_queued_tick(session)
    assert outcomes(session) == ["run", "skipped_overlap"]
    update_schedule(session, "ann", schedule.id, ScheduleUpdate(paused=False))
    assert schedule.next_at is not None
    assert schedule.next_at > datetime.now(UTC)


def test_deleting_while_a_run_goes_on_leaves_the_run_alone(session: Session, make: Make):
    schedule = make()
    catch_up(session, after(0))
    (run,) = runs(session)
    assert claim_run(session, run.id, "executor-1", 15)
    session.commit()
    delete_schedule(session, "ann", schedule.id)
    session.commit()
    catch_up(session, after(9))
    (run,) = runs(session)
    assert (run.status, run.schedule_id) == ("RUNNING", schedule.id)
    assert outcomes(session) == []
    late = resolve_tick(session, schedule.id, tick_request())
    assert isinstance(late, NoRun)
    assert late.outcome is None


def test_a_deleted_workflow_has_no_ticks(session: Session, make: Make):
    schedule = make()
    delete_workflow(session, "ann", schedule.workflow_id)
    session.commit()
    catch_up(session, after(9))
    assert runs(session) == []


def test_a_workflow_that_cannot_run_says_so_at_each_tick(session: Session, make: Make):
    workflow = make_workflow(session)
    make(workflow)
    broken = graph("a") | {"nodes": [{**graph("a")["nodes"][0], "type": "crop", "data": {}}]}
    save_workflow(
        session,
        "ann",
        workflow.id,
        NewRevision(
            graph=broken,
            name="x",
            content_sha256=digest("broken"),
        ),
    )
    session.commit()
    catch_up(session, after(0))
    catch_up(session, after(1))
    assert outcomes(session) == ["refused", "refused"]
    error = session.scalars(select(ScheduleTick.error)).first()
    assert error is not None
    assert error["code"] == "invalid_graph"
    assert "needs an image" in error["message"]
    assert runs(session) == []


def test_inputs_are_put_over_the_stored_ones_for_the_run_alone(session: Session, make: Make):
    workflow = make_workflow(session)
    make(workflow, inputs={"a": {"text": "for today"}}, overlap="allow")
    catch_up(session, after(0))
    catch_up(session, after(1))
    first, second = runs(session)
    assert first.version_id == second.version_id != workflow.version_id
    version = session.get_one(WorkflowVersion, first.version_id)
    assert [node["data"]["text"] for node in version.graph["nodes"]] == ["for today", "b"]
    session.refresh(workflow)
    assert [node["data"]["text"] for node in workflow.graph["nodes"]] == ["a", "b"]
    assert delete_versions(session) == 0


def test_inputs_of_a_node_that_is_gone_are_refused_at_the_tick(session: Session, make: Make):
    workflow = make_workflow(session)
    make(workflow, inputs={"b": {"text": "for today"}})
    save_workflow(
        session,
        "ann",
        workflow.id,
        NewRevision(
            graph=graph("a"),
            name="x",
            content_sha256=digest("a"),
        ),
    )
    session.commit()
    catch_up(session, after(0))
    assert outcomes(session) == ["refused"]


def test_prefect_takes_a_tick_once(session: Session, make: Make):
    schedule, now = make(), NOON + timedelta(seconds=3)
    by_prefect = tick_request()
    locked = lock_schedule(session, schedule.id)
    assert locked is not None
    decide_due_ticks(session, locked, now, by_prefect)
    session.commit()
    (run,) = runs(session)
    assert run.prefect_flow_run_id == by_prefect.flow_run_id
    assert resolve_tick(session, schedule.id, by_prefect) == run.id  # asked again
    other = resolve_tick(session, schedule.id, tick_request())
    assert isinstance(other, NoRun)
    assert other.outcome == "run"
    assert str(run.id) in other.message
    catch_up(session, now)
    assert len(runs(session)) == 1


def test_a_late_flow_run_shows_the_run_that_catching_up_made_if_it_still_waits(
    session: Session, make: Make
):
    schedule = make()
    catch_up(session, after(0.5))
    (run,) = runs(session)
    late = tick_request()
    assert resolve_tick(session, schedule.id, late) == run.id
    assert runs(session)[0].prefect_flow_run_id == late.flow_run_id


def test_the_first_flow_run_of_missed_ticks_shows_the_run_that_stands_for_them(
    session: Session, make: Make
):
    schedule = make()
    oldest, newest = tick_request(NOON), tick_request(after(2))
    locked = lock_schedule(session, schedule.id)
    assert locked is not None
    decide_due_ticks(session, locked, after(2.1), oldest)
    session.commit()
    (run,) = runs(session)
    assert (run.due_at, run.prefect_flow_run_id) == (after(2), oldest.flow_run_id)
    assert resolve_tick(session, schedule.id, oldest) == run.id
    for request, outcome in ((newest, "run"), (tick_request(after(1)), "coalesced")):
        other = resolve_tick(session, schedule.id, request)
        assert isinstance(other, NoRun)
        assert other.outcome == outcome


def test_a_flow_run_of_no_tick_shows_no_run(session: Session, make: Make):
    schedule = make()
    catch_up(session, after(0.1))
    nothing = resolve_tick(session, schedule.id, tick_request(NOON - timedelta(minutes=5)))
    assert isinstance(nothing, NoRun)
    assert nothing.outcome is None


def test_ticks_that_prefect_holds_back_are_left_to_it(session: Session, make: Make):
    schedule = make()
    hold_schedules(session, [schedule.id], 30)
    session.commit()
    assert not decide_overdue_tick(session, 10, after(0.5))
    locked = lock_schedule(session, schedule.id)
    assert locked is not None
    decide_due_ticks(session, locked, after(0.5), tick_request())  # who brings it takes it
    assert outcomes(session) == ["run"]
    end_runs(session)

    session.refresh(schedule)
    schedule.next_at, schedule.held_until = after(5), datetime.now(UTC) - timedelta(seconds=1)
    session.commit()
    assert decide_overdue_tick(session, 10, after(5.5))  # Prefect has not been seen since
    hold_schedules(session, [schedule.id], 30)
    session.refresh(schedule)
    schedule.next_at = after(7)
    session.commit()
    assert decide_overdue_tick(session, 0, after(7.5))  # where there is no Prefect any more


def test_a_paused_pool_holds_its_deployments_until_it_is_resumed(session: Session, make: Make):
    one, other = make(overlap="queue"), make(make_workflow(session))
    for schedule in (one, other):
        schedule.prefect_deployment_id = uuid4()
    session.commit()
    assert one.prefect_deployment_id is not None
    hold_schedules(session, [other.id], 30)
    hold_deployments(session, [one.prefect_deployment_id], 86_400)
    session.commit()
    for each in (one, other):
        session.refresh(each)
    assert one.held_until is not None
    assert other.held_until is not None
    assert one.held_until - other.held_until > timedelta(hours=23)
    assert decide_overdue_tick(session, 0, after(0.5))  # a run of each
    assert decide_overdue_tick(session, 0, after(0.5))
    assert decide_overdue_tick(session, 0, after(1.1))
    assert decide_overdue_tick(session, 0, after(1.1))
    end_runs(session)
    assert not start_queued_tick(session)
    hold_deployments(session, [], 86_400)
    session.commit()
    assert start_queued_tick(session)


def test_a_tick_that_somebody_cancelled_makes_no_run(session: Session, make: Make):
    schedule = make()
    reason = RunError(code="cancelled_in_prefect", message="It was cancelled.")
    refuse_tick(session, schedule.id, after(1), reason)  # not the next one
    assert outcomes(session) == []
    refuse_tick(session, schedule.id, NOON, reason)
    refuse_tick(session, schedule.id, NOON, reason)
    session.commit()
    tick = session.get_one(ScheduleTick, (schedule.id, NOON))
    assert (tick.outcome, tick.error) == ("refused", reason.model_dump())
    session.refresh(schedule)
    assert schedule.next_at == after(1)
    catch_up(session, after(1.1))
    assert [run.due_at for run in runs(session)] == [after(1)]


def test_somebody_in_prefect_starts_a_schedule_by_hand(session: Session, make: Make):
    schedule = make(inputs={"a": {"text": "now"}})
    run_id = resolve_tick(session, schedule.id, tick_request(None))
    assert isinstance(run_id, UUID)
    run = session.get_one(WorkflowRun, run_id)
    assert (run.trigger, run.schedule_id) == ("prefect", None)
    assert outcomes(session) == []


def test_a_tick_that_a_defect_of_ours_stops_is_passed_by(session: Session, make: Make):
    schedule = make()
    assert refuse_overdue_tick(session, 0)
    session.refresh(schedule)
    assert schedule.next_at is not None
    assert schedule.next_at > datetime.now(UTC)
    assert outcomes(session) == ["refused"]


def test_ticks_are_forgotten_but_not_those_that_wait(session: Session, make: Make):
    make(overlap="queue")
    for minute in range(3):
        catch_up(session, after(minute))
    session.execute(update(ScheduleTick).values(decided_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert delete_old_ticks(session, 30, 100) == 1
    assert outcomes(session) == ["queued", "queued"]


@pytest.fixture
def engines(database_url: str) -> Iterator[Engine]:
    engine = make_sync_engine(database_url, pool_size=8, role=Role.ENGINE)
    yield engine
    engine.dispose()


def test_whoever_comes_first_two_hundred_schedules_make_one_run_a_tick(
    session: Session, make: Make, engines: Engine
):
    """Eight executors catch up while Prefect brings the same ticks; three minutes, two of them late."""
    workflows = [make_workflow(session, f"user{number}") for number in range(5)]
    schedules = [make(workflows[number % 5], overlap="allow").id for number in range(200)]

    def executor(now: datetime) -> None:
        with Session(engines) as mine:
            catch_up(mine, now)

    def prefect(number: int) -> None:
        with Session(engines) as mine, mine.begin():
            schedule = lock_schedule(mine, schedules[number])
            assert schedule is not None
            decide_due_ticks(mine, schedule, after(0.1), tick_request())

    with ThreadPoolExecutor(8) as pool:
        first = [pool.submit(prefect, number) for number in range(0, 200, 2)]
        first += [pool.submit(executor, after(0.1)) for _ in range(4)]
        for each in first:
            each.result()
        for each in [pool.submit(executor, after(3.5)) for _ in range(4)]:
            each.result()
    many = select(WorkflowRun.schedule_id, WorkflowRun.due_at, func.count()).group_by(
        WorkflowRun.schedule_id, WorkflowRun.due_at
    )
    counted = session.execute(many).all()
    assert {row[2] for row in counted} == {1}
    assert len(counted) == 400
    tally = session.execute(
        select(ScheduleTick.outcome, func.count()).group_by(ScheduleTick.outcome)
    )
    assert {row[0]: row[1] for row in tally} == {"run": 400, "coalesced": 400}


def test_it_is_known_when_the_next_schedule_is_due(session: Session, make: Make) -> None:
    assert next_due(session) == (None, False)
    overdue, later = make(), make(overlap="queue")
    now = database_time(session)
    overdue.next_at, later.next_at = now - timedelta(seconds=30), now + timedelta(seconds=60)
    session.flush()
    due_in, queued = next_due(session)
    assert -31 < (due_in or 0) < -29
    assert not queued
    delete_workflow(session, "ann", overdue.workflow_id)
    assert 58 < (next_due(session)[0] or 0) < 61
    add_tick(session, later, NOON, "queued")
    assert next_due(session)[1]
