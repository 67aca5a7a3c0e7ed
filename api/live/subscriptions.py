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

EVENTS_CHANNEL: Final = "nodeloom_events"
TOKENS_CHANNEL: Final = "nodeloom_tokens"
"""As `flows.engine.live_output` sends it: the id of the run, a blank, the data as JSON."""
CHANNELS: Final = (EVENTS_CHANNEL, TOKENS_CHANNEL)
MAX_BUFFERED: Final = 131_072
"""Characters of live text that wait for one reader; older ones are dropped beyond."""


class Subscription:
    """What one stream has been told and has not taken yet."""

    def __init__(self) -> None:
        """Begin with a look at the events."""
        self.wake = asyncio.Event()
        self.poll_due = True
        """Whether there may be events to read."""
        self._tokens: deque[str] = deque()
        self._size = 0

    def notify(self) -> None:
        """Wake the stream to read events."""
        self.poll_due = True
        self.wake.set()

    def push(self, token: str) -> None:
        """Keep live text for the stream; never blocks."""
        self._tokens.append(token)
        self._size += len(token)
        while self._size > MAX_BUFFERED:
            self._size -= len(self._tokens.popleft())
        self.wake.set()

    def drain(self) -> list[str]:
        """Give the live text that waits."""
        taken = list(self._tokens)
        self._tokens.clear()
        self._size = 0
        return taken


class RunSubscriptions:
    """Wakes those who wait for news of runs; one LISTEN connection feeds them all.

    Only a hint: whoever waits also looks by itself now and then.
    """

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._by_run: dict[str, set[Subscription]] = defaultdict(set)

    @contextmanager
    def subscribe(self, run_id: UUID) -> Generator[Subscription]:
        """Watch one run; what the caller may see is the caller's business."""
        subscription = Subscription()
        self._by_run[str(run_id)].add(subscription)
        try:
            yield subscription
        finally:
            self._by_run[str(run_id)].discard(subscription)
            if not self._by_run[str(run_id)]:
                del self._by_run[str(run_id)]

    def dispatch(self, channel: str, payload: str | None) -> None:
        """Take a notification; None as payload: look at everything."""
        if payload is None:
            self.notify_all()
        elif channel == TOKENS_CHANNEL:
            run_id, _, data = payload.partition(" ")
            for subscription in self._by_run.get(run_id, ()):
                subscription.push(data)
        else:
            for subscription in self._by_run.get(payload, ()):
                subscription.notify()

    def notify_all(self) -> None:
        """Wake everybody, to look around or to leave."""
        for watching in self._by_run.values():
            for subscription in watching:
                subscription.notify()

    def __len__(self) -> int:
        """Give how many wait."""
        return sum(len(watching) for watching in self._by_run.values())
