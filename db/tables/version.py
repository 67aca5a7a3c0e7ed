"""The tables of what workflows were: contents that runs execute, the history of saves, what is published."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import (
    NOW,
    Base,
    Json,
    allowed_values,
    json_object,
    max_bytes,
    text_length,
    version_foreign_key,
    workflow_foreign_key,
)
from schemas.graph import DECLARED_NAME
from schemas.wire.version import ORIGINS

MAX_GRAPH_BYTES: Final = 3_000_000
"""As PostgreSQL's text, which is longer than the compact JSON that `schemas.graph` limits."""
MAX_VERSION_LABEL: Final = 200
"""In characters."""


class WorkflowVersion(Base):
    """What a run executes: one content of a workflow, never changed.

    `sha256` is over the content without name, positions and viewport; the same content saved
    again is the same version.
    """

    __tablename__ = "workflow_versions"
    __table_args__ = (
        UniqueConstraint("id", "workflow_id", "owner_id"),
        UniqueConstraint("workflow_id", "sha256"),
        workflow_foreign_key(),
        CheckConstraint("octet_length(sha256) = 32", name="sha256_length"),
        json_object("graph"),
        max_bytes("graph", MAX_GRAPH_BYTES),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    workflow_id: Mapped[int]
    owner_id: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    graph: Mapped[Json]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class WorkflowRevision(Base):
    """An entry of a workflow's history: a revision that brought another content.

    Saves that follow each other within minutes are one session, which began at `began_at` and has
    had `saves` of them so far; all but the newest are `superseded`. `positions` says where the
    nodes were when the next entry was made. `outline` (see `schemas.graph_summary`) is null in entries
    that are older than it.
    """

    __tablename__ = "workflow_revisions"
    __table_args__ = (
        workflow_foreign_key(),
        version_foreign_key("workflow_revisions_version_fkey", "CASCADE"),
        allowed_values("origin", ORIGINS),
        CheckConstraint("revision >= 1 and saves >= 1", name="counters"),
        text_length("label", MAX_VERSION_LABEL),
        json_object("positions"),
        max_bytes("positions", 524_288),
        json_object("outline"),
        max_bytes("outline", 1_048_576),
        Index("workflow_revisions_version_idx", "version_id"),
        Index(
            "workflow_revisions_superseded_idx",
            "created_at",
            postgresql_where=text("superseded and not pinned and label is null"),
        ),
    )

    workflow_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner_id: Mapped[str]
    version_id: Mapped[UUID]
    origin: Mapped[str]
    source_revision: Mapped[int | None]
    began_at: Mapped[datetime]
    saves: Mapped[int] = mapped_column(server_default=text("1"))
    superseded: Mapped[bool] = mapped_column(server_default=text("false"))
    pinned: Mapped[bool] = mapped_column(server_default=text("false"))
    label: Mapped[str | None]
    positions: Mapped[Json]
    outline: Mapped[Json | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class Function(Base):
    """A version of a workflow, published: its owner's programs call it by its name.

    `revision` is where the history of the workflow has the version. Retention takes no version that is published.
    """

    __tablename__ = "functions"
    __table_args__ = (
        workflow_foreign_key(),
        version_foreign_key("functions_version_fkey"),
        CheckConstraint(f"name ~ '{DECLARED_NAME}'", name="name_form"),
        Index("functions_workflow_idx", "workflow_id"),
        Index("functions_version_idx", "version_id"),
    )

    owner_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    workflow_id: Mapped[int]
    version_id: Mapped[UUID]
    revision: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)
