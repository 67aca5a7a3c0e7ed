"""What travels between API and client, beside the models of `schemas`."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from schemas.api_key import Scope
from schemas.base import FrozenModel, Model
from schemas.graph import MAX_ID_LENGTH, MAX_NAME_LENGTH, Position, Viewport
from schemas.node_type import CATEGORIES, KINDS, CategorySpec, KindSpec, NodeTypeSpec
from schemas.problem import Problem
from schemas.wire.run import NodeStatus, RunError, RunStatus, RunSummary, ValueRead
from schemas.wire.schedule import ScheduleRead, TickRead


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
    finished_at: datetime | None


class LayoutBox(FrozenModel):
    """A node of a small drawing."""

    type: str
    x: float
    y: float
    w: float
    h: float


class Layout(FrozenModel):
    """A small drawing of a graph: its longer side is 1, its upper left corner (0, 0).

    Lines join boxes by their places in the list. A large graph is drawn in part.
    """

    width: float
    height: float
    boxes: list[LayoutBox]
    lines: list[tuple[int, int]]


class Preview(FrozenModel):
    """What a list shows of a graph; `thumbnails` are addresses of small pictures."""

    layout: Layout
    thumbnails: list[str]


class WorkflowSummary(FrozenModel):
    """A workflow in a list; `deletedAt` is set where deleted ones are listed."""

    id: int
    name: str
    revision: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    node_count: int
    last_run: LastRun | None
    preview: Preview


class WorkflowPage(FrozenModel):
    """A page of workflows."""

    items: list[WorkflowSummary]
    next_cursor: str | None


class RunPage(FrozenModel):
    """A page of runs, newest first."""

    items: list[RunSummary]
    next_cursor: str | None


class SchedulePage(FrozenModel):
    """A page of schedules, newest first."""

    items: list[ScheduleRead]
    next_cursor: str | None


class TickPage(FrozenModel):
    """A page of a schedule's ticks, latest first."""

    items: list[TickRead]
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

    kind: Literal["run"] = "run"
    run_id: UUID
    status: RunStatus
    error: RunError | None
    at: datetime


class NodeEventRead(FrozenModel):
    """Data of a `node` event: one node went to another state or to its next attempt.

    The error of a RUNNING node is that of the attempt before. `output` is there when the node
    is COMPLETED, unless it is a long text: `GET /api/runs/{id}/nodes/{nodeId}` has it all.
    """

    kind: Literal["node"] = "node"
    run_id: UUID
    execution_id: UUID
    node_id: str
    status: NodeStatus
    attempt: int
    reused: bool
    output: ValueRead | None
    error: RunError | None
    at: datetime


class TokenEventRead(FrozenModel):
    """Data of a `token` event: live text of an llm node.

    `offset` is how many characters (Unicode code points) of this attempt's text come before.
    Pieces may be missing; the whole text is the node's output.
    """

    kind: Literal["token"] = "token"
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
    """The user and how they signed in, and which limits apply to them."""

    id: str
    email: str | None
    name: str | None
    auth: Literal["local", "clerk"]
    signed_in_with: Literal["machine", "session", "key"]
    """`machine`: whoever reaches this machine's own address is its user."""
    scopes: list[Scope]
    """What may be done; an API key may be for less than everything."""
    demo_model: bool
    """No `GEMINI_API_KEY`: a small local model answers llm nodes."""
    prefect_url: str | None
    version: str
    """Of this server."""
    limits: Limits


class SignInRead(FrozenModel):
    """What a page needs to have people sign in; nothing of it is secret."""

    auth: Literal["local", "clerk"]
    """`local`: nobody needs to."""
    clerk_publishable_key: str | None


class ApiKeyCreate(StrictModel):
    """An API key to be made."""

    name: str = Field(min_length=1, max_length=100, pattern=r"\S")
    scopes: list[Scope] = Field(min_length=1, max_length=3)
    expires_at: AwareDatetime | None = Field(default=None, strict=False)
    """Absent: never."""


class ApiKeyRead(FrozenModel):
    """An API key, without its secret; `hint` is how the secret ends."""

    id: UUID
    name: str
    hint: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """To the minute."""


class ApiKeyMade(ApiKeyRead):
    """A new API key, and the only time that its secret is told."""

    secret: str


class ApiKeyPage(FrozenModel):
    """A page of API keys, newest first."""

    items: list[ApiKeyRead]
    next_cursor: str | None


class PartHealth(FrozenModel):
    """One part that Nodeloom works with."""

    name: Literal["process", "database", "migrations", "worker", "assets", "compute", "prefect"]
    ok: bool
    needed: bool
    """Without a needed part no request can be served."""
    detail: str | None = None


class Health(FrozenModel):
    """`ok`, `degraded` (works, but a part that is not needed is away) or `unavailable`."""

    status: Literal["ok", "degraded", "unavailable"]
    parts: list[PartHealth] = Field(default_factory=list[PartHealth])
