"""How long a claimed run stays its executor's: renewed, given back, and signs of life."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psycopg
from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Integer

from db.postgres.health import SHORT_OF_MEMORY_LOCK
from db.queue.endings import cancel_runs
from db.tables import WorkflowRun
from db.tables.base import IDS_PARAMETER
from schemas.wire.run import RunError, RunStatus

LIVENESS_LOCK_PREFIX: Final = "nodeloom executor "
_HOLD_LIVENESS_LOCK: Final = "select pg_try_advisory_lock(hashtextextended(%s, 0))"
_SHOW_SHORT: Final = text(f"""
    select case when :is_short then pg_try_advisory_lock_shared(hashtextextended('{SHORT_OF_MEMORY_LOCK}', 0))
      else pg_advisory_unlock_shared(hashtextextended('{SHORT_OF_MEMORY_LOCK}', 0)) end
""")
# A run whose row is locked, mostly by our own journal, is passed by: one slow transaction must
# not cost the leases of all the others. And an executor that does not obey an order to cancel,
# because its loop is blocked, gets no more time than the order gave it: recovery ends the run.
_RENEW: Final = text("""
    with held as (
      select * from unnest(:ids, :epochs) as held (id, epoch)
    ), free as materialized (
      select r.id from workflow_runs r join held using (id, epoch)
      where r.executor_id = :executor_id and r.status = 'RUNNING'
      for no key update of r skip locked
    ), renewed as (
      update workflow_runs r
      set lease_until = case
        when r.cancel_requested_at is not null then r.lease_until
        else clock_timestamp() + make_interval(secs => :seconds) end
      from free where r.id = free.id
      returning r.id
    )
    select r.id, r.id in (select id from renewed) as renewed from workflow_runs r join held using (id, epoch)
    where r.executor_id = :executor_id and r.status = 'RUNNING'
""").bindparams(IDS_PARAMETER, bindparam("epochs", type_=ARRAY(Integer)))
_REOPEN = text("""
    update node_executions n
    set status = 'PENDING', epoch = r.epoch, started_at = null,
      error = cast(:errors as jsonb) -> n.node_id
    from workflow_runs r where r.id = n.run_id and r.id = any(:ids) and n.status = 'RUNNING'
""").bindparams(IDS_PARAMETER)
_REQUEUE = text("""
    update workflow_runs
    set status = case when pause_requested_at is null then 'PENDING' else 'WAITING' end,
      lease_until = null, executor_id = null, recoveries = recoveries + :more
    where id = any(:ids)
""").bindparams(IDS_PARAMETER)
_NO_ERRORS: Final[Mapping[str, RunError]] = {}


@dataclass(frozen=True)
class StopRequests:
    """Runs that somebody wants to end, and runs that are to be paused."""

    cancelled: frozenset[UUID]
    paused: frozenset[UUID]


def renew_leases(
    session: Session, executor_id: str, held: Iterable[tuple[UUID, int]], lease_seconds: float
) -> dict[UUID, bool]:
    """Prolong the leases of these (run id, epoch); give those that are still ours.

    The value is False for a run whose row was locked at that moment: try again soon.
    """
    pairs = list(held)
    parameters = {
        "ids": [id for id, _ in pairs],
        "epochs": [epoch for _, epoch in pairs],
        "executor_id": executor_id,
        "seconds": lease_seconds,
    }
    return {row.id: row.renewed for row in session.execute(_RENEW, parameters)}


def find_stop_requests(session: Session, executor_id: str) -> StopRequests:
    """Give those of this executor's runs that are to end or to be paused."""
    cancelled = WorkflowRun.cancel_requested_at.is_not(None)
    paused = WorkflowRun.pause_requested_at.is_not(None)
    found = session.execute(
        select(WorkflowRun.id, cancelled, paused).where(
            WorkflowRun.status == RunStatus.RUNNING,
            WorkflowRun.executor_id == executor_id,
            cancelled | paused,
        )
    ).all()
    return StopRequests(
        cancelled=frozenset(id for id, is_cancelled, _ in found if is_cancelled),
        paused=frozenset(id for id, _, is_paused in found if is_paused),
    )


def hold_liveness_lock(connection: psycopg.Connection, executor_id: str) -> None:
    """Show that an executor lives for as long as this connection does.

    The operating system closes a killed process's connections at once, and PostgreSQL then gives up
    the lock. A process that is stopped, or starved of the processor, keeps it.
    """
    connection.execute(_HOLD_LIVENESS_LOCK, [LIVENESS_LOCK_PREFIX + executor_id])
    connection.commit()


def show_short_of_memory(session: Session, is_short: bool) -> None:
    """Show for as long as this connection lasts, or no more, that its process is short of memory."""
    session.execute(_SHOW_SHORT, {"is_short": is_short})


def release_lease(
    session: Session, run_id: UUID, epoch: int, errors: Mapping[str, RunError] = _NO_ERRORS
) -> bool:
    """Give a run back at once; False if it was not ours any more. It does not count as a recovery.

    One that somebody has cancelled meanwhile ends, as there is nobody any more to end it.
    `errors` are those of nodes whose last attempt had failed: they have so many attempts less.
    """
    if not lock_claimed(session, run_id, epoch):
        return False
    if session.scalar(select(WorkflowRun.cancel_requested_at).where(WorkflowRun.id == run_id)):
        cancel_runs(session, [run_id])
        return True
    session.execute(
        text(
            "update workflow_runs set lease_until = clock_timestamp() - interval '1 second'"
            " where id = :id"
        ),
        {"id": run_id},
    )
    requeue(session, [run_id], counted=False, errors=errors)
    return True


def lock_claimed(session: Session, run_id: UUID, epoch: int) -> bool:
    """Lock a run that is still this claim's."""
    found = session.scalar(
        select(WorkflowRun.id)
        .where(
            WorkflowRun.id == run_id,
            WorkflowRun.epoch == epoch,
            WorkflowRun.status == RunStatus.RUNNING,
        )
        .with_for_update(key_share=True)
    )
    return found is not None


def requeue(
    session: Session,
    ids: Sequence[UUID],
    *,
    counted: bool,
    errors: Mapping[str, RunError] = _NO_ERRORS,
) -> None:
    """Put runs back into the queue, with the nodes that were at work; `counted` as a recovery.

    Those that somebody wants paused are WAITING instead.
    """
    if ids:
        dumped = {node_id: error.model_dump(mode="json") for node_id, error in errors.items()}
        session.execute(_REOPEN, {"ids": ids, "errors": json.dumps(dumped)})
        session.execute(_REQUEUE, {"ids": ids, "more": int(counted)})
