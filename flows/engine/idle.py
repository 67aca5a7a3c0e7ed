"""Tells whether a run does anything at all, or only waits for others to let it go on."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

SETTLED_SECONDS: Final = 1.0
"""So long nothing must happen before a run counts as waiting: moments between two nodes do not."""


class Patience:
    """Counts the nodes of a run that have begun, and those of them that only wait.

    They wait for a turn with a model provider or for their next attempt, and need nothing of
    this process meanwhile.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._begun = 0
        self._waiting = 0
        self._since: float | None = None

    @property
    def waits(self) -> bool:
        """Whether every node that has begun waits, and has done so for a while."""
        return self._since is not None and time.monotonic() - self._since >= SETTLED_SECONDS

    @contextmanager
    def working(self) -> Generator[None]:
        """Be a node that has begun."""
        self._change(begun=1)
        try:
            yield
        finally:
            self._change(begun=-1)

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Be a node that waits."""
        self._change(waiting=1)
        try:
            yield
        finally:
            self._change(waiting=-1)

    def _change(self, *, begun: int = 0, waiting: int = 0) -> None:
        self._begun += begun
        self._waiting += waiting
        if not self._begun or self._waiting < self._begun:
            self._since = None
        elif self._since is None:
            self._since = time.monotonic()
