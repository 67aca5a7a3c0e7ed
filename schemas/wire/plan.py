"""A plan as the outside sees it: what a run would do with each node, and why."""

from typing import Literal

from typing_extensions import TypeAliasType

from schemas.base import FrozenModel

PlanAction = TypeAliasType("PlanAction", Literal["run", "reuse", "skip"])


class PlanStepRead(FrozenModel):
    """What would happen to one node; `reason` is a sentence.

    `skip`: the node is outside of the scope.
    """

    node_id: str
    action: PlanAction
    reason: str


class PlanRead(FrozenModel):
    """What would happen to every node of the workflow.

    First those in the scope, in an order in which they could run one by one; then the others.
    """

    steps: tuple[PlanStepRead, ...]
