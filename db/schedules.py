"""Schedules: made, changed, listed and deleted by their owners."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from db.ownership import delete_for_owner, schedule_not_found, workflow_not_found
from db.postgres.pagination import Page, decode_cursor, paginate_desc, to_page
from db.tables import Schedule, ScheduleTick, Workflow
from db.tables.base import IDS_PARAMETER, database_time
from schemas.errors import ConflictError

MAX_PER_WORKFLOW: Final = 50
MAX_PER_USER: Final = 500
SCHEDULES_CHANNEL: Final = "nodeloom_schedules"
"""Where it is notified that Prefect has something to hear about schedules."""
_LATEST_TICKS: Final = text("""
    select last.* from unnest(:ids) as wanted (id) cross join lateral (
      select * from schedule_ticks t where t.schedule_id = wanted.id and t.owner_id = :owner_id
      order by t.due_at desc limit 1
    ) as last
""").bindparams(IDS_PARAMETER)


def create_schedule(
    session: Session, owner_id: str, workflow_id: int, values: Mapping[str, Any]
) -> Schedule:
    """Make a schedule of a workflow; `values` are its columns.

    Raises:
        NotFoundError: the user has no such workflow.
        ConflictError: `too_many_schedules`.
    """
    _lock_workflow(session, owner_id, workflow_id)
    of_user = select(func.count()).where(Schedule.owner_id == owner_id)
    of_workflow = of_user.where(Schedule.workflow_id == workflow_id)
    for query, most, whose in (
        (of_workflow, MAX_PER_WORKFLOW, "A workflow"),
        (of_user, MAX_PER_USER, "A user"),
    ):
        if (session.scalar(query) or 0) >= most:
            raise ConflictError(
                "too_many_schedules",
                f"{whose} may have {most} schedules: delete one that is not used.",
            )
    schedule = Schedule(owner_id=owner_id, workflow_id=workflow_id, **values)
    session.add(schedule)
    session.flush()
    session.refresh(schedule)
    notify_schedules_changed(session)
    return schedule


def get_schedule(session: Session, owner_id: str, id: UUID, *, lock: bool = False) -> Schedule:
    """Give a schedule; `lock` it where it is to be changed. Raises NotFoundError."""
    query = (
        select(Schedule)
        .join(Workflow, Workflow.id == Schedule.workflow_id)
        .where(Schedule.id == id, Schedule.owner_id == owner_id, Workflow.user_id == owner_id)
        .where(Workflow.deleted_at.is_(None))
        .execution_options(populate_existing=True)
    )
    found = session.scalar(query.with_for_update(of=Schedule) if lock else query)
    if found is None:
        raise schedule_not_found(id)
    return found


def apply_schedule_values(session: Session, schedule: Schedule, values: Mapping[str, Any]) -> None:
    """Change columns of a schedule that is locked; where nothing differs, nothing happens."""
    changed = {name for name, value in values.items() if getattr(schedule, name) != value}
    for name in changed:
        setattr(schedule, name, values[name])
    if changed:
        schedule.revision += 1
        schedule.updated_at = database_time(session)
        session.flush()
        notify_schedules_changed(session)


def delete_schedule(session: Session, owner_id: str, id: UUID) -> None:
    """Delete a schedule with its ticks; its runs stay. Raises NotFoundError."""
    if not delete_for_owner(session, Schedule, owner_id, id):
        raise schedule_not_found(id)
    notify_schedules_changed(session)


def list_schedules(
    session: Session,
    owner_id: str,
    workflow_id: int | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Schedule]:
    """Give schedules, the newest first, of one workflow or of all that are not deleted.

    Raises:
        InvalidInputError: `bad_cursor`.
    """
    query = (
        select(Schedule)
        .join(Workflow, Workflow.id == Schedule.workflow_id)
        .where(
            Schedule.owner_id == owner_id,
            Workflow.user_id == owner_id,
            Workflow.deleted_at.is_(None),
        )
    )
    if workflow_id is not None:
        query = query.where(Schedule.workflow_id == workflow_id)
    query = paginate_desc(
        query, Schedule.created_at, Schedule.id, limit=limit, cursor=cursor, read_id=UUID
    )
    return to_page(session.scalars(query).all(), limit, lambda row: (row.created_at, row.id))


def list_ticks(
    session: Session, owner_id: str, schedule_id: UUID, limit: int = 50, cursor: str | None = None
) -> Page[ScheduleTick]:
    """Give what became of a schedule's ticks, the latest first. Raises `bad_cursor`."""
    query = (
        select(ScheduleTick)
        .where(ScheduleTick.schedule_id == schedule_id, ScheduleTick.owner_id == owner_id)
        .order_by(ScheduleTick.due_at.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(ScheduleTick.due_at < decode_cursor(cursor, UUID)[0])
    rows = session.scalars(query).all()
    return to_page(rows, limit, lambda row: (row.due_at, row.schedule_id))


def find_latest_ticks(
    session: Session, owner_id: str, schedule_ids: Sequence[UUID]
) -> dict[UUID, ScheduleTick]:
    """Give the latest tick of each schedule that had one."""
    found = select(ScheduleTick).from_statement(_LATEST_TICKS)
    rows = session.scalars(found, {"ids": list(schedule_ids), "owner_id": owner_id})
    return {row.schedule_id: row for row in rows}


def pause_schedules(session: Session, owner_id: str, workflow_id: int) -> None:
    """Pause every schedule of a workflow: it is being deleted."""
    stopped = session.execute(
        update(Schedule)
        .where(Schedule.workflow_id == workflow_id, Schedule.owner_id == owner_id)
        .values(paused=True, next_at=None, revision=Schedule.revision + 1)
        .returning(Schedule.id)
        .execution_options(synchronize_session=False)
    )
    if stopped.all():
        notify_schedules_changed(session)


def notify_schedules_changed(session: Session) -> None:
    """Have whoever keeps Prefect in step look, once this transaction is committed."""
    session.execute(text("select pg_notify(:channel, '')"), {"channel": SCHEDULES_CHANNEL})


def _lock_workflow(session: Session, owner_id: str, id: int) -> None:
    """Count schedules of a workflow one by one, and not while it is deleted."""
    found = session.scalar(
        select(Workflow.id)
        .where(Workflow.id == id, Workflow.user_id == owner_id, Workflow.deleted_at.is_(None))
        .with_for_update(key_share=True)
    )
    if found is None:
        raise workflow_not_found(id)
