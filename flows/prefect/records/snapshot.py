"""Runs as the recorder sends them to our Prefect server: what happened so far, with true times.

Both sides use these models; nothing of Prefect here. Ids follow from ours, so that the same
snapshot, sent twice, is the same record.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

RECORDS_PATH: Final = "/nodeloom/records"
"""Of the route, below the address of Prefect's API."""
ARTIFACTS_PATH: Final = "/nodeloom/artifacts"
"""Of the route that takes the artifacts of a run which Prefect executed."""
SEQ_LABEL: Final = "nodeloom.seq"
"""The label of a flow run that records may be written to: the number of the newest event that it shows."""
HOSTED_SEQ: Final = 2**62
"""In place of that number, of a flow run that Prefect's engine executes: no recorder writes over it."""
MAX_BODY_BYTES: Final = 16_000_000
MAX_RUNS: Final = 200
MAX_TASK_RUNS: Final = 1_000
"""Of one record; the record of a larger run is sent in parts."""
MAX_STATES: Final = 1_000

StateType = Literal[
    "SCHEDULED",
    "PENDING",
    "RUNNING",
    "COMPLETED",
    "FAILED",
    "CANCELLED",
    "CRASHED",
    "PAUSED",
    "CANCELLING",
]
FINAL_TYPES: Final[frozenset[StateType]] = frozenset(
    ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")
)
Result = Literal["recorded", "current", "missing", "foreign"]
"""What became of a record: written; known already; only an addition to a record that is not there;
about a flow run that is not ours to write."""
Name = Annotated[str, Field(max_length=300)]
Text = Annotated[str, Field(max_length=100_000)]
Tags = Annotated[list[Name], Field(max_length=100)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StateRecord(_Record):
    """A state, from the moment in which it began."""

    id: UUID
    type: StateType
    name: Name
    timestamp: datetime
    message: Text | None = None
    scheduled_time: datetime | None = None
    """When what is SCHEDULED begins; else, as soon as it is in this state."""

    @property
    def final(self) -> bool:
        """Whether nothing follows."""
        return self.type in FINAL_TYPES


States = Annotated[list[StateRecord], Field(min_length=1, max_length=MAX_STATES)]
"""In their order, each later than the one before."""


class TaskRunRecord(_Record):
    """A node whose work has begun."""

    id: UUID
    name: Name
    task_key: Name
    tags: Tags
    inputs: dict[Name, list[UUID]]
    """The task runs whose results it takes, by handle."""
    retries: int = 0
    retry_delay: float = 0.0
    run_count: int = 1
    start_time: datetime
    end_time: datetime | None
    states: States


class LogRecord(_Record):
    """A line of a log."""

    id: UUID
    task_run_id: UUID | None
    level: int
    message: Text
    timestamp: datetime


class ArtifactRecord(_Record):
    """An artifact; the newest of its key is what Prefect shows first."""

    id: UUID
    key: Name
    type: Name
    data: Any
    description: Text
    task_run_id: UUID | None
    created: datetime


class RunRecord(_Record):
    """One run, as one flow run."""

    seq: int = Field(ge=1)
    """The number of the newest event that is in it: a record never overwrites a newer one."""
    after_seq: Annotated[int, Field(ge=0)] = 0
    """It says only what came after this event; 0: it says all."""
    partial: bool = False
    """Whether further parts of the same record follow."""
    flow: Name
    flow_version: Name
    deployment: tuple[Name, Name] | None
    """Flow and name of the deployment from which Prefect may retry it, if it is there."""
    flow_run_id: UUID
    name: Name
    tags: Tags
    parameters: dict[str, Any]
    created: datetime
    start_time: datetime | None
    end_time: datetime | None
    states: States
    task_runs: Annotated[list[TaskRunRecord], Field(max_length=MAX_TASK_RUNS)]
    logs: Annotated[list[LogRecord], Field(max_length=20 * MAX_TASK_RUNS)]
    artifacts: Annotated[list[ArtifactRecord], Field(max_length=100)]


class RecordBatch(_Record):
    """What is written in one transaction."""

    runs: Annotated[list[RunRecord], Field(min_length=1, max_length=MAX_RUNS)]


class ArtifactBatch(_Record):
    """The artifacts of one flow run."""

    flow_run_id: UUID
    artifacts: Annotated[list[ArtifactRecord], Field(min_length=1, max_length=100)]


class RecordResults(_Record):
    """What became of a batch, by flow run."""

    results: dict[UUID, Result]
