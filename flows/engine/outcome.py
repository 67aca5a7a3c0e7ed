"""How a node's part of a run ended."""

from dataclasses import dataclass
from uuid import UUID

from schemas.values import Value
from schemas.wire.run import NodeStatus, RunError


@dataclass(frozen=True)
class Outcome:
    """The end of one node: COMPLETED with a value, or another end with an error."""

    status: NodeStatus
    value: Value | None = None
    error: RunError | None = None
    reused_from: UUID | None = None
    """The run whose result was taken over instead of doing the work again."""
    position: int = 0
    """Where in this claim's journal it is; 0 where it was durable before."""

    @property
    def completed(self) -> bool:
        """Whether there is a value."""
        return self.status is NodeStatus.COMPLETED
