"""Runs and node executions as the outside sees them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, TypeAdapter
from typing_extensions import TypeAliasType

from schemas.base import FrozenModel, Model, StrictModel
from schemas.graph import MAX_DECLARATIONS, MAX_ID_LENGTH, MAX_NODES
from schemas.wire.value import ImageRead, Value


class RunStatus(StrEnum):
    """Where a run is; the last three are terminal and never change.

    `WAITING`: nobody executes it until a person says so: it is paused.
    """

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    WAITING = "WAITING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def terminal(self) -> bool:
        """Whether nothing comes after it."""
        return self in (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED)


OPEN_STATUSES: Final = tuple(status for status in RunStatus if not status.terminal)
"""Of runs that have not ended."""


class NodeStatus(StrEnum):
    """Where a node execution is; `SKIPPED`: something it needs failed, or nothing was sent to it."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    SKIPPED = "SKIPPED"

    @property
    def terminal(self) -> bool:
        """Whether nothing comes after it."""
        return self not in (NodeStatus.PENDING, NodeStatus.RUNNING)


SkipReason = Literal["not_taken"]
"""Why a node did not run although nothing that it needs failed; `not_taken`: nothing was sent to it."""
Trigger = TypeAliasType("Trigger", Literal["api", "link", "prefect", "schedule", "batch"])


class StartedBy(FrozenModel):
    """Who or what started a run: a person, a program with an API key, a schedule, or who has a share link."""

    kind: Literal["user", "api_key", "schedule", "link"]
    name: str
    """As it was then; of a person without a name the address."""


class StartedByKey(StartedBy):
    """With which API key a run was started, as it is stored and not shown."""

    key_id: UUID


Reuse = TypeAliasType("Reuse", Literal["auto", "always", "never"])
"""Whether earlier results made from the same inputs stand for running a node again.

`auto`: yes, but a run of everything asks models anew whose answers may differ; `always`: also
what such a model said; `never`: everything runs. A node whose own settings say `never` runs.
"""


NodeId = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH)]


class _Scope(FrozenModel):
    model_config = ConfigDict(strict=True)


class ScopeAll(_Scope):
    """Every node of the graph."""

    kind: Literal["all"]


class ScopeNodes(_Scope):
    """These nodes and no others."""

    kind: Literal["nodes"]
    node_ids: Annotated[tuple[NodeId, ...], Field(strict=False, min_length=1, max_length=MAX_NODES)]


class ScopeFrom(_Scope):
    """A node and everything that depends on it."""

    kind: Literal["from"]
    node_id: NodeId


class ScopeUntil(_Scope):
    """A node and everything that it needs."""

    kind: Literal["until"]
    node_id: NodeId


class ScopeFailed(_Scope):
    """What did not complete in an earlier run, and what depends on it."""

    kind: Literal["failed"]
    run_id: Annotated[UUID, Field(strict=False)]


Scope = TypeAliasType(
    "Scope",
    Annotated[
        ScopeAll | ScopeNodes | ScopeFrom | ScopeUntil | ScopeFailed, Field(discriminator="kind")
    ],
)
"""Which nodes a run is about; what enters them from outside comes from earlier runs."""

scope_adapter: TypeAdapter[Scope] = TypeAdapter(Scope)


class RunCreate(Model):
    """What a client sends to start a run."""

    scope: Scope = ScopeAll(kind="all")
    reuse: Reuse = "auto"
    inputs: dict[str, JsonValue] = Field(
        default_factory=dict[str, JsonValue], max_length=MAX_DECLARATIONS
    )
    """Values for the workflow's declared inputs, by name; files as `{"assetId"}`, `{"url"}` or
    `{"base64", "mediaType"}`."""


class RunError(FrozenModel):
    """Why a run or a node ended badly; `code` is stable, `message` says what to do."""

    code: str
    message: str


class RunCounts(FrozenModel):
    """How many nodes of the run are where."""

    total: int
    pending: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    skipped: int = 0
    reused: int = 0


