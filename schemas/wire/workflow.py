"""Workflows as the outside sees them: their graphs, lists of them, what is wrong with them; functions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from schemas.base import FrozenModel, StrictModel
from schemas.graph import DECLARED_NAME, MAX_NAME_LENGTH, Position, Viewport
from schemas.problem import Problem
from schemas.wire.run import RunError, RunStatus
from schemas.wire.value import Value


class WorkflowRename(StrictModel):
    """The new name of a workflow."""

    name: str = Field(min_length=1, max_length=MAX_NAME_LENGTH, pattern=r"\S")


class NodePosition(Position):
    """A place on the canvas that is really two numbers."""

    model_config = ConfigDict(strict=True)


class PositionsUpdate(StrictModel):
    """Where nodes have been moved to, by node id; unknown nodes, and null, are ignored."""

    positions: dict[str, NodePosition | None] = Field(max_length=500)


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
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]


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


class OutOfDateResult(FrozenModel):
    """A result of a run that no longer fits the graph; `reason` is a sentence or two."""

    node_id: str
    execution_id: UUID
    reason: str


class CheckResult(FrozenModel):
    """Everything that is wrong with a graph; without problems it can run."""

    problems: list[Problem]
    warnings: list[Problem] = Field(default_factory=list[Problem])
    """What is to be known and keeps nothing from running, such as a model that will be taken away."""
    out_of_date: list[OutOfDateResult] = Field(default_factory=list[OutOfDateResult])
    """Of the runs that were named: results that the nodes as they are drawn would not give again, or
    that depend on such a one."""


class ImportRead(FrozenModel):
    """A workflow that was just made from a file or a template.

    `notes` are sentences on what was left out or changed; `problems` keep it from running.
    """

    workflow: WorkflowRead
    problems: list[Problem]
    notes: list[str]


class FunctionPublish(StrictModel):
    """What a client sends to publish a workflow as a function."""

    name: str = Field(pattern=DECLARED_NAME)
    version_id: UUID | None = Field(None, strict=False)
    """Absent: the workflow as it is stored now."""
    force: bool = False
    """Publish it also where programs that call what the name stands for now would break."""


class FunctionSummary(FrozenModel):
    """A function: a version of a workflow that is called by its name."""

    name: str
    url: str
    """Where it is called."""
    workflow_id: int
    workflow_name: str
    """As the workflow is called now."""
    version_id: UUID
    revision: int
    """Where the history of the workflow has the version."""
    created_at: datetime
    updated_at: datetime
    """When it was published last."""


class FunctionRead(FunctionSummary):
    """A function with what it takes and gives."""

    inputs: dict[str, Any]
    """JSON Schema of what a call sends."""
    outputs: dict[str, Any]
    """JSON Schema of `outputs` in the answer to a call."""
    example: dict[str, Any]
    """What a call may send."""
    node_count: int
    """How many nodes the run of a call has: with the ends of nodes in its events, how far it is."""


class FunctionPage(FrozenModel):
    """All functions, by name; one page."""

    items: list[FunctionSummary]
    next_cursor: str | None = None


class FunctionResult(FrozenModel):
    """What a call of a function started, and what came of it so far."""

    run_id: UUID
    status: RunStatus
    outputs: dict[str, Value | None]
    """Results by name; null: not there yet, or not at all."""
    demo: bool
    """Whether the built-in demo model wrote one of them: it is no model for real work."""
    error: RunError | None
