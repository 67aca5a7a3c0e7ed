"""The ledger of ticks: what became of each; for executors, which see everybody's schedules."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, or_, select, text, true, tuple_, update
from sqlalchemy.orm import Session

from db.tables import Installation, Schedule, ScheduleTick, Workflow, WorkflowRun
from db.tables.base import NOW
from schemas.wire.run import RunError
from schemas.wire.schedule import TickOutcome

HELD_SECONDS: Final = 30.0
"""So long ticks are left to Prefect after it was seen to hold them back; it may go away meanwhile."""
_WORKFLOW_EXISTS: Final = Workflow.deleted_at.is_(None)
_NOT_HELD: Final = or_(Schedule.held_until.is_(None), Schedule.held_until <= func.now())
_NEXT_DUE: Final = text("""
    select exists (select from schedule_ticks where outcome = 'queued') as queued, (
      select extract(epoch from s.next_at - clock_timestamp())::float8
      from schedules s join workflows w on w.id = s.workflow_id
      where s.next_at is not null and w.deleted_at is null
      order by s.next_at limit 1) as due_in
""")
_DELETE_OLD: Final = text("""
    with picked as materialized (
      select schedule_id, due_at from schedule_ticks
      where decided_at < clock_timestamp() - make_interval(days => :days) and outcome <> 'queued'
      order by decided_at limit :limit for update skip locked
    )
    delete from schedule_ticks where (schedule_id, due_at) in (
      select schedule_id, due_at from picked)
    returning due_at
""")


@dataclass(frozen=True)
class ScheduledWorkflow:
    """A workflow with schedules, the oldest of them first."""

    id: int
    name: str
    revision: int
    schedules: tuple[Schedule, ...]


def next_due(session: Session) -> tuple[float | None, bool]:
    """Give in how many seconds the next schedule is due, if one is, and whether a tick waits for a run to end."""
    queued, due_in = session.execute(_NEXT_DUE).one()
    return due_in, queued


def lock_schedule(session: Session, id: UUID) -> Schedule | None:
    """Lock a schedule whose workflow is there; wait for whoever decides about its ticks now."""
    return session.scalar(
        select(Schedule)
        .join(Workflow, Workflow.id == Schedule.workflow_id)
        .where(Schedule.id == id, _WORKFLOW_EXISTS)
        .with_for_update(of=Schedule)
        .execution_options(populate_existing=True)
    )


def lock_next_due(
    session: Session, before: datetime, *, also_held: bool = False
) -> Schedule | None:
    """Lock the schedule that has been due for longest, of those that were due at this time.

    Those that somebody else decides about, or that Prefect holds back, are passed by.
    """
    return session.scalar(
        select(Schedule)
        .join(Workflow, Workflow.id == Schedule.workflow_id)
        .where(Schedule.next_at <= before, _WORKFLOW_EXISTS)
        .where(*(() if also_held else (_NOT_HELD,)))
        .order_by(Schedule.next_at, Schedule.id)
        .limit(1)
        .with_for_update(of=Schedule, skip_locked=True)
        .execution_options(populate_existing=True)
    )


def lock_next_queued(
    session: Session, *, also_held: bool = False
) -> tuple[Schedule, ScheduleTick] | None:
    """Lock a schedule with a tick that waits, and none of whose runs goes on; give both."""
    open_run = select(WorkflowRun.id).where(
        WorkflowRun.schedule_id == Schedule.id, WorkflowRun.finished_at.is_(None)
    )
    found = session.execute(
        select(Schedule, ScheduleTick)
        .join(ScheduleTick, ScheduleTick.schedule_id == Schedule.id)
        .join(Workflow, Workflow.id == Schedule.workflow_id)
        .where(
            ScheduleTick.outcome == "queued", ~Schedule.paused, _WORKFLOW_EXISTS, ~open_run.exists()
        )
        .where(*(() if also_held else (_NOT_HELD,)))
        .order_by(ScheduleTick.due_at)
        .limit(1)
        .with_for_update(of=(Schedule, ScheduleTick), skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return (found[0], found[1]) if found else None


def find_tick(session: Session, schedule_id: UUID, due_at: datetime) -> ScheduleTick | None:
    """Give what became of a tick, if that was decided."""
    return session.get(ScheduleTick, (schedule_id, due_at), populate_existing=True)


def add_tick(
    session: Session,
    schedule: Schedule,
    due_at: datetime,
    outcome: TickOutcome,
    *,
    run_id: UUID | None = None,
    late: bool = False,
    error: RunError | None = None,
) -> None:
    """Write down what became of a tick; the schedule is locked, and nobody decided it before."""
    session.add(
        ScheduleTick(
            schedule_id=schedule.id,
            owner_id=schedule.owner_id,
            due_at=due_at,
            outcome=outcome,
            run_id=run_id,
            late=late,
            error=error and error.model_dump(mode="json"),
        )
    )
    session.flush()


def has_open_run(session: Session, schedule_id: UUID) -> bool:
    """Whether a run of the schedule has not ended yet."""
    return (
        session.scalar(
            select(WorkflowRun.id)
            .where(WorkflowRun.schedule_id == schedule_id, WorkflowRun.finished_at.is_(None))
            .limit(1)
        )
        is not None
    )


def count_queued_ticks(session: Session, schedule_id: UUID) -> int:
    """Count the ticks that wait for an earlier run to end."""
    return session.scalar(select(func.count()).where(*_is_queued(schedule_id))) or 0


def skip_queued_ticks(session: Session, schedule_id: UUID) -> None:
    """Let no tick wait any more: the schedule is being paused."""
    session.execute(
        update(ScheduleTick)
        .where(*_is_queued(schedule_id))
        .values(outcome="skipped_overlap", decided_at=NOW)
        .execution_options(synchronize_session=False)
    )


def delete_old_ticks(session: Session, days: int, limit: int) -> int:
    """Delete what became of ticks so long ago; give how many rows went."""
    return len(session.execute(_DELETE_OLD, {"days": days, "limit": limit}).all())


def find_scheduled_workflows(session: Session) -> list[ScheduledWorkflow]:
    """Give every workflow that is there and has schedules."""
    found = session.execute(
        select(Schedule, Workflow.name, Workflow.revision)
        .join(Workflow, Workflow.id == Schedule.workflow_id)
        .where(_WORKFLOW_EXISTS)
        .order_by(Schedule.workflow_id, Schedule.created_at, Schedule.id)
    )
    return [
        ScheduledWorkflow(id, name, revision, tuple(row[0] for row in rows))
        for (id, name, revision), rows in groupby(
            found, lambda row: (row[0].workflow_id, row[1], row[2])
        )
    ]


def mark_synced(
    session: Session, id: UUID, revision: int, deployment_id: UUID, *, paused: bool
) -> None:
    """Remember that Prefect's deployment shows this revision; a newer one is still to be told."""
    session.execute(
        update(Schedule)
        .where(Schedule.id == id, Schedule.revision >= revision)
        .values(synced_revision=revision, synced_paused=paused, prefect_deployment_id=deployment_id)
        .execution_options(synchronize_session=False)
    )


