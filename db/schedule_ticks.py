"""The ledger of ticks: what became of each; for executors, which see everybody's schedules."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from db.tables import Installation, Schedule, ScheduleTick, Workflow, WorkflowRun
from db.tables.base import NOW
from schemas.wire.run import RunError
from schemas.wire.schedule import TickOutcome

_WORKFLOW_EXISTS: Final = Workflow.deleted_at.is_(None)
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


def lock_schedule(session: Session, id: UUID) -> Schedule | None:
    """Lock a schedule whose workflow is there; wait for whoever decides about its ticks now."""
    return session.scalar(
        select(Schedule)
        .join(Workflow, Workflow.id == Schedule.workflow_id)
        .where(Schedule.id == id, _WORKFLOW_EXISTS)
        .with_for_update(of=Schedule)
        .execution_options(populate_existing=True)
    )


def lock_next_due(session: Session, before: datetime) -> Schedule | None:
    """Lock the schedule that has been due for longest, of those that were due at this time.

    Those that somebody else decides about are passed by.
    """
    return session.scalar(
        select(Schedule)
        .join(Workflow, Workflow.id == Schedule.workflow_id)
        .where(Schedule.next_at <= before, _WORKFLOW_EXISTS)
        .order_by(Schedule.next_at, Schedule.id)
        .limit(1)
        .with_for_update(of=Schedule, skip_locked=True)
        .execution_options(populate_existing=True)
    )


def lock_next_queued(session: Session) -> tuple[Schedule, ScheduleTick] | None:
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


def find_active_schedules(session: Session) -> list[tuple[Schedule, str]]:
    """Give every schedule whose workflow is there, with the workflow's name."""
    found = session.execute(
        select(Schedule, Workflow.name)
        .join(Workflow, Workflow.id == Schedule.workflow_id)
        .where(_WORKFLOW_EXISTS)
    )
    return [(schedule, name) for schedule, name in found]


def mark_synced(session: Session, id: UUID, revision: int, deployment_id: UUID) -> None:
    """Remember that Prefect's deployment shows this revision; a newer one is still to be told."""
    session.execute(
        update(Schedule)
        .where(Schedule.id == id, Schedule.revision >= revision)
        .values(synced_revision=revision, prefect_deployment_id=deployment_id)
        .execution_options(synchronize_session=False)
    )


def installation_id(session: Session) -> UUID:
    """Give what tells this database from others that use the same Prefect."""
    return session.scalars(select(Installation.id)).one()


def _is_queued(schedule_id: UUID) -> tuple[Any, ...]:
    return (ScheduleTick.schedule_id == schedule_id, ScheduleTick.outcome == "queued")