class Usage(FrozenModel):
    """Tokens that a model provider counted for one node execution, in all its attempts."""

    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    finish_reason: str | None = None
    """Why a model ended its answer, in its provider's word, where it had not said all it wanted."""
    repairs: int = 0
    """How often a model was asked once more, as its answer did not fit the response schema."""

    def __add__(self, other: "Usage") -> "Usage":
        """Add a further call's; the model and the reason are the later one's."""
        return Usage(
            model=other.model or self.model,
            finish_reason=other.finish_reason,
            repairs=self.repairs + other.repairs,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            total_tokens=self.total_tokens + other.total_tokens,
        )


class RunUsage(FrozenModel):
    """Tokens that model providers counted for a run; what was reused cost it nothing."""

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0


class NodeExecutionRead(FrozenModel):
    """One node of one run.

    Where the long texts of a run's nodes (of more than 16 KB) come to more than 8 MB, they do not come with the run:
    `GET /api/runs/{id}/nodes/{nodeId}` has them.
    """

    id: UUID
    node_id: str
    node_type: str
    label: str
    status: NodeStatus
    attempt: int
    """The number of the latest attempt; 0 before the first."""
    reused: bool
    reused_from: UUID | None
    """The run whose result was taken over; it may have been deleted since."""
    reason: str | None
    """Why it was reused, in a sentence."""
    input: dict[str, Value | list[Value]]
    output: Value | None
    """The value at the output called `output`. Beside an error, what came of the work, such as an
    answer that was cut off: it goes nowhere."""
    outputs: dict[str, Value]
    """Values by output, where the node has more than one; an output without a value was not taken."""
    error: RunError | None
    skip_reason: SkipReason | None
    """Why it did not run although nothing that it needs failed."""
    usage: Usage | None
    started_at: datetime | None
    finished_at: datetime | None
    duration_ms: int | None


class RunBase(FrozenModel):
    """What is said of a run wherever it is shown."""

    id: UUID
    workflow_id: int
    revision: int
    status: RunStatus
    scope: Scope
    reuse: Reuse
    """Whether earlier results were taken over, as it was asked for."""
    trigger: Trigger
    started_by: StartedBy | None
    """None where no name is known: without sign-in, from Prefect, and of old runs."""
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    duration_ms: int | None
    """From the start to the end; the time for which it was paused is part of it."""
    pause_requested_at: datetime | None
    """When somebody paused it. A RUNNING run ends the nodes at work first, then it is WAITING."""
    counts: RunCounts
    usage: RunUsage
    error: RunError | None
    prefect_url: str | None
    schedule_id: UUID | None
    """The schedule that started it, where `trigger` is `schedule`; it may have been deleted since."""
    due_at: datetime | None
    """The tick that it was made for."""
    late: bool
    """It stands for a tick that nobody could take in time."""


class RunRead(RunBase):
    """A run with its nodes."""

    inputs: dict[str, JsonValue]
    """What its declared inputs were given, by name."""
    outputs: dict[str, Value | None]
    """What its workflow declares as results, by name; null: not there yet, or not at all."""
    node_executions: list[NodeExecutionRead]


class RunSummary(RunBase):
    """A run in a list, with what came out of it last, by which people know it again."""

    last_image: ImageRead | None
    last_text: str | None
    """Up to 160 characters from the beginning of the last text."""


class RunPage(FrozenModel):
    """A page of runs, newest first."""

    items: list[RunSummary]
    next_cursor: str | None


class ResultRead(FrozenModel):
    """What one node gave in one run.

    Texts of more than 600 characters are given by their beginning, and other values of more than 64 KB not at all:
    `GET /api/runs/{id}/nodes/{nodeId}` has them.
    """

    id: UUID
    """Of the node execution."""
    run_id: UUID
    node_id: str
    node_type: str
    label: str
    reused: bool
    """It was taken over from an earlier run."""
    output: Value | None
    outputs: dict[str, Value]
    """Values by output, where the node has more than one."""
    is_cut: bool
    """A value is longer than what is given of it."""
    favourite: bool
    """Somebody marked it."""
    finished_at: datetime


class ResultMark(StrictModel):
    """What people say of a result."""

    favourite: bool


class ResultPage(FrozenModel):
    """A page of results, the newest first; it may have few items, or none, and still not be the last one."""

    items: list[ResultRead]
    next_cursor: str | None
