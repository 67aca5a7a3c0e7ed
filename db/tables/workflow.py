"""The table of workflows; what they were is in `db.tables.version`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import (
    EMPTY_OBJECT,
    NOW,
    UPDATE_HEAVY_STORAGE,
    Base,
    Json,
    json_object,
    max_bytes,
    text_length,
)


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
        text_length("name", 200),
        json_object("positions"),
        max_bytes("positions", 524_288),  # the graph's form and size are judged by a trigger
        max_bytes("sketch", 65_536),
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
        UPDATE_HEAVY_STORAGE,
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
