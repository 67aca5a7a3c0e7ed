"""Which results of a workflow are its owner's favourites."""

from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.tables import FavouriteResult, NodeExecution, WorkflowRun
from schemas.errors import ConflictError, NotFoundError

MAX_FAVOURITES: Final = 1_000
"""Of one workflow: retention leaves their runs alone."""


def mark_result(
    session: Session, owner_id: str, workflow_id: int, id: UUID, *, favourite: bool
) -> None:
    """Make a result a favourite, or make it none; `id` is that of its node execution.

    Raises:
        NotFoundError: the user has no such result.
        ConflictError: `too_many_favourites`.
    """
    found = session.execute(
        select(NodeExecution.run_id, NodeExecution.node_id)
        .join(WorkflowRun, WorkflowRun.id == NodeExecution.run_id)
        .where(
            NodeExecution.id == id,
            NodeExecution.owner_id == owner_id,
            WorkflowRun.workflow_id == workflow_id,
        )
        .with_for_update(read=True, key_share=True, of=WorkflowRun)  # retention passes it by
    ).one_or_none()
    if found is None:
        raise NotFoundError("result_not_found", f"Workflow {workflow_id} has no result {id}.")
    table, (run_id, node_id) = FavouriteResult, found
    if favourite:
        row = {"run_id": run_id, "node_id": node_id}
        row |= {"owner_id": owner_id, "workflow_id": workflow_id}
        new = insert(table).values(row).on_conflict_do_nothing().returning(table.run_id)
        if session.scalar(new) is not None:
            _check_limit(session, workflow_id)
        return
    session.execute(
        delete(table).where(
            table.run_id == run_id, table.node_id == node_id, table.owner_id == owner_id
        )
    )


def _check_limit(session: Session, workflow_id: int) -> None:
    count = select(func.count()).where(FavouriteResult.workflow_id == workflow_id)
    if (session.scalar(count) or 0) > MAX_FAVOURITES:
        raise ConflictError(
            "too_many_favourites",
            f"A workflow may have {MAX_FAVOURITES:,} favourites: take the mark off another one first.",
        )
