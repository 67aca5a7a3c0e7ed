"""Runs that may have killed their executor, kept apart until it is known which one did.

A crash takes every run of its executor with it. Those with which executors died twice are
suspects: each begins by itself, so that the next crash tells it from the others, and what ended
or lived on for a while is not blamed. The last time a run is tried, its executor has no other.
See docs/adr/0046.
"""

import math
from time import monotonic
from typing import Final
from uuid import UUID

from db.queue.claims import MAX_RECOVERIES, SUSPECT_RECOVERIES

ISOLATION_SECONDS: Final = 10.0
"""Nothing else begins so long before and after a suspect; twice as long with each further recovery."""
ANY_RECOVERIES: Final = 32_767


def isolation_seconds(recoveries: int) -> float:
    """Give how long nothing else may begin in the executor of a run that was recovered so often."""
    if recoveries < SUSPECT_RECOVERIES:
        return 0
    if recoveries >= MAX_RECOVERIES:
        return math.inf
    return ISOLATION_SECONDS * 2 ** (recoveries - SUSPECT_RECOVERIES)


class Isolation:
    """Decides what an executor may begin, by what it has begun."""

    def __init__(self) -> None:
        """Begin with no run."""
        self._begun: dict[UUID, tuple[float, float]] = {}
        """When a run began, and until when nothing else may begin."""

    def begin(self, run_id: UUID, recoveries: int) -> None:
        """Count a run that was claimed."""
        now = monotonic()
        self._begun[run_id] = now, now + isolation_seconds(recoveries)

    def end(self, run_id: UUID) -> None:
        """Count it no more."""
        self._begun.pop(run_id, None)

    @property
    def is_closed(self) -> bool:
        """Whether nothing may begin, because of a suspect that has just begun."""
        return any(until > monotonic() for _, until in self._begun.values())

    @property
    def recoveries_limit(self) -> int:
        """How many recoveries a suspect may have seen that begins now; 0: none may begin."""
        if not self._begun:
            return ANY_RECOVERIES
        last = max(begun for begun, _ in self._begun.values())
        return MAX_RECOVERIES - 1 if monotonic() - last >= ISOLATION_SECONDS else 0
