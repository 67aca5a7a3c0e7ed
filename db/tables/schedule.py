"""The tables of schedules: when workflows run by themselves, and what became of each tick."""

from datetime import datetime
from typing import Final, get_args
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import (
    EMPTY_OBJECT,
    NOW,
    Base,
    Json,
    allowed_values,
    json_object,
    max_bytes,
    text_length,
    workflow_foreign_key,
)
from schemas.wire.run import Reuse
from schemas.wire.schedule import OUTCOMES, CatchUp, Overlap

MAX_INPUTS_BYTES: Final = 262_144


class Schedule(Base):
    """When a workflow is run by itself, and by which rules.

    `next_at` is the first tick that nobody has taken; null: paused, or there is none. `revision`
    counts changes that Prefect has to hear of; `synced_revision` is the one that it has heard of, and
    `synced_paused` what its page showed then: whoever differs from that has changed it since. Until
    `held_until` Prefect holds its ticks back, as its work pool is paused or a limit is reached.
    """

    __tablename__ = "schedules"
    __table_args__ = (
        UniqueConstraint("id", "owner_id"),
        workflow_foreign_key(),
        text_length("name", 100),
        json_object("timing"),
        max_bytes("timing", 4_096),
        json_object("scope"),
        max_bytes("scope", 262_144),
        json_object("inputs"),
        max_bytes("inputs", MAX_INPUTS_BYTES),
        allowed_values("reuse", get_args(Reuse.__value__)),
        allowed_values("catch_up", get_args(CatchUp.__value__)),
        allowed_values("overlap", get_args(Overlap.__value__)),
        CheckConstraint("not paused or next_at is null", name="paused_has_no_next"),
        CheckConstraint("revision >= 1 and synced_revision <= revision", name="revisions"),
        Index("schedules_list_idx", "owner_id", text("created_at desc"), text("id desc")),
        Index("schedules_workflow_idx", "workflow_id", text("created_at desc"), text("id desc")),
        Index("schedules_due_idx", "next_at", postgresql_where=text("next_at is not null")),
        Index(
            "schedules_unsynced_idx",
            "id",
            postgresql_where=text("synced_revision is distinct from revision"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    owner_id: Mapped[str]
    workflow_id: Mapped[int]
    name: Mapped[str]
    timing: Mapped[Json]
    scope: Mapped[Json]
    reuse: Mapped[str]
    inputs: Mapped[Json] = mapped_column(server_default=EMPTY_OBJECT)
    catch_up: Mapped[str]
    overlap: Mapped[str]
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    next_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    synced_revision: Mapped[int | None]
    synced_paused: Mapped[bool | None]
    prefect_deployment_id: Mapped[UUID | None]
    held_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)


class ScheduleTick(Base):
    """What became of a tick; written in the transaction that makes its run, so there is one.

    `run_id` is the run that was made of it or stands for it, which may be gone by now.
    """

    __tablename__ = "schedule_ticks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["schedule_id", "owner_id"],
            ["schedules.id", "schedules.owner_id"],
            ondelete="CASCADE",
        ),
        allowed_values("outcome", OUTCOMES),
        CheckConstraint(
            "(outcome in ('run', 'coalesced')) >= (run_id is not null)", name="run_only_if_made"
        ),
        CheckConstraint("outcome <> 'run' or run_id is not null", name="run_has_one"),
        json_object("error"),
        max_bytes("error", 16_384),
        Index(
            "schedule_ticks_queued_idx",
            "schedule_id",
            "due_at",
            postgresql_where=text("outcome = 'queued'"),
        ),
        Index("schedule_ticks_decided_idx", "decided_at"),
    )

    schedule_id: Mapped[UUID] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    owner_id: Mapped[str]
    outcome: Mapped[str]
    run_id: Mapped[UUID | None]
    late: Mapped[bool] = mapped_column(server_default=text("false"))
    error: Mapped[Json | None]
    decided_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Installation(Base):
    """The one row that tells this database from others which use the same Prefect."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("single", name="one_row"),)

    single: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    id: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
