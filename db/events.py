"""The numbered history of a run; PostgreSQL writes it, see `db.models.RunEvent`."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from db.base import Json
from db.models import NodeExecution, RunEvent


def events_after(
    session: Session, owner_id: str, run_id: UUID, seq: int, limit: int = 500
) -> list[RunEvent]:
    """Give the events after number `seq` (0: from the beginning), in order and without gaps.

    A foreign or unknown run has none.
    """
    return list(
        session.scalars(
            select(RunEvent)
            .where(RunEvent.run_id == run_id, RunEvent.owner_id == owner_id, RunEvent.seq > seq)
            .order_by(RunEvent.seq)
            .limit(limit)
        )
    )


def small_outputs(
    session: Session,
    owner_id: str,
    run_id: UUID,
    execution_ids: Collection[str],
    max_bytes: int,
) -> dict[str, Json]:
    """Give what these nodes of a run gave, by execution id, where it is no more than this."""
    if not execution_ids:
        return {}
    size = func.octet_length(cast(NodeExecution.output, Text))
    found = session.execute(
        select(NodeExecution.id, NodeExecution.output).where(
            NodeExecution.run_id == run_id,
            NodeExecution.owner_id == owner_id,
            NodeExecution.id.in_([UUID(id) for id in execution_ids]),
            size <= max_bytes,
        )
    )
    return {str(id): output for id, output in found if output is not None}
