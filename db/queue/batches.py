"""Batches while they go on: rows whose runs have ended, rows to be started, cancelling and retrying.

Everything here is done with the batch's row locked, in the transaction that makes or ends runs: so a
row is started once, whoever is killed meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from db.ownership import batch_not_found
from db.queue.recovery import request_cancel
from db.tables import Batch, BatchRow, WorkflowRun
from db.tables.base import NOW
from schemas.errors import ConflictError
from schemas.wire.functions.batch import BatchStatus, RowStatus
from schemas.wire.run import RunError

BATCHES_CHANNEL: Final = "nodeloom_batches"
"""Notifications that there are rows to be started."""
MAX_OPEN_ROWS: Final = 64
"""Unfinished runs of one owner's batches together."""
MAX_QUEUED_ROWS: Final = 16
"""Of these, so many wait for an executor: another run of the owner comes after them at the latest."""

_RUN_DELETED: Final = RunError(
    code="run_deleted", message="The run of this row was deleted before its end was noticed."
)
_SETTLE: Final = text("""
    with ended as materialized (
      select b.number, r.id, r.status, r.error from batch_rows b join workflow_runs r on r.id = b.run_id
      where b.batch_id = :batch and b.status = 'RUNNING' and r.finished_at is not null
    ), used as (
      select e.number,
        coalesce(sum((n.usage ->> 'inputTokens')::bigint), 0) as input_tokens,
        coalesce(sum((n.usage ->> 'outputTokens')::bigint), 0) as output_tokens,
        coalesce(sum((n.usage ->> 'totalTokens')::bigint), 0) as total_tokens
      from ended e left join node_executions n on n.run_id = e.id and not n.reused and n.usage is not null
      group by e.number
    )
    update batch_rows b set status = e.status, error = e.error,
      input_tokens = b.input_tokens + u.input_tokens, output_tokens = b.output_tokens + u.output_tokens,
      total_tokens = b.total_tokens + u.total_tokens
    from ended e join used u using (number)
    where b.batch_id = :batch and b.number = e.number
""")
_OPEN: Final = text("""
    select count(*) filter (where b.status = 'PENDING') as pending,
      count(*) filter (where b.status = 'RUNNING') as running,
      count(*) filter (where r.status = 'PENDING') as queued
    from batch_rows b left join workflow_runs r on r.id = b.run_id
    where b.batch_id = :batch and b.status in ('PENDING', 'RUNNING')
""")


@dataclass(frozen=True)
class OpenRows:
    """How many rows of a batch have no run yet, and how many runs go on, of which some are queued."""

    pending: int
    running: int
    queued: int


def find_open_batches(session: Session) -> Sequence[UUID]:
    """Give the batches that have not ended, those of an owner together, the oldest first."""
    return session.scalars(
        select(Batch.id)
        .where(Batch.finished_at.is_(None))
        .order_by(Batch.owner_id, Batch.created_at)
    ).all()


def lock_open_batch(session: Session, id: UUID) -> Batch | None:
    """Lock a batch that has not ended; None where it has, or somebody else is at it."""
    return session.scalar(
        select(Batch)
        .where(Batch.id == id, Batch.finished_at.is_(None))
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )


def settle_rows(session: Session, batch: Batch) -> OpenRows:
    """Take over how runs have ended, and end the batch with its last row; it is locked."""
    session.execute(_SETTLE, {"batch": batch.id})
    _set_rows(
        session,
        batch,
        BatchRow.status == RowStatus.RUNNING,
        BatchRow.run_id.is_(None),
        status=RowStatus.FAILED,
        error=_RUN_DELETED.model_dump(mode="json"),
    )
    found = OpenRows(*session.execute(_OPEN, {"batch": batch.id}).one())
    if not found.pending and not found.running:
        batch.status, batch.finished_at = _end_status(session, batch), _now(session)
        session.flush()
    return found


def find_pending_rows(session: Session, batch: Batch, limit: int) -> Sequence[BatchRow]:
    """Give the next rows to be started."""
    return session.scalars(
        select(BatchRow)
        .where(BatchRow.batch_id == batch.id, BatchRow.status == RowStatus.PENDING)
        .order_by(BatchRow.number)
        .limit(limit)
        .execution_options(populate_existing=True)
    ).all()


