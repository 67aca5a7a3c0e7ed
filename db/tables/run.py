"""The tables of runs, and of those that were deleted a short time ago."""

from datetime import datetime
from typing import Final, get_args
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import BIGINT
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import (
    MAX_ERROR_BYTES,
    NOW,
    UPDATE_HEAVY_STORAGE,
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
from schemas.wire.run import Reuse, RunStatus, Trigger

MAX_STARTED_BY_BYTES: Final = 4_096


class WorkflowRun(Base):
    """One run of one version.

    `epoch` counts the claims and is the fencing token of every write about the run; `seq` is
    the number of its latest event; `lease_until` is how long its executor may be silent.
    `schedule_id` is the schedule, which may be gone by now, and `due_at` the tick that it was made
    for; `late`: it stands for a tick that nobody could take in time. `pause_requested_at` is set as
    long as it is to be, or is, paused, and `resumed_at` from then until it is claimed. `started_by`
    is a `StartedBy`. `input_values` are what the declared inputs were given, by name;
    `declared_outputs` are node id and handle of each result, by name.
    """

    __tablename__ = "workflow_runs"
    __table_args__ = (
        UniqueConstraint("id", "owner_id"),
        workflow_foreign_key(),
        version_foreign_key("workflow_runs_version_fkey"),
        ForeignKeyConstraint(
            ["parent_run_id", "owner_id"],
            ["workflow_runs.id", "workflow_runs.owner_id"],
            ondelete="SET NULL (parent_run_id)",
        ),
        allowed_values("status", RunStatus),
        allowed_values("trigger", get_args(Trigger.__value__)),
        allowed_values("reuse", get_args(Reuse.__value__)),
        json_object("scope"),
        max_bytes("scope", 262_144),
        json_object("error"),
        max_bytes("error", MAX_ERROR_BYTES),
        json_object("started_by"),
        max_bytes("started_by", MAX_STARTED_BY_BYTES),
        json_object("input_values"),
        max_bytes("input_values", 2_097_152),
        json_object("declared_outputs"),
        max_bytes("declared_outputs", 131_072),
        CheckConstraint("epoch >= 0 and seq >= 1 and recoveries >= 0", name="counters"),
        CheckConstraint("total_nodes between 1 and 100000", name="total_nodes_range"),
        CheckConstraint("octet_length(request_sha256) = 32", name="request_sha256_length"),
        CheckConstraint("char_length(idempotency_key) between 1 and 255", name="key_length"),
        text_length("traceparent", 100),
        text_length("catalogue_digest", 64),
        CheckConstraint(
            "(idempotency_key is null) = (request_sha256 is null)", name="key_has_request"
        ),
        CheckConstraint(
            "(status = 'RUNNING') = (lease_until is not null)", name="lease_iff_running"
        ),
        CheckConstraint(
            "status <> 'RUNNING' or executor_id is not null", name="running_has_executor"
        ),
        CheckConstraint("status <> 'RUNNING' or started_at is not null", name="running_has_start"),
        CheckConstraint(
            "status <> 'WAITING' or executor_id is null", name="waiting_has_no_executor"
        ),
        CheckConstraint(
            "(status in ('PENDING', 'RUNNING', 'WAITING')) = (finished_at is null)",
            name="finished_iff_terminal",
        ),
        CheckConstraint("finished_at >= created_at", name="times_in_order"),
        CheckConstraint("status <> 'COMPLETED' or error is null", name="no_error_if_completed"),
        CheckConstraint(
            "(schedule_id is null) = (due_at is null) and (not late or due_at is not null)",
            name="schedule_has_due",
        ),
        Index(
            "workflow_runs_open_tick_idx",
            "schedule_id",
            postgresql_where=text("schedule_id is not null and finished_at is null"),
        ),
        Index(
            "workflow_runs_idempotency_idx",
            "owner_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key is not null"),
        ),
        Index(
            "workflow_runs_pending_idx",
            "owner_id",
            "created_at",
            "id",
            postgresql_where=text("status = 'PENDING'"),
        ),
        # Without lease_until, so that renewing a lease touches no index; few rows are RUNNING.
        Index("workflow_runs_running_idx", "owner_id", postgresql_where=text("status = 'RUNNING'")),
        Index("workflow_runs_waiting_idx", "owner_id", postgresql_where=text("status = 'WAITING'")),
        Index("workflow_runs_list_idx", "owner_id", text("created_at desc"), text("id desc")),
        Index(
            "workflow_runs_workflow_idx", "workflow_id", text("created_at desc"), text("id desc")
        ),
        Index("workflow_runs_version_idx", "version_id"),
        Index(
            "workflow_runs_started_idx",
            "owner_id",
            "started_at",
            postgresql_where=text("started_at is not null"),
        ),
        Index(
            "workflow_runs_finished_idx",
            "finished_at",
            postgresql_where=text("finished_at is not null"),
        ),
        Index(
            "workflow_runs_unmirrored_idx",
            "finished_at",
            postgresql_where=text(
                "finished_at is not null and prefect_flow_run_id is null and trigger <> 'batch'"
            ),
        ),
        Index(
            "workflow_runs_recovered_idx",
            "created_at",
            postgresql_where=text("status = 'PENDING' and epoch > 0"),
        ),
        Index(
            "workflow_runs_keys_idx",
            "created_at",
            postgresql_where=text("idempotency_key is not null"),
        ),
        Index(
            "workflow_runs_parent_idx",
            "parent_run_id",
            postgresql_where=text("parent_run_id is not null"),
        ),
        UPDATE_HEAVY_STORAGE,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    owner_id: Mapped[str]
    workflow_id: Mapped[int]
    version_id: Mapped[UUID]
    revision: Mapped[int]
    status: Mapped[RunStatus] = mapped_column(EnumText(RunStatus), server_default="PENDING")
    scope: Mapped[Json]
    trigger: Mapped[str]
    reuse: Mapped[str]
    parent_run_id: Mapped[UUID | None]
    total_nodes: Mapped[int]
    epoch: Mapped[int] = mapped_column(server_default=text("0"))
    seq: Mapped[int] = mapped_column(BIGINT, server_default=text("1"))
    recoveries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    executor_id: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    prefect_flow_run_id: Mapped[UUID | None]
    idempotency_key: Mapped[str | None]
    request_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    cancel_requested_at: Mapped[datetime | None]
    pause_requested_at: Mapped[datetime | None]
    resumed_at: Mapped[datetime | None]
    error: Mapped[Json | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    traceparent: Mapped[str | None]
    catalogue_digest: Mapped[str | None]
    schedule_id: Mapped[UUID | None]
    due_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(server_default=text("false"))
    started_by: Mapped[Json | None]
    input_values: Mapped[Json | None]
    declared_outputs: Mapped[Json | None]


class DeletedRun(Base):
    """What is still to be known of a run that was deleted; written by a trigger.

    Its idempotency key, for as long as that was promised; and, while it is `mirrored`, how it was,
    since Prefect may show it as going on. Without an owner, and a key, where its user was deleted.
    """

    __tablename__ = "deleted_runs"
    __table_args__ = (
        CheckConstraint(
            "(idempotency_key is null) = (request_sha256 is null)", name="key_has_request"
        ),
        Index(
            "deleted_runs_key_idx",
            "owner_id",
            "idempotency_key",
            postgresql_where=text("idempotency_key is not null"),
        ),
        Index("deleted_runs_mirrored_idx", "deleted_at", postgresql_where=text("mirrored")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[str | None]
    status: Mapped[RunStatus] = mapped_column(EnumText(RunStatus))
    prefect_flow_run_id: Mapped[UUID | None]
    idempotency_key: Mapped[str | None]
    request_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime] = mapped_column(server_default=NOW)
    mirrored: Mapped[bool]
