"""The tables.

Every row says whose it is, and foreign keys carry the owner along, so a link between two
owners' rows cannot exist. The rules on how rows may change are triggers: see
`db/migrations/versions/0001_guards.sql`.
"""

from datetime import datetime
from typing import Final, get_args
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
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

from db.limits import concurrency as node_places  # noqa: F401  # pyright: ignore[reportUnusedImport] - more tables
from db.limits import leader as chores  # noqa: F401  # pyright: ignore[reportUnusedImport] - more tables
from db.limits import rate_limits as provider_limits  # noqa: F401  # pyright: ignore[reportUnusedImport] - more tables
from db.tables.asset import Asset
from db.tables.base import (
    EMPTY_OBJECT,
    MAX_OUTPUT_BYTES,
    NOW,
    Base,
    Json,
    Words,
    at_most,
    is_object,
    length,
    of_run,
    of_version,
    of_workflow,
    one_of,
)
from db.tables.run_input import RunInput
from db.tables.schedule import Installation, Schedule, ScheduleTick
from db.tables.user import ApiKey, DeletedUser, User, WebhookMessage
from db.tables.version import WorkflowRevision, WorkflowVersion
from schemas.wire.run import NodeStatus, Reuse, RunStatus, Trigger

MAX_INPUT_BYTES: Final = 4_194_304
MAX_ERROR_BYTES: Final = 16_384
MAX_EVENT_BYTES: Final = 4_096
MAX_LABEL_LENGTH: Final = 200
"""In characters."""

__all__ = [
    "ApiKey",
    "Asset",
    "DeletedUser",
    "Installation",
    "NodeExecution",
    "RunEvent",
    "RunInput",
    "Schedule",
    "ScheduleTick",
    "User",
    "WebhookMessage",
    "Workflow",
    "WorkflowRevision",
    "WorkflowRun",
    "WorkflowVersion",
]

# Room on each page, so that the small, frequent updates stay on it and touch no index.
_ROOM = {"postgresql_with": {"fillfactor": 80, "autovacuum_vacuum_scale_factor": 0.02}}