def find_due_schedules(
    session: Session,
    seconds: float,
    limit: int,
    *,
    after: Schedule | None = None,
    besides: Collection[UUID] = (),
) -> list[Schedule]:
    """Give deployed schedules with a tick that is due or will be within so long, the longest first.

    Those behind another one, if there is one; not those of the deployments `besides`, nor those
    that were held back a moment ago.
    """
    held = Schedule.held_until.between(
        func.now() + timedelta(seconds=HELD_SECONDS / 2), func.now() + timedelta(minutes=1)
    )
    place = tuple_(Schedule.next_at, Schedule.id)
    return list(
        session.scalars(
            select(Schedule)
            .where(Schedule.next_at <= func.now() + timedelta(seconds=seconds))
            .where(Schedule.prefect_deployment_id.is_not(None))
            .where(Schedule.prefect_deployment_id.not_in(besides))
            .where(Schedule.held_until.is_(None) | ~held)
            .where(true() if after is None else place > (after.next_at, after.id))
            .order_by(Schedule.next_at, Schedule.id)
            .limit(limit)
        )
    )


def hold_schedules(session: Session, ids: Collection[UUID], seconds: float = HELD_SECONDS) -> None:
    """Leave the ticks of these schedules to Prefect for so long, which holds them back."""
    session.execute(
        update(Schedule)
        .where(Schedule.id.in_(ids))
        .where(_NOT_HELD | (Schedule.held_until < func.now() + timedelta(seconds=seconds / 2)))
        .values(held_until=func.now() + timedelta(seconds=seconds))
        .execution_options(synchronize_session=False)
    )


def hold_deployments(session: Session, ids: Collection[UUID], seconds: float) -> None:
    """Hold back the schedules of these deployments, and no others for longer than a minute."""
    paused = Schedule.prefect_deployment_id.in_(ids)
    soon = func.now() + timedelta(seconds=seconds / 2)
    for whose, until in (
        (paused & (_NOT_HELD | (Schedule.held_until < soon)), timedelta(seconds=seconds)),
        (~paused & (Schedule.held_until > func.now() + timedelta(minutes=1)), timedelta()),
    ):
        session.execute(
            update(Schedule)
            .where(whose)
            .values(held_until=func.now() + until)
            .execution_options(synchronize_session=False)
        )


def installation_id(session: Session) -> UUID:
    """Give what tells this database from others that use the same Prefect."""
    return session.scalars(select(Installation.id)).one()


def _is_queued(schedule_id: UUID) -> tuple[Any, ...]:
    return (ScheduleTick.schedule_id == schedule_id, ScheduleTick.outcome == "queued")
