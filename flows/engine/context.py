"""What the nodes of one claimed run share."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flows.engine.activity import IdleTracker, PauseControl
from flows.engine.host import NodeHost
from flows.engine.journal import Journal
from flows.engine.result_cache import ResultCache
from flows.engine.runtime import Runtime
from flows.graph.text_sizes import MAX_RUN_TEXT_BYTES
from schemas.errors import BadInputError
from schemas.values import MediaValue


@dataclass
class TextBudget:
    """How much the nodes of one run may still give, and how much of what enters them is recorded.

    What they give stays in memory until it was taken; what enters them is written once more each.
    """

    used: int = 0
    recorded: int = 0
    """What nodes gave, and what was recorded of what entered them, both in bytes."""

    def record(self, size: int) -> bool:
        """Count what enters a node; False: it is too much to be recorded whole."""
        if self.recorded + size > MAX_RUN_TEXT_BYTES:
            return False
        self.recorded += size
        return True

    def add(self, size: int) -> None:
        """Count what a node gives. Raises BadInputError `text_too_long`."""
        if self.used + size > MAX_RUN_TEXT_BYTES:
            raise BadInputError(
                "text_too_long",
                f"The nodes of this run give more than {MAX_RUN_TEXT_BYTES:,} bytes of text, which is the"
                " most for one run: pass long texts through fewer nodes, or run it in parts.",
            )
        self.used += size


FindAsset = Callable[[UUID], Awaitable[MediaValue | None]]


@dataclass(frozen=True)
class RunContext:
    """The parts of one run that its nodes work with."""

    runtime: Runtime
    journal: Journal
    run_id: UUID
    owner_id: str
    execution_ids: Mapping[str, UUID]
    labels: Mapping[str, str]
    find_asset: FindAsset
    network_slots: Mapping[str | None, asyncio.Semaphore]
    """By model, so that who waits for one model's limits is in nobody else's way; None: the rest."""
    host: NodeHost
    result_cache: ResultCache
    text_budget: TextBudget
    idle_tracker: IdleTracker
    pause_control: PauseControl

    def is_lost_or_paused(self) -> bool:
        """Whether the run was lost, or is paused: what has not ended goes on in another claim."""
        return self.journal.lost.is_set() or self.pause_control.drained.is_set()
