"""Python's garbage collector, kept from looking at what stays for ever; and what it frees, given back.

A full collection visits every object of the process, and Prefect, SQLAlchemy and the SDK bring
hundreds of thousands of them: a stop of 50 to 200 ms, in the middle of somebody's run. On the other
hand a few objects in a circle may hold any number of long texts, and the collector, which counts
objects, may not come to them for hours.
"""

import gc
from collections.abc import Callable
from time import monotonic
from typing import Final

from flows.compute.malloc import release_free_memory

GENERATION_0_THRESHOLD: Final = 10_000
"""Objects made before the young ones are looked at; Python's own 700 is a hundred times a run."""


def freeze_startup_objects() -> None:
    """Take what is there now for permanent. Call it once, when everything is imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GENERATION_0_THRESHOLD, 10, 10)


MIN_CHANGE_BYTES: Final = 1_048_576
"""A process that grows by less between two checks does not grow."""
PAUSE_SECONDS: Final = 2.0
RELEASED_BYTES: Final = 33_554_432
"""Less is not worth a collection."""


class FreeMemory:
    """Gives memory back to the operating system once a process has stopped growing."""

    def __init__(self, resident: Callable[[], int]) -> None:
        """Begin with what the process has now; `resident` gives that in bytes."""
        self._resident = resident
        self._retained = self._last = resident()
        self._grew_at = monotonic()

    def is_due(self) -> bool:
        """Whether it is time to: ask this each second."""
        size, now = self._resident(), monotonic()
        if size > self._last + MIN_CHANGE_BYTES:
            self._grew_at = now
        self._last = size
        self._retained = min(self._retained, size)
        return size > self._retained + RELEASED_BYTES and now - self._grew_at > PAUSE_SECONDS

    def release(self) -> None:
        """Collect garbage and give back what is free; in any thread."""
        gc.collect()
        release_free_memory()
        self._retained = self._last = self._resident()
