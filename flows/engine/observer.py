"""How others follow a run's nodes while they work, without ever holding them up."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from flows.engine.outcome import Outcome
from flows.planning.plan import Step


@dataclass(frozen=True)
class RunningNode:
    """A node whose work has begun.

    `outcome` is set at its end, or cancelled with it; `log_lines` grows by a sentence for each
    thing worth telling on the way, such as a retry.
    """

    step: Step
    outcome: asyncio.Future[Outcome]
    log_lines: list[str] = field(default_factory=list[str])
    model: str | None = None
    """The model that it asks, if it asks one."""


NodeObserver = Callable[[RunningNode], None]
"""Is told of each node when its work begins; returns at once."""


def ignore(node: RunningNode) -> None:
    """Observe nothing."""
