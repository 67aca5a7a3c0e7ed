"""What the nodes of a run do: whether they only wait for others, and whether they may begin."""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from schemas.wire.run import RunError

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


class PauseControl:
    """Knows which nodes are at work, and lets no other one begin while it is closed."""

    def __init__(self) -> None:
        """Begin open, with no node at work."""
        self._open = asyncio.Event()
        self._open.set()
        self._working: set[str] = set()
        self.errors: Final[dict[str, RunError]] = {}
        """Of nodes between two attempts: that of the last one."""
        self.drained = asyncio.Event()
        """Set while it is closed and no node is at work."""

    def set_paused(self, paused: bool) -> None:
        """Close it, or open it again."""
        if paused:
            self._open.clear()
        else:
            self._open.set()
        self._judge()

    async def wait_until_resumed(self) -> None:
        """Wait as long as it is closed."""
        await self._open.wait()

    def begin(self, node_id: str) -> bool:
        """Let a node begin an attempt; False: not now."""
        if self._open.is_set():
            self._working.add(node_id)
            self.errors.pop(node_id, None)
        return self._open.is_set()

    def end(self, node_id: str, error: RunError | None = None) -> None:
        """Note that a node is at work no longer; with an error it waits for its next attempt."""
        self._working.discard(node_id)
        if error is not None:
            self.errors[node_id] = error
        self._judge()

    def _judge(self) -> None:
        if self._working or self._open.is_set():
            self.drained.clear()
        else:
            self.drained.set()
