"""Runs that may have killed their executor, kept apart until it is known which one did.

A crash takes every run of its executor with it. Those with which executors died twice are
suspects: each begins by itself, so that the next crash tells it from the others, and what ended
or lived on for a while is not blamed. The last time a run is tried, its executor has no other.
See docs/adr/0046.
"""

import math
from dataclasses import dataclass
from time import monotonic
from typing import Final
from uuid import UUID

from db.queue.claims import MAX_RECOVERIES, SUSPECT_RECOVERIES

PROBATION_SECONDS: Final = {2: 10.0, 3: 10.0, 4: 40.0, 5: math.inf}
"""For so long after a suspect no other one begins in its executor, by the recoveries of the first; only
with two of them it ends with the first node that has ended: what kills executors does not end."""
ANY_RECOVERIES: Final = 32_767


@dataclass(frozen=True)
class _Suspect:
    """A suspect that was begun here."""

    probation_ends_at: float
    is_alone: bool
    """Whether nothing else begins either, until then."""


class Isolation:
    """Decides what an executor may begin, by what it has begun."""

    def __init__(self) -> None:
        """Begin with no run."""
        self._begun: set[UUID] = set()
        self._suspects: dict[UUID, _Suspect] = {}

    def begin(self, run_id: UUID, recoveries: int, *, is_suspect: bool) -> None:
        """Count a run that was claimed."""
        self._begun.add(run_id)
        if is_suspect:
            seconds = PROBATION_SECONDS[min(recoveries, MAX_RECOVERIES)]
            self._suspects[run_id] = _Suspect(
                monotonic() + seconds, is_alone=recoveries > SUSPECT_RECOVERIES
            )

    def end(self, run_id: UUID) -> None:
        """Count it no more."""
        self._begun.discard(run_id)
        self._suspects.pop(run_id, None)

    def clear(self, run_id: UUID) -> None:
        """Let the next suspect begin: a node of this one has ended."""
        suspect = self._suspects.get(run_id)
        if suspect is not None and not suspect.is_alone:
            del self._suspects[run_id]

    @property
    def is_closed(self) -> bool:
        """Whether nothing may begin, because of a suspect that has just begun."""
        return any(each.is_alone for each in self._on_probation)

    @property
    def recoveries_limit(self) -> int:
        """How many recoveries a suspect may have seen that begins now; 0: none may begin."""
        if self._on_probation:
            return 0
        return MAX_RECOVERIES - 1 if self._begun else ANY_RECOVERIES

    @property
    def probation_seconds(self) -> float:
        """How long it is until the next suspect may begin; infinite where one may begin now."""
        ends = [each.probation_ends_at for each in self._on_probation]
        return min(ends, default=math.inf) - monotonic()

    @property
    def _on_probation(self) -> list[_Suspect]:
        now = monotonic()
        return [each for each in self._suspects.values() if each.probation_ends_at > now]
