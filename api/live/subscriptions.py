"""News of runs, from one LISTEN connection to every stream of this process.

Events are only announced: a stream reads them from their rows. Live text travels in the
notification itself, and waits here for its readers, in bounds.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

EVENTS: Final = "nodeloom_events"
TOKENS: Final = "nodeloom_tokens"
"""As `flows.engine.live_output` sends it: the id of the run, a blank, the data as JSON."""
CHANNELS: Final = (EVENTS, TOKENS)
MAX_WAITING: Final = 131_072
"""Characters of live text that wait for one reader; older ones are dropped beyond."""


class Watch:
    """What one stream has been told and has not taken yet."""

    def __init__(self) -> None:
        """Begin with a look at the events."""
        self.wake = asyncio.Event()
        self.due = True
        """Whether there may be events to read."""
        self._tokens: deque[str] = deque()
        self._size = 0

    def look(self) -> None:
        """Wake the stream to read events."""
        self.due = True
        self.wake.set()

    def hear(self, token: str) -> None:
        """Keep live text for the stream; never blocks."""
        self._tokens.append(token)
        self._size += len(token)
        while self._size > MAX_WAITING:
            self._size -= len(self._tokens.popleft())
        self.wake.set()

    def take(self) -> list[str]:
        """Give the live text that waits."""
        taken = list(self._tokens)
        self._tokens.clear()
        self._size = 0
        return taken


class News:
    """Wakes those who wait for news of runs; one LISTEN connection feeds them all.

    Only a hint: whoever waits also looks by itself now and then.
    """

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._watching: dict[str, set[Watch]] = defaultdict(set)

    @contextmanager
    def of(self, run_id: UUID) -> Generator[Watch]:
        """Watch one run; what the caller may see is the caller's business."""
        watch = Watch()
        self._watching[str(run_id)].add(watch)
        try:
            yield watch
        finally:
            self._watching[str(run_id)].discard(watch)
            if not self._watching[str(run_id)]:
                del self._watching[str(run_id)]

    def announce(self, channel: str, payload: str | None) -> None:
        """Take a notification; None as payload: look at everything."""
        if payload is None:
            self.wake_all()
        elif channel == TOKENS:
            run_id, _, data = payload.partition(" ")
            for watch in self._watching.get(run_id, ()):
                watch.hear(data)
        else:
            for watch in self._watching.get(payload, ()):
                watch.look()

    def wake_all(self) -> None:
        """Wake everybody, to look around or to leave."""
        for watching in self._watching.values():
            for watch in watching:
                watch.look()

    def __len__(self) -> int:
        """Give how many wait."""
        return sum(len(watching) for watching in self._watching.values())
