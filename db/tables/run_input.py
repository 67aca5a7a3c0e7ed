"""The table of what enters runs of a part of a workflow."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import (
    MAX_OUTPUT_BYTES,
    Base,
    Json,
    json_object,
    max_bytes,
    run_foreign_key,
    text_length,
)


class RunInput(Base):
    """What a node outside of a run's scope gave before, and a node inside of it takes.

    Decided when the run starts and never changed, so that a recovery, or another run in between,
    does not change what goes in. `source_run_id` says where it is from; that run may be gone.
    """

    __tablename__ = "run_inputs"
    __table_args__ = (
        run_foreign_key(),
        text_length("node_id", 128),
        json_object("output"),
        json_object("other_outputs"),
        max_bytes("output", MAX_OUTPUT_BYTES),
        max_bytes("other_outputs", MAX_OUTPUT_BYTES),
        CheckConstraint("num_nonnulls(output, other_outputs) > 0", name="has_outputs"),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str]
    source_run_id: Mapped[UUID]
    output: Mapped[Json | None]
    other_outputs: Mapped[Json | None]
