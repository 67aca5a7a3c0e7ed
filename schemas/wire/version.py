"""The history of a workflow: what made each version, what it changed, what it was."""

from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from pydantic import Field

from schemas.base import FrozenModel, StrictModel
from schemas.graph import Viewport

Origin = Literal["created", "saved", "restored", "imported", "template", "duplicated"]
"""What made an entry of the history."""
ORIGINS: tuple[str, ...] = get_args(Origin)


class Changes(FrozenModel):
    """What differs from the entry before; where a node stands is no difference.

    `summary` is a sentence that names some of it.
    """

    nodes_added: int = 0
    nodes_removed: int = 0
    nodes_changed: int = 0
    edges_added: int = 0
    edges_removed: int = 0
    summary: str


class VersionRead(FrozenModel):
    """An entry of a workflow's history: the state at `createdAt`.

    `beganAt` and `saves` tell of the session of edits that led to it; `sourceRevision` is the
    revision that was restored. Pinned and named entries are kept for ever.
    """

    id: UUID
    revision: int
    origin: Origin
    source_revision: int | None
    created_at: datetime
    began_at: datetime
    saves: int
    label: str | None
    pinned: bool
    current: bool
    node_count: int
    edge_count: int
    changes: Changes


class VersionPage(FrozenModel):
    """A page of a history, newest first."""

    items: list[VersionRead]
    next_cursor: str | None


class VersionMark(StrictModel):
    """What people say of a version; what is left out stays as it is."""

    label: str | None = Field(None, min_length=1, max_length=200, pattern=r"\S")
    pinned: bool = False


class GraphRead(FrozenModel):
    """A graph as it was, with the name that its workflow has now.

    `revision` is null where the history does not know this version any more.
    """

    id: UUID
    workflow_id: int
    revision: int | None
    created_at: datetime
    name: str
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    viewport: Viewport
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]