def count_open_batches(session: Session, owner_id: str) -> int:
    """Count the batches of an owner that have not ended."""
    query = select(func.count()).where(Batch.owner_id == owner_id, Batch.finished_at.is_(None))
    return session.scalar(query) or 0


def mark_started(session: Session, row: BatchRow, run_id: UUID) -> None:
    """Note the run that was just made for a row, in the same transaction."""
    row.status, row.run_id = RowStatus.RUNNING, run_id
    session.flush()


def mark_refused(session: Session, row: BatchRow, error: RunError) -> None:
    """Note that no run can be made for a row."""
    row.status, row.error = RowStatus.FAILED, error.model_dump(mode="json")
    session.flush()


def cancel_batch(session: Session, owner_id: str, id: UUID) -> None:
    """Start no more rows, and cancel the runs that go on.

    Raises:
        NotFoundError: the user has no such batch.
        ConflictError: `batch_ended`.
    """
    batch = _lock_batch(session, owner_id, id)
    if batch.finished_at is not None:
        raise ConflictError("batch_ended", f"Batch {id} has ended: there is nothing to cancel.")
    stop_batch(session, batch)


def stop_batch(session: Session, batch: Batch) -> None:
    """Do what `cancel_batch` does with a locked batch that goes on."""
    batch.cancel_requested_at = batch.cancel_requested_at or _now(session)
    _set_rows(session, batch, BatchRow.status == RowStatus.PENDING, status=RowStatus.CANCELLED)
    going_on = session.scalars(
        select(WorkflowRun.id)
        .join(BatchRow, BatchRow.run_id == WorkflowRun.id)
        .where(
            BatchRow.batch_id == batch.id,
            BatchRow.status == RowStatus.RUNNING,
            WorkflowRun.finished_at.is_(None),
        )
        .order_by(WorkflowRun.id)
    ).all()
    for run_id in going_on:
        try:
            request_cancel(session, batch.owner_id, run_id)
        except ConflictError:
            continue  # it ended at this moment
    settle_rows(session, batch)


def retry_batch(session: Session, owner_id: str, id: UUID) -> int:
    """Run the rows once more that failed or were cancelled; give how many.

    Raises:
        NotFoundError: the user has no such batch.
        ConflictError: `batch_not_ended`, or `nothing_to_retry`: each row completed.
    """
    batch = _lock_batch(session, owner_id, id)
    if batch.finished_at is None:
        what = f"Batch {id} has not ended yet: wait for its end, or cancel it, and retry then."
        raise ConflictError("batch_not_ended", what)
    count = _set_rows(
        session,
        batch,
        BatchRow.status.in_((RowStatus.FAILED, RowStatus.CANCELLED)),
        status=RowStatus.PENDING,
        run_id=None,
        error=None,
    )
    if not count:
        raise ConflictError("nothing_to_retry", f"Each row of batch {id} completed.")
    batch.status, batch.finished_at, batch.cancel_requested_at = BatchStatus.RUNNING, None, None
    session.flush()
    notify_batches(session)
    return count


def notify_batches(session: Session) -> None:
    """Have executors start rows once this is committed."""
    session.execute(select(func.pg_notify(BATCHES_CHANNEL, "")))


def _lock_batch(session: Session, owner_id: str, id: UUID) -> Batch:
    found = session.scalar(
        select(Batch)
        .where(Batch.id == id, Batch.owner_id == owner_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise batch_not_found(id)
    return found


def _end_status(session: Session, batch: Batch) -> BatchStatus:
    query = select(BatchRow.status).where(BatchRow.batch_id == batch.id).distinct()
    found = set(session.scalars(query))
    for status in (RowStatus.FAILED, RowStatus.CANCELLED):
        if status in found:
            return BatchStatus(status)
    return BatchStatus.COMPLETED


def _set_rows(session: Session, batch: Batch, *conditions: Any, **values: Any) -> int:
    result: Any = session.execute(
        update(BatchRow)
        .where(BatchRow.batch_id == batch.id, *conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount


def _now(session: Session) -> Any:
    return session.scalar(select(NOW))
