"""What travels between API and client, beside the models of `schemas`."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from schemas.base import FrozenModel, Model
from schemas.graph import MAX_ID_LENGTH, MAX_NAME_LENGTH, Position, Viewport
from schemas.node_type import CATEGORIES, KINDS, CategorySpec, KindSpec, NodeTypeSpec
from schemas.problem import Problem
from schemas.run import NodeStatus, RunError, RunStatus, RunSummary


class StrictModel(Model):
    """Base of request bodies: no value is turned into another type."""

    model_config = ConfigDict(strict=True)


class WorkflowRename(StrictModel):
    """The new name of a workflow."""

    name: str = Field(min_length=1, max_length=MAX_NAME_LENGTH, pattern=r"\S")


class NodePosition(Position):
    """A place on the canvas that is really two numbers."""

    model_config = ConfigDict(strict=True)


class PositionsUpdate(StrictModel):
    """Where nodes have been moved to, by node id; unknown nodes are ignored."""

    positions: dict[str, NodePosition] = Field(max_length=500)


class WorkflowRead(FrozenModel):
    """A stored workflow: its graph, and what the database knows about it."""

    id: int
    revision: int
    created_at: datetime
    updated_at: datetime
    name: str
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    viewport: Viewport


class LastRun(FrozenModel):
    """The newest run of a workflow, in a list of workflows."""

    id: UUID
    status: RunStatus
    created_at: datetime


class WorkflowSummary(FrozenModel):
    """A workflow in a list."""

    id: int
    name: str
    revision: int
    created_at: datetime
    updated_at: datetime
    last_run: LastRun | None


class WorkflowPage(FrozenModel):
    """A page of workflows, newest change first."""

    items: list[WorkflowSummary]
    next_cursor: str | None


class RunPage(FrozenModel):
    """A page of runs, newest first."""

    items: list[RunSummary]
    next_cursor: str | None


class CheckResult(FrozenModel):
    """Everything that is wrong with a graph; empty: it can run."""

    problems: list[Problem]


class NodeTypePage(FrozenModel):
    """The whole catalogue, with the shelves and kinds in the order to show them; one page."""

    items: list[NodeTypeSpec]
    next_cursor: str | None = None
    categories: tuple[CategorySpec, ...] = CATEGORIES
    kinds: tuple[KindSpec, ...] = KINDS


class ModelRead(FrozenModel):
    """A language model that is offered; others that the provider has can be used, too."""

    id: str
    title: str
    description: str
    """What to know before choosing it; may be empty."""
    demo: bool
    """The small model on this machine answers in its place."""
    available: bool
    """False: no key of the provider is set."""


class ModelPage(FrozenModel):
    """All models that are offered; one page."""

    items: list[ModelRead]
    next_cursor: str | None = None


class RunEventRead(FrozenModel):
    """Data of a `run` event: the run as a whole went to another state."""

    run_id: UUID
    status: RunStatus
    error: RunError | None
    at: datetime


class NodeEventRead(FrozenModel):
    """Data of a `node` event: one node went to another state or to its next attempt.

    The error of a RUNNING node is that of the attempt before.
    """

    run_id: UUID
    execution_id: UUID
    node_id: str
    status: NodeStatus
    attempt: int
    reused: bool
    error: RunError | None
    at: datetime


class TokenEventRead(FrozenModel):
    """Data of a `token` event: live text of an llm node.

    `offset` is how many characters (Unicode code points) of this attempt's text come before.
    Pieces may be missing; the whole text is the node's output.
    """

    node_id: str
    attempt: int
    offset: int
    text: str


class AssetRecord(FrozenModel):
    """An uploaded picture or video; sizes in pixels, after EXIF rotation, and bytes."""

    id: UUID
    media_type: str
    width: int
    height: int
    bytes: int
    url: str
    duration_seconds: float | None = None


class Limits(FrozenModel):
    """What this server takes."""

    max_nodes: int
    max_edges: int
    max_graph_bytes: int
    max_id_length: int = MAX_ID_LENGTH
    max_name_length: int = MAX_NAME_LENGTH
    max_image_bytes: int
    max_video_bytes: int
    max_page_size: int


class Me(FrozenModel):
    """Who is asking, and which limits apply to them."""

    id: str
    email: str
    auth: Literal["local", "clerk"]
    demo_model: bool
    """No `GEMINI_API_KEY`: a small local model answers llm nodes."""
    prefect_url: str | None
    limits: Limits


class PartHealth(FrozenModel):
    """One part that Nodeloom works with."""

    name: Literal["database", "migrations", "prefect"]
    ok: bool
    needed: bool
    """Without a needed part no request can be served."""
    detail: str | None = None


class Health(FrozenModel):
    """`ok`, `degraded` (works, but a part that is not needed is away) or `unavailable`."""

    status: Literal["ok", "degraded", "unavailable"]
    parts: list[PartHealth] = Field(default_factory=list[PartHealth])
