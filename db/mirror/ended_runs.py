"""Runs that have ended, or were deleted, and whose flow runs are to be seen to show it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from db.tables import DeletedRun, WorkflowRun
from db.tables.base import NOW
from schemas.wire.run import RunStatus


@dataclass(frozen=True)
class EndedRun:
    """A run that has ended, and Prefect's record of it."""

    id: UUID
    flow_run_id: UUID
    finished_at: datetime


def find_ended_runs(
    session: Session,
    after: EndedRun | None,
    *,
    window: timedelta,
    ended_seconds_ago: float,
    limit: int,
) -> list[EndedRun]:
    """Give runs that Prefect shows, in the order of their ends, from the one `after` another.

    Without one, of the time of `window`; none that ended within `ended_seconds_ago`.
    """
    columns = (WorkflowRun.id, WorkflowRun.prefect_flow_run_id, WorkflowRun.finished_at)
    query = select(*columns).where(
        WorkflowRun.finished_at
        > (after.finished_at - timedelta(seconds=1) if after else NOW - window),
        WorkflowRun.finished_at < NOW - timedelta(seconds=ended_seconds_ago),
        WorkflowRun.prefect_flow_run_id.is_not(None),
    )
    if after:
        place = tuple_(WorkflowRun.finished_at, WorkflowRun.id)
        query = query.where(place > (after.finished_at, after.id))
    rows = session.execute(query.order_by(WorkflowRun.finished_at, WorkflowRun.id).limit(limit))
    return [EndedRun(*row) for row in rows]


@dataclass(frozen=True)
class DeletedMirroredRun:
    """A run that is gone, and how it was: `flow_run_id` None if it named no flow run."""

    id: UUID
    flow_run_id: UUID | None
    status: RunStatus


def find_deleted_runs(
    session: Session, *, deleted_seconds_ago: float, limit: int
) -> list[DeletedMirroredRun]:
    """Give runs that were deleted so long ago, and which Prefect may still show, the oldest first."""
    rows = session.execute(
        select(DeletedRun.id, DeletedRun.prefect_flow_run_id, DeletedRun.status)
        .where(
            DeletedRun.mirrored,
            DeletedRun.deleted_at < NOW - timedelta(seconds=deleted_seconds_ago),
        )
        .order_by(DeletedRun.deleted_at)
        .limit(limit)
    )
    return [DeletedMirroredRun(*row) for row in rows]


def mark_deleted_runs_shown(session: Session, ids: Collection[UUID]) -> None:
    """Remember that Prefect shows none of these as going on."""
    session.execute(
        update(DeletedRun)
        .where(DeletedRun.id.in_(ids))
        .values(mirrored=False)
        .execution_options(synchronize_session=False)
    )