class Workflow(Base):
    """A graph as its author last saved it.

    `graph` is the document; `positions` holds places of nodes moved since, which the fast path
    writes without touching the document. `sketch` is for lists (see `schemas.graph_summary`); null:
    not made yet. `deleted_at` hides the workflow and keeps its history.
    """

    __tablename__ = "workflows"
    __table_args__ = (
        UniqueConstraint("id", "user_id"),
        ForeignKeyConstraint(
            ["version_id", "id", "user_id"],
            ["workflow_versions.id", "workflow_versions.workflow_id", "workflow_versions.owner_id"],
            name="workflows_version_fkey",
            use_alter=True,  # the two tables point at each other
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("revision >= 1", name="revision_positive"),
        length("name", 200),
        is_object("positions"),
        at_most("positions", 524_288),  # the graph's form and size are judged by a trigger
        at_most("sketch", 65_536),
        Index(
            "workflows_list_idx",
            "user_id",
            text("updated_at desc"),
            text("id desc"),
            postgresql_where=text("deleted_at is null"),
        ),
        Index(
            "workflows_name_idx",
            "user_id",
            text("lower(name)"),
            "id",
            postgresql_where=text("deleted_at is null"),
        ),
        Index(
            "workflows_deleted_idx",
            "user_id",
            text("updated_at desc"),
            text("id desc"),
            postgresql_where=text("deleted_at is not null"),
        ),
        _ROOM,
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    version_id: Mapped[UUID]
    graph: Mapped[Json]
    positions: Mapped[Json] = mapped_column(server_default=EMPTY_OBJECT)
    sketch: Mapped[Json | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)
    deleted_at: Mapped[datetime | None]


class WorkflowRun(Base):
    """One run of one version.

    `epoch` counts the claims and is the fencing token of every write about the run; `seq` is
    the number of its latest event; `lease_until` is how long its executor may be silent.
    `schedule_id` is the schedule, which may be gone by now, and `due_at` the tick that it was made
    for; `late`: it stands for a tick that nobody could take in time.
    """

    __tablename__ = "workflow_runs"
    __table_args__ = (
        UniqueConstraint("id", "owner_id"),
        of_workflow(),
        of_version("workflow_runs_version_fkey"),
        ForeignKeyConstraint(
            ["parent_run_id", "owner_id"],
            ["workflow_runs.id", "workflow_runs.owner_id"],
            ondelete="SET NULL (parent_run_id)",
        ),
        one_of("status", RunStatus),
        one_of("trigger", get_args(Trigger)),
        one_of("reuse", get_args(Reuse)),
        is_object("scope"),
        at_most("scope", 262_144),
        is_object("error"),
        at_most("error", MAX_ERROR_BYTES),
        CheckConstraint("epoch >= 0 and seq >= 1 and recoveries >= 0", name="counters"),
        CheckConstraint("total_nodes between 1 and 100000", name="total_nodes_range"),
        CheckConstraint("octet_length(request_sha256) = 32", name="request_sha256_length"),
        CheckConstraint("char_length(idempotency_key) between 1 and 255", name="key_length"),
        length("traceparent", 100),
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
            "(status in ('PENDING', 'RUNNING')) = (finished_at is null)",
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
            postgresql_where=text("schedule_id is not null and status in ('PENDING', 'RUNNING')"),
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
            "workflow_runs_unshown_idx",
            "finished_at",
            postgresql_where=text("finished_at is not null and prefect_flow_run_id is null"),
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
        _ROOM,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    owner_id: Mapped[str]
    workflow_id: Mapped[int]
    version_id: Mapped[UUID]
    revision: Mapped[int]
    status: Mapped[RunStatus] = mapped_column(Words(RunStatus), server_default="PENDING")
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
    error: Mapped[Json | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    traceparent: Mapped[str | None]
    schedule_id: Mapped[UUID | None]
    due_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(server_default=text("false"))


class NodeExecution(Base):
    """One node of one run; a retry raises `attempt`, and `run_events` keeps the history.

    `error` on a RUNNING row is that of the previous attempt. `epoch` is the claim that last
    wrote the row; `changed_at` orders the events of one statement.
    """

    __tablename__ = "node_executions"
    __table_args__ = (
        UniqueConstraint("run_id", "node_id"),
        of_run(),
        one_of("status", NodeStatus),
        length("node_id", 128),
        length("node_type", 64),
        CheckConstraint(f"char_length(label) <= {MAX_LABEL_LENGTH}", name="label_length"),
        length("cache_key", 128),
        is_object("input"),
        is_object("output"),
        is_object("error"),
        is_object("usage"),
        at_most("input", MAX_INPUT_BYTES),
        at_most("output", MAX_OUTPUT_BYTES),
        at_most("error", MAX_ERROR_BYTES),
        at_most("usage", MAX_ERROR_BYTES),
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
            "(status = 'COMPLETED') = (output is not null)", name="output_iff_completed"
        ),
        CheckConstraint("status <> 'COMPLETED' or error is null", name="no_error_if_completed"),
        CheckConstraint(
            "status not in ('FAILED', 'SKIPPED') or error is not null", name="error_if_failed"
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
        _ROOM,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    run_id: Mapped[UUID]
    owner_id: Mapped[str]
    node_id: Mapped[str]
    node_type: Mapped[str]
    label: Mapped[str]
    ordinal: Mapped[int]
    status: Mapped[NodeStatus] = mapped_column(Words(NodeStatus), server_default="PENDING")
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    epoch: Mapped[int] = mapped_column(server_default=text("0"))
    reused: Mapped[bool] = mapped_column(server_default=text("false"))
    reused_from: Mapped[UUID | None]
    cache_key: Mapped[str | None]
    input: Mapped[Json] = mapped_column(server_default=EMPTY_OBJECT)
    output: Mapped[Json | None]
    error: Mapped[Json | None]
    usage: Mapped[Json | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    changed_at: Mapped[datetime] = mapped_column(server_default=NOW)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class RunEvent(Base):
    """A state change of a run or of one of its nodes, numbered 1, 2, 3 … within the run.

    Written by triggers only. `body` of a `run` is `{status, error, epoch}`; of a `node`
    `{nodeId, executionId, status, attempt, reused, error}`; an error is `{code, message}`.
    """

    __tablename__ = "run_events"
    __table_args__ = (
        of_run(),
        CheckConstraint("seq >= 1", name="seq_positive"),
        one_of("kind", ("run", "node")),
        at_most("body", MAX_EVENT_BYTES),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BIGINT, primary_key=True)
    owner_id: Mapped[str]
    kind: Mapped[str]
    body: Mapped[Json]
    at: Mapped[datetime] = mapped_column(server_default=NOW)
