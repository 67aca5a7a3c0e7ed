"""How a node's part of a run ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from schemas.node_type import OUTPUT_HANDLE
from schemas.values import Value
from schemas.wire.run import NodeStatus, RunError


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
