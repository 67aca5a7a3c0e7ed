"""The tables of batches: tables of values, each row of which is run once."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import BIGINT
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import (
    MAX_ERROR_BYTES,
    NOW,
    Base,
    EnumText,
    Json,
    allowed_values,
    json_object,
    max_bytes,
    text_length,
    version_foreign_key,
    workflow_foreign_key,
)
from db.tables.run import MAX_STARTED_BY_BYTES
from schemas.wire.functions.batch import MAX_ROWS, BatchStatus, RowStatus

MAX_AXES_BYTES: Final = 1_048_576


class Batch(Base):
    """A table of values for a version of a workflow, with one run for each row.

    `inputs` are the declared inputs that rows give, in the order of the columns; `axes` what was crossed
    with them, under the key `axes`; `winner` is the number of the row that somebody chose.
    """

    __tablename__ = "batches"
    __table_args__ = (
        UniqueConstraint("id", "owner_id", name="batches_id_owner_id_key"),
        workflow_foreign_key(),
        version_foreign_key("batches_version_fkey"),
        text_length("name", 200),
        allowed_values("status", BatchStatus),
        CheckConstraint(f"row_count between 1 and {MAX_ROWS}", name="row_count_range"),
        CheckConstraint("winner between 1 and row_count", name="winner_range"),
        json_object("axes"),
        max_bytes("axes", MAX_AXES_BYTES),
        json_object("started_by"),
        max_bytes("started_by", MAX_STARTED_BY_BYTES),
        CheckConstraint("char_length(idempotency_key) between 1 and 255", name="key_length"),
        CheckConstraint("octet_length(request_sha256) = 32", name="request_sha256_length"),
        CheckConstraint(
            "(idempotency_key is null) = (request_sha256 is null)", name="key_has_request"
        ),
        CheckConstraint("(status = 'RUNNING') = (finished_at is null)", name="finished_iff_ended"),
        Index(
            "batches_open_idx",
            *("owner_id", "created_at"),
            postgresql_where=text("finished_at is null"),
        ),
        Index(
            "batches_finished_idx",
            "finished_at",
            postgresql_where=text("finished_at is not null"),
        ),
        Index("batches_workflow_idx", "workflow_id", text("created_at desc"), text("id desc")),
        Index("batches_version_idx", "version_id"),
        Index(
            "batches_idempotency_idx",
            *("owner_id", "idempotency_key"),
            unique=True,
            postgresql_where=text("idempotency_key is not null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    owner_id: Mapped[str]
    workflow_id: Mapped[int]
    version_id: Mapped[UUID]
    revision: Mapped[int]
    function_name: Mapped[str | None]
    name: Mapped[str]
    strict_inputs: Mapped[bool]
    inputs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    axes: Mapped[Json | None]
    row_count: Mapped[int]
    status: Mapped[BatchStatus] = mapped_column(EnumText(BatchStatus), server_default="RUNNING")
    winner: Mapped[int | None]
    started_by: Mapped[Json | None]
    idempotency_key: Mapped[str | None]
    request_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    cancel_requested_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class BatchRow(Base):
    """A row of a batch: values by the name of their input, and what became of its newest run.

    `overrides` are values for params by node id and name. What the row cost in tokens is that of all its runs.
    """

    __tablename__ = "batch_rows"
    __table_args__ = (
        ForeignKeyConstraint(
            ["batch_id", "owner_id"], ["batches.id", "batches.owner_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["run_id", "owner_id"],
            ["workflow_runs.id", "workflow_runs.owner_id"],
            ondelete="SET NULL (run_id)",
        ),
        CheckConstraint(f"number between 1 and {MAX_ROWS}", name="number_range"),
        allowed_values("status", RowStatus),
        CheckConstraint("status <> 'PENDING' or run_id is null", name="pending_has_no_run"),
        json_object("input_values"),
        max_bytes("input_values", 2_097_152),
        json_object("overrides"),
        max_bytes("overrides", MAX_AXES_BYTES),
        json_object("error"),
        max_bytes("error", MAX_ERROR_BYTES),
        Index(
            "batch_rows_run_idx",
            "run_id",
            unique=True,
            postgresql_where=text("run_id is not null"),
        ),
        Index(
            "batch_rows_open_idx",
            *("batch_id", "status", "number"),
            postgresql_where=text("status in ('PENDING', 'RUNNING')"),
        ),
    )

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner_id: Mapped[str]
    input_values: Mapped[Json]
    overrides: Mapped[Json | None]
    status: Mapped[RowStatus] = mapped_column(EnumText(RowStatus), server_default="PENDING")
    run_id: Mapped[UUID | None]
    error: Mapped[Json | None]
    input_tokens: Mapped[int] = mapped_column(BIGINT, server_default=text("0"))
    output_tokens: Mapped[int] = mapped_column(BIGINT, server_default=text("0"))
    total_tokens: Mapped[int] = mapped_column(BIGINT, server_default=text("0"))
