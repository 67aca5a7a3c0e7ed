"""Runs that do not end by themselves: dead executors, defects, and people who changed their mind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from db.postgres.errors import StaleEpochError
from db.queue.claims import MAX_RECOVERIES
from db.queue.endings import cancel_runs, fail_runs
from db.queue.leases import LIVENESS_LOCK_PREFIX, lock_claimed, requeue
from db.queue.pauses import lock_open_run
from db.tables import WorkflowRun
from db.tables.base import IDS_PARAMETER, NOW
from schemas.wire.run import RunError, RunStatus

RECOVERY_EXECUTOR_ID: Final = "sweep"
"""The executor of runs that no executor ended."""

CANCEL_GRACE_SECONDS: Final = 7.0
"""How long a running run may take to end once somebody cancelled it; then recovery ends it."""


# A server that has just started gives executors a moment to renew their leases: nobody could
# while it was away, so that one is over says nothing about who is alive. A lease that is only
# stale is over when its executor's connection is gone, and with it the lock that it held.
_EXPIRED = text("""
    select id, recoveries, cancel_requested_at is not null as cancelled
    from workflow_runs where status = 'RUNNING'
      and pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => :startup_grace)
      and (lease_until < clock_timestamp()
        or lease_until < clock_timestamp() + make_interval(secs => :stale_lease) and not exists (
          select from pg_locks where locktype = 'advisory' and objsubid = 1
            and database = (select oid from pg_database where datname = current_database())
            and (classid::bigint << 32) | objid::bigint = hashtextextended(:kind || executor_id, 0)))
    order by lease_until limit :limit for no key update skip locked
""")
_NEXT_EXPIRY = text("""
    select extract(epoch from min(lease_until) - clock_timestamp())::float8 - :stale_lease
    from workflow_runs where status = 'RUNNING'
""")
_END_LEASES = text("""
    update workflow_runs set lease_until = clock_timestamp() - interval '1 second'
    where id = any(:ids) and lease_until >= clock_timestamp()
""").bindparams(IDS_PARAMETER)
_FENCE = text("""
    update workflow_runs set epoch = epoch + 1, executor_id = :sweep,
      lease_until = clock_timestamp() + interval '30 seconds'
    where id = any(:ids)
""").bindparams(IDS_PARAMETER, sweep=RECOVERY_EXECUTOR_ID)


@dataclass(frozen=True)
class RecoveredRuns:
    """What became of runs whose executor was silent for longer than its lease."""

    requeued: list[UUID]
    failed: list[UUID]
    cancelled: list[UUID]


def recover_expired_runs(
    session: Session,
    limit: int = 100,
    max_recoveries: int = MAX_RECOVERIES,
    *,
    startup_grace_seconds: float = 0,
    stale_lease_seconds: float = 0,
) -> RecoveredRuns:
    """Give runs whose lease is over to other executors, or give them up.

    Their RUNNING nodes become PENDING again; nodes that ended stay as they are. After
    `max_recoveries` the run is FAILED with the code `executor_lost`; one that was to be
    cancelled is CANCELLED, one that was to be paused WAITING. Nothing is done in the first `startup_grace_seconds` of a database server.
    A lease with less than `stale_lease_seconds` left is over, too, if its executor does not hold the lock of
    `hold_liveness_lock` any more.
    """
    recovered = RecoveredRuns([], [], [])
    parameters = {
        "limit": limit,
        "startup_grace": startup_grace_seconds,
        "stale_lease": stale_lease_seconds,
        "kind": LIVENESS_LOCK_PREFIX,
    }
    found = session.execute(_EXPIRED, parameters).all()
    if found:
        session.execute(_END_LEASES, {"ids": [row.id for row in found]})
    for id, recoveries, cancelled in found:
        if cancelled:
            recovered.cancelled.append(id)
        elif recoveries >= max_recoveries:
            recovered.failed.append(id)
        else:
            recovered.requeued.append(id)
    requeue(session, recovered.requeued, counted=True)
    _fence(session, recovered.failed)
    fail_runs(session, recovered.failed, _executor_lost(max_recoveries))
    _fence(session, recovered.cancelled)
    cancel_runs(session, recovered.cancelled)
    return recovered


def seconds_until_expired(session: Session, stale_lease_seconds: float) -> float | None:
    """Give when the first lease may be over, unless it is renewed; None: nobody executes anything.

    `stale_lease_seconds` as for `recover_expired_runs`.
    """
    return session.scalar(_NEXT_EXPIRY, {"stale_lease": stale_lease_seconds})


def fail_run(session: Session, run_id: UUID, epoch: int, error: RunError) -> None:
    """End our own run as FAILED: its running nodes FAILED, the waiting ones SKIPPED.

    Failing it again is no error.

    Raises:
        StaleEpochError: the run is not this claim's any more.
    """
    if lock_claimed(session, run_id, epoch):
        fail_runs(session, [run_id], error)
        return
    found = session.execute(
        select(WorkflowRun.epoch, WorkflowRun.status).where(WorkflowRun.id == run_id)
    ).one_or_none()
    if found is None or tuple(found) != (epoch, RunStatus.FAILED):
        raise StaleEpochError


def request_cancel(session: Session, owner_id: str, run_id: UUID) -> WorkflowRun:
    """Cancel a run that nobody executes at once; ask the executor of a running one to do it.

    Raises:
        NotFoundError: the user has no such run.
        ConflictError: `run_ended`.
    """
    run = lock_open_run(session, owner_id, run_id, "cancelled")
    if run.status is not RunStatus.RUNNING:
        cancel_runs(session, [run_id])
    elif run.cancel_requested_at is None:
        session.execute(
            update(WorkflowRun)
            .where(WorkflowRun.id == run_id)
            .values(
                cancel_requested_at=NOW,
                lease_until=func.least(
                    WorkflowRun.lease_until, NOW + timedelta(seconds=CANCEL_GRACE_SECONDS)
                ),
            )
            .execution_options(synchronize_session=False)
        )
    session.refresh(run)
    return run


def _fence(session: Session, ids: Sequence[UUID]) -> None:
    """Take the next epoch, so that the silent executor can write nothing more."""
    if ids:
        session.execute(_FENCE, {"ids": ids})


def _executor_lost(recoveries: int) -> RunError:
    return RunError(
        code="executor_lost",
        message=f"The workers that ran this stopped answering, {recoveries + 1} times in a row, at last one"
        " that ran nothing else: a node may need more memory than the machine has. See the worker's log.",
    )
