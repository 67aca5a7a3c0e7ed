"""Runs that people pause and resume.

A paused run is WAITING: nobody executes it, and it holds nothing. Its executor gives it up with
`release_lease` once no node of it is at work any more.
"""

from uuid import UUID

from sqlalchemy import null, select, update
from sqlalchemy.orm import Session

from db.ownership import run_not_found
from db.tables import WorkflowRun
from db.tables.base import NOW
from schemas.errors import ConflictError
from schemas.wire.run import RunStatus


def request_pause(session: Session, owner_id: str, run_id: UUID) -> WorkflowRun:
    """Pause a run that nobody executes at once; ask the executor of a running one to do it.

    Asking again changes nothing.

    Raises:
        NotFoundError: the user has no such run.
        ConflictError: `run_ended`.
    """
    run = lock_open_run(session, owner_id, run_id, "paused")
    if run.pause_requested_at is None:
        status = RunStatus.WAITING if run.status is RunStatus.PENDING else run.status
        _update(session, run, status=status, pause_requested_at=NOW)
    return run


def request_resume(
    session: Session, owner_id: str, run_id: UUID, flow_run_id: UUID | None = None
) -> WorkflowRun:
    """Put a paused run back into the queue; have one that is about to be paused go on.

    One that is not paused is left as it is. `flow_run_id` is the one of Prefect's in which somebody
    has resumed it, and which is to show how it goes on.

    Raises:
        NotFoundError: the user has no such run.
        ConflictError: `run_ended`.
    """
    run = lock_open_run(session, owner_id, run_id, "resumed")
    if run.status is RunStatus.WAITING:
        _update(
            session,
            run,
            status=RunStatus.PENDING,
            pause_requested_at=null(),
            resumed_at=NOW,
            prefect_flow_run_id=flow_run_id or run.prefect_flow_run_id,
        )
    elif run.pause_requested_at is not None:
        _update(session, run, pause_requested_at=null())
    return run


def lock_open_run(session: Session, owner_id: str, run_id: UUID, what: str) -> WorkflowRun:
    """Lock a run that has not ended; `what` it cannot be afterwards.

    Raises:
        NotFoundError: the user has no such run.
        ConflictError: `run_ended`.
    """
    run = session.scalar(
        select(WorkflowRun)
        .where(WorkflowRun.id == run_id, WorkflowRun.owner_id == owner_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if run is None:
        raise run_not_found(run_id)
    if run.status.terminal:
        raise ConflictError(
            "run_ended", f"The run has ended already ({run.status}); it cannot be {what}."
        )
    return run


def _update(session: Session, run: WorkflowRun, **values: object) -> None:
    session.execute(
        update(WorkflowRun)
        .where(WorkflowRun.id == run.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(run)
