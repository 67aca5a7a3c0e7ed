"""What the stream of a run's events tells: the data of each server-sent event."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from schemas.base import FrozenModel
from schemas.wire.run import NodeStatus, RunError, RunStatus, SkipReason
from schemas.wire.value import Value


class RunEventRead(FrozenModel):
    """Data of a `run` event: the run as a whole went to another state, or is to be paused, or not any more."""

    kind: Literal["run"] = "run"
    run_id: UUID
    status: RunStatus
    pausing: bool
    """Whether somebody has paused it: one that is RUNNING ends the nodes at work first."""
    error: RunError | None
    at: datetime


class NodeEventRead(FrozenModel):
    """Data of a `node` event: one node went to another state or to its next attempt.

    The error of a RUNNING node is that of the attempt before. `output` is there when the node
    is COMPLETED, or FAILED with something to show, unless it is a long text: `GET /api/runs/{id}/nodes/{nodeId}` has it all.
    """

    kind: Literal["node"] = "node"
    run_id: UUID
    execution_id: UUID
    node_id: str
    status: NodeStatus
    attempt: int
    reused: bool
    output: Value | None
    outputs: dict[str, Value]
    """Of a node with several outputs: see `NodeExecutionRead`."""
    error: RunError | None
    skip_reason: SkipReason | None
    at: datetime


class TokenEventRead(FrozenModel):
    """Data of a `token` event: live text of an llm node.

    `offset` is how many characters (Unicode code points) of this attempt's text come before.
    Each stream tells the text from its beginning, however late it was asked for; a very long text
    may stop before its end, as the whole text is the node's output.
    """

    kind: Literal["token"] = "token"
    node_id: str
    attempt: int
    offset: int
    text: str


class WorkflowEventRead(FrozenModel):
    """Data of a `workflow` event: what a workflow is at, when the stream begins and after each save.

    Positions of nodes have no revision: `moved` says whether some of them changed since the event before.
    """

    kind: Literal["workflow"] = "workflow"
    revision: int
    moved: bool


class PreviewEventRead(FrozenModel):
    """Data of a `preview` event: a picture of what a node's output may become.

    It takes the place of the one before, and its address ends with the node.
    """

    kind: Literal["preview"] = "preview"
    node_id: str
    attempt: int
    value: Value
