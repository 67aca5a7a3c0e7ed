"""A plan as the outside sees it: what a run would do with each node, and why."""

from typing import Literal

from schemas.base import FrozenModel

PlanAction = Literal["run", "reuse", "skip"]


class PlanStepRead(FrozenModel):
    """What would happen to one node; `reason` is a sentence."""

    node_id: str
    action: PlanAction
    reason: str


class PlanRead(FrozenModel):
    """The steps of a run, in an order in which they could be taken one by one."""

    steps: tuple[PlanStepRead, ...]
