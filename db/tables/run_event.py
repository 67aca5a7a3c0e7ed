"""The table of what happened in runs."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import BIGINT
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import NOW, Base, Json, allowed_values, max_bytes, run_foreign_key

MAX_EVENT_BYTES: Final = 4_096


class RunEvent(Base):
    """A state change of a run or of one of its nodes, numbered 1, 2, 3 … within the run.

    Written by triggers only. `body` of a `run` is `{status, error, epoch}`, and `pausing` where it is; of a `node`
    `{nodeId, executionId, status, attempt, reused, error, skipReason}`; an error is `{code, message}`.
    """

    __tablename__ = "run_events"
    __table_args__ = (
        run_foreign_key(),
        CheckConstraint("seq >= 1", name="seq_positive"),
        allowed_values("kind", ("run", "node")),
        max_bytes("body", MAX_EVENT_BYTES),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BIGINT, primary_key=True)
    owner_id: Mapped[str]
    kind: Mapped[str]
    body: Mapped[Json]
    at: Mapped[datetime] = mapped_column(server_default=NOW)
