"""Ticks that Prefect brings, holds back or has cancelled, beside executors that catch up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db.postgres.engine import make_sync_engine
from db.postgres.roles import Role
from db.schedule_ticks import (
    find_due_schedules,
    hold_deployments,
    hold_schedules,
    lock_schedule,
)
from db.tables import ScheduleTick, WorkflowRun
from db.tables.base import database_time
from flows.schedules.ticks import (
    NoRun,
    decide_due_ticks,
    decide_overdue_tick,
    refuse_tick,
    resolve_tick,
    start_queued_tick,
)
from schemas.wire.run import RunError
from support.database.rows import make_workflow
from support.database.ticks import (
    NOON,
    Make,
    after,
    catch_up,
    end_runs,
    outcomes,
    runs,
    tick_request,
)


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


def test_a_tick_that_prefect_brings_a_moment_too_early_is_taken(session: Session, make: Make):
    """It rounds the time that is left to a second, and its clock may be ahead of the database's."""
    due = database_time(session).replace(microsecond=0) + timedelta(seconds=4)
    timing = {"kind": "interval", "everySeconds": 3600, "anchorAt": due.isoformat()}
    schedule = make(timing=timing)
    schedule.next_at = due
    session.commit()
    run_id = resolve_tick(session, schedule.id, tick_request(due))
    assert isinstance(run_id, UUID)
    assert [(run.id, run.due_at, run.late) for run in runs(session)] == [(run_id, due, False)]
    session.refresh(schedule)
    assert schedule.next_at == due + timedelta(hours=1)
    far = resolve_tick(session, schedule.id, tick_request(schedule.next_at))
    assert isinstance(far, NoRun)
    assert far.outcome is None


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


def test_schedules_that_are_held_are_passed_by_and_others_are_found_in_pages(
    session: Session, make: Make
):
    schedules = [make(make_workflow(session)) for _ in range(5)]
    due_at = datetime.now(UTC) - timedelta(minutes=1)
    for schedule in schedules:
        schedule.prefect_deployment_id, schedule.next_at = uuid4(), due_at
    session.commit()
    held, paused, *others = sorted(schedules, key=lambda each: each.id)
    hold_schedules(session, [held.id])
    session.commit()
    assert paused.prefect_deployment_id is not None
    find = partial(find_due_schedules, session, 0, 2, besides=[paused.prefect_deployment_id])
    first = find()
    assert [each.id for each in first + find(after=first[-1])] == [each.id for each in others]
    make()  # not in Prefect
    held.held_until = datetime.now(UTC) + timedelta(seconds=5)  # so that it is held on
    session.commit()
    assert {each.id for each in find_due_schedules(session, 0, 10)} == {
        each.id for each in schedules
    }
