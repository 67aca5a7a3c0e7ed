"""Ends runs that did not end by themselves, with the nodes that are still open."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from db.tables import WorkflowRun
from db.tables.base import IDS_PARAMETER, NOW, Json
from schemas.wire.run import RunError, RunStatus

_CANCELLED: Final = RunError(code="cancelled", message="The run was cancelled.")
_CLOSE_NODES: Final = text("""
    update node_executions n
    set status = case n.status when 'RUNNING' then :running else :pending end,
      epoch = r.epoch, error = :error, finished_at = greatest(clock_timestamp(), n.started_at)
    from workflow_runs r
    where r.id = n.run_id and r.id = any(:ids) and n.status in ('PENDING', 'RUNNING')
""").bindparams(IDS_PARAMETER, bindparam("error", type_=JSONB))


def fail_runs(session: Session, ids: Sequence[UUID], error: RunError) -> None:
    """End locked runs as FAILED: their running nodes FAILED, the waiting ones SKIPPED."""
    _close_nodes(session, ids, "FAILED", "SKIPPED", error)
    _end(session, ids, RunStatus.FAILED, error)


def cancel_runs(session: Session, ids: Sequence[UUID]) -> None:
    """End locked runs, and what is open in them, as CANCELLED."""
    _close_nodes(session, ids, "CANCELLED", "CANCELLED", _CANCELLED)
    _end(session, ids, RunStatus.CANCELLED, None)


def _close_nodes(
    session: Session, ids: Sequence[UUID], running: str, pending: str, error: RunError
) -> None:
    if ids:
        session.execute(
            _CLOSE_NODES,
            {"ids": ids, "running": running, "pending": pending, "error": _dump(error)},
        )


def _end(session: Session, ids: Sequence[UUID], status: RunStatus, error: RunError | None) -> None:
    if ids:
        session.execute(
            update(WorkflowRun)
            .where(WorkflowRun.id.in_(ids))
            .values(
                status=status,
                error=_dump(error) if error else None,
                finished_at=NOW,
                lease_until=None,
            )
            .execution_options(synchronize_session=False)
        )


def _dump(error: RunError) -> Json:
    return error.model_dump(mode="json")
