"""The tables of what became of each node of a run, and of which results are favourites."""

from datetime import datetime
from typing import Final, get_args
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import (
    EMPTY_OBJECT,
    MAX_ERROR_BYTES,
    MAX_OUTPUT_BYTES,
    NOW,
    UPDATE_HEAVY_STORAGE,
    Base,
    EnumText,
    Json,
    allowed_values,
    join_outputs,
    json_object,
    max_bytes,
    run_foreign_key,
    text_length,
    workflow_foreign_key,
)
from schemas.wire.run import NodeStatus, SkipReason

MAX_INPUT_BYTES: Final = 4_194_304
MAX_LABEL_LENGTH: Final = 200
"""In characters."""


class NodeExecution(Base):
    """One node of one run; a retry raises `attempt`, and `run_events` keeps the history.

    A SKIPPED one has an `error`, where what it needs failed, or a `skip_reason`, where nothing was
    sent to it. `error` on a RUNNING row is that of the previous attempt. `epoch` is the claim that last
    wrote the row; `changed_at` orders the events of one statement.
    """

    __tablename__ = "node_executions"
    __table_args__ = (
        UniqueConstraint("run_id", "node_id"),
        run_foreign_key(),
        allowed_values("status", NodeStatus),
        text_length("node_id", 128),
        text_length("node_type", 64),
        CheckConstraint(f"char_length(label) <= {MAX_LABEL_LENGTH}", name="label_length"),
        text_length("cache_key", 128),
        json_object("input"),
        json_object("output"),
        json_object("other_outputs"),
        json_object("error"),
        json_object("usage"),
        max_bytes("input", MAX_INPUT_BYTES),
        max_bytes("output", MAX_OUTPUT_BYTES),
        max_bytes("other_outputs", MAX_OUTPUT_BYTES),
        max_bytes("error", MAX_ERROR_BYTES),
        max_bytes("usage", MAX_ERROR_BYTES),
        CheckConstraint("attempt >= 0 and epoch >= 0 and ordinal >= 0", name="counters"),
        CheckConstraint(
            "status <> 'RUNNING' or (attempt >= 1 and started_at is not null)",
            name="running_has_start",
        ),
        CheckConstraint(
            "(status in ('PENDING', 'RUNNING')) = (finished_at is null)",
            name="finished_iff_terminal",
        ),
        CheckConstraint("finished_at >= started_at", name="times_in_order"),
        CheckConstraint(
            "case status when 'COMPLETED' then num_nonnulls(output, other_outputs) > 0"
            " when 'FAILED' then other_outputs is null"
            " else num_nonnulls(output, other_outputs) = 0 end",
            name="output_of_ended",
        ),
        CheckConstraint("status <> 'COMPLETED' or error is null", name="no_error_if_completed"),
        CheckConstraint("status <> 'FAILED' or error is not null", name="error_if_failed"),
        allowed_values("skip_reason", get_args(SkipReason)),
        CheckConstraint(
            "case when status = 'SKIPPED' then (error is null) <> (skip_reason is null)"
            " else skip_reason is null end",
            name="skipped_has_reason",
        ),
        CheckConstraint("not reused or status = 'COMPLETED'", name="reused_only_if_completed"),
        CheckConstraint("reused_from is null or reused", name="reused_from_only_if_reused"),
        Index(
            "node_executions_cache_idx",
            "owner_id",
            "cache_key",
            text("finished_at desc"),
            postgresql_where=text("status = 'COMPLETED' and cache_key is not null"),
        ),
        UPDATE_HEAVY_STORAGE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    run_id: Mapped[UUID]
    owner_id: Mapped[str]
    node_id: Mapped[str]
    node_type: Mapped[str]
    label: Mapped[str]
    ordinal: Mapped[int]
    status: Mapped[NodeStatus] = mapped_column(EnumText(NodeStatus), server_default="PENDING")
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    epoch: Mapped[int] = mapped_column(server_default=text("0"))
    reused: Mapped[bool] = mapped_column(server_default=text("false"))
    reused_from: Mapped[UUID | None]
    cache_key: Mapped[str | None]
    input: Mapped[Json] = mapped_column(server_default=EMPTY_OBJECT)
    output: Mapped[Json | None]
    other_outputs: Mapped[Json | None]
    error: Mapped[Json | None]
    skip_reason: Mapped[str | None]
    usage: Mapped[Json | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    changed_at: Mapped[datetime] = mapped_column(server_default=NOW)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def outputs(self) -> dict[str, Json]:
        """What the node gave, by handle; an output without a value is absent."""
        return join_outputs(self.output, self.other_outputs)


class FavouriteResult(Base):
    """A result that its owner has marked: its run stays until they delete it, or its workflow."""

    __tablename__ = "favourite_results"
    __table_args__ = (
        run_foreign_key(),
        workflow_foreign_key(),
        Index("favourite_results_workflow_idx", "workflow_id"),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str]
    workflow_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
