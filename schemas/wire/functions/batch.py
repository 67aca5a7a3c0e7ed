"""Batches as the outside sees them: a workflow run once for each row of a table."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from schemas.base import FrozenModel, StrictModel
from schemas.graph import DECLARED_NAME, MAX_ID_LENGTH, MAX_NAME_LENGTH
from schemas.problem import Problem
from schemas.wire.run import RunError, RunStatus, RunUsage, StartedBy
from schemas.wire.value import Value

MAX_ROWS: Final = 10_000
"""Of a batch, after its axes were crossed."""
MAX_AXES: Final = 5
MAX_AXIS_VALUES: Final = 1_000


class BatchStatus(StrEnum):
    """Where a batch is: it has ended when all of its rows have."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    """Each row completed."""
    FAILED = "FAILED"
    """At least one row failed; the others have what came of them."""
    CANCELLED = "CANCELLED"
    """No row failed, and at least one was cancelled."""


class RowStatus(StrEnum):
    """Where a row of a batch is: PENDING until its run is made, then where that is."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class BatchAxis(StrictModel):
    """Values that are crossed with every row: of an input by its name, or of a param of a node."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    input: str | None = Field(None, pattern=DECLARED_NAME)
    node_id: str | None = Field(None, min_length=1, max_length=MAX_ID_LENGTH)
    param: str | None = Field(None, min_length=1, max_length=MAX_NAME_LENGTH)
    values: list[JsonValue] = Field(min_length=1, max_length=MAX_AXIS_VALUES)


ColumnMapping = Annotated[dict[str, str | None], Field(max_length=1_000)]
"""The input that a column is for, by the column's name; null: none, the column is left out."""


class BatchCreate(StrictModel):
    """A table for a batch, typed as text or as rows; files are sent as they are instead."""

    name: str | None = Field(None, min_length=1, max_length=MAX_NAME_LENGTH)
    table: str | None = None
    """CSV, tab-separated text or JSON Lines."""
    rows: list[dict[str, JsonValue]] | None = Field(None, max_length=MAX_ROWS)
    mapping: ColumnMapping | None = None
    axes: list[BatchAxis] = Field(default_factory=list[BatchAxis], max_length=MAX_AXES)


class BatchColumn(FrozenModel):
    """A column of a table, and the input that its values are for; null: they are left out."""

    name: str
    input: str | None


class BatchProblem(Problem):
    """What is wrong with a table, its row or its column."""

    row: int | None = None
    """From 1, without the line of names and lines that are empty; null: it is about the whole table."""
    column: str | None = None


class PreviewRow(FrozenModel):
    """A row as it would be run."""

    number: int
    inputs: dict[str, JsonValue]


class BatchPreview(FrozenModel):
    """What a table would start, and everything that keeps it from that."""

    columns: list[BatchColumn]
    inputs: list[str]
    """The inputs of the workflow."""
    row_count: int
    """Runs that would be started."""
    rows: list[PreviewRow]
    """The first ones."""
    notes: list[str]
    """How the file was read, where that was a guess."""
    problems: list[BatchProblem]
    """The first 100."""
    problem_count: int


class BatchCounts(FrozenModel):
    """How many rows of a batch are where."""

    total: int
    pending: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0


class BatchAxisRead(FrozenModel):
    """Values that were crossed with every row; the place among them of a row follows from its number."""

    input: str | None
    node_id: str | None
    param: str | None
    values: list[JsonValue]


class BatchRead(FrozenModel):
    """A batch and how far it is."""

    id: UUID
    name: str
    workflow_id: int
    revision: int
    function_name: str | None
    status: BatchStatus
    counts: BatchCounts
    usage: RunUsage
    """Of all runs that have ended, those of rows that were repeated included."""
    inputs: list[str]
    """Declared inputs that the rows give."""
    outputs: list[str]
    """Declared results of the workflow."""
    axes: list[BatchAxisRead]
    winner: int | None
    started_by: StartedBy | None
    created_at: datetime
    cancel_requested_at: datetime | None
    finished_at: datetime | None


class BatchPage(FrozenModel):
    """Batches of a workflow, the newest first."""

    items: list[BatchRead]
    next_cursor: str | None


class BatchRowRead(FrozenModel):
    """A row of a batch, and what came of it so far."""

    number: int
    status: RowStatus
    run_id: UUID | None
    """Null: it is not made yet, or was deleted."""
    run_status: RunStatus | None
    inputs: dict[str, JsonValue]
    overrides: dict[str, dict[str, JsonValue]]
    """By node id and param: what the axes say of this row."""
    outputs: dict[str, Value | None]
    """Results by name; null: not there yet, or not at all."""
    large_outputs: list[str]
    """Results of over 64 KB, which are read from the run or the files of results."""
    error: RunError | None
    usage: RunUsage


class BatchRowPage(FrozenModel):
    """Rows in their order; the cursor is the number of the last one."""

    items: list[BatchRowRead]
    next_cursor: str | None


class BatchWinner(StrictModel):
    """The row that is the best of a batch; null: none is."""

    number: int | None = Field(ge=1, le=MAX_ROWS)
