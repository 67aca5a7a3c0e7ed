"""The numbered history of a run; PostgreSQL writes it, see `db.models.RunEvent`."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import RunEvent


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
