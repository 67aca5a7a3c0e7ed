"""Tells whether a run does anything at all, or only waits for others to let it go on."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

IDLE_AFTER_SECONDS: Final = 1.0
"""So long nothing must happen before a run counts as waiting: moments between two nodes do not."""


class IdleTracker:
    """Counts the nodes of a run that have begun, and those of them that only wait.

    They wait for a turn with a model provider or for their next attempt, and need nothing of
    this process meanwhile.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._running = 0
        self._waiting = 0
        self._idle_since: float | None = None

    @property
    def is_idle(self) -> bool:
        """Whether every node that has begun waits, and has done so for a while."""
        since = self._idle_since
        return since is not None and time.monotonic() - since >= IDLE_AFTER_SECONDS

    @contextmanager
    def running(self) -> Generator[None]:
        """Be a node that has begun."""
        self._change(running=1)
        try:
            yield
        finally:
            self._change(running=-1)

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Be a node that waits."""
        self._change(waiting=1)
        try:
            yield
        finally:
            self._change(waiting=-1)

    def _change(self, *, running: int = 0, waiting: int = 0) -> None:
        self._running += running
        self._waiting += waiting
        if not self._running or self._waiting < self._running:
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = time.monotonic()
