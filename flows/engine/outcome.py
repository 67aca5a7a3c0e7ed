"""How a node's part of a run ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from schemas.node_type import OUTPUT_HANDLE
from schemas.values import Value, outputs_adapter
from schemas.wire.run import NodeStatus, RunError
from tasks.node_type.definition import NodeType


@dataclass(frozen=True)
class Outcome:
    """The end of one node: COMPLETED with values by handle, or another end with an error.

    A handle without a value was not taken. SKIPPED without an error: nothing was sent to the node.
    """

    status: NodeStatus
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])
    error: RunError | None = None
    reused_from: UUID | None = None
    """The run whose result was taken over instead of doing the work again."""
    position: int = 0
    """Where in this claim's journal it is; 0 where it was durable before."""

    @property
    def completed(self) -> bool:
        """Whether its work was done."""
        return self.status is NodeStatus.COMPLETED

    @property
    def not_taken(self) -> bool:
        """Whether it did not run because nothing was sent to it."""
        return self.status is NodeStatus.SKIPPED and self.error is None

    @property
    def output(self) -> Value | None:
        """What is at the first output."""
        return self.values.get(OUTPUT_HANDLE)


def split_outputs(node_type: NodeType, values: Mapping[str, Value]) -> dict[str, Any]:
    """Give the two columns that hold what a node gave; one of them always has a value."""
    others = outputs_adapter.dump_python(dict(values), mode="json")
    output = others.pop(OUTPUT_HANDLE, None)
    has_others = output is None or len(node_type.outputs) > 1
    return {"output": output, "other_outputs": others if has_others else None}
