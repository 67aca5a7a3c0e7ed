"""Turns: so many requests of one user are worked on at a time that those of others get theirs.

Requests share one event loop and a few connections, first come, first served. Without turns, who
sends 100 at once has everybody else wait for 100; with them, for `PLACES`.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from api.waits import count_wait
from db.postgres.errors import busy_error
from schemas.errors import TooManyRequestsError

PLACES: Final = 2
"""Requests of one user that are worked on at the same time."""
STUCK_SECONDS: Final = 1.0
MAX_PLACES: Final = 8
"""The same where none of them ends for `STUCK_SECONDS`: they wait for something, and cost others nothing."""
MAX_WAITING: Final = 100
"""Requests of one user that may wait for a place."""
WAIT_SECONDS: Final = 3.0
"""How long one waits at most; it counts as a wait for the database."""
TURN_KEY: Final = "nodeloom_turn"
"""In the state of a request: its turn."""


@dataclass
class _Queue:
    busy: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque[asyncio.Future[None]])
    ended_at: float = 0.0
    """When a request was done last."""


class UserTurns:
    """Whose requests are worked on, by user or by what somebody signs in with."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._queues: dict[str, _Queue] = {}

    async def acquire(self, key: str) -> None:
        """Wait for a place of this user's; give it back by `release`.

        Raises:
            TooManyRequestsError: `too_many_requests`: the user sends more than is worked off.
            UnavailableError: `database_busy`: none of many requests ends.
        """
        queue = self._queues.setdefault(key, _Queue())
        if queue.busy < PLACES and not queue.waiting:
            queue.busy += 1
            return
        if len(queue.waiting) >= MAX_WAITING:
            raise _too_many_error()
        granted = asyncio.get_running_loop().create_future()
        queue.waiting.append(granted)
        try:
            await self._wait(queue, granted)
        except BaseException:
            self._leave(key, queue, granted)
            raise

    async def _wait(self, queue: _Queue, granted: asyncio.Future[None]) -> None:
        ends, stuck = monotonic() + WAIT_SECONDS, False
        while not granted.done():
            if stuck and queue.busy >= MAX_PLACES:
                raise busy_error()
            if stuck:
                queue.waiting.remove(granted)
                granted.set_result(None)
                queue.busy += 1
            elif (now := monotonic()) >= ends:
                raise _too_many_error()
            else:
                await asyncio.wait((granted,), timeout=STUCK_SECONDS)
                stuck = queue.ended_at < now

    def release(self, key: str) -> None:
        """Let the user's next request begin."""
        queue = self._queues[key]
        queue.busy -= 1
        queue.ended_at = monotonic()
        if queue.waiting and queue.busy < PLACES:
            queue.waiting.popleft().set_result(None)
            queue.busy += 1
        if not queue.busy and not queue.waiting:
            del self._queues[key]

    def _leave(self, key: str, queue: _Queue, granted: asyncio.Future[None]) -> None:
        """Have a request wait no more that was given up."""
        if granted.done():
            self.release(key)
        else:
            queue.waiting.remove(granted)


class Turn:
    """The turn of one request, which ends when its answer begins."""

    def __init__(self, turns: UserTurns) -> None:
        """Have none yet."""
        self._turns = turns
        self._keys: list[str] = []

    async def begin(self, key: str) -> None:
        """Take a place of this user's, beside what it has. Raises as `acquire`."""
        began = monotonic()
        await self._turns.acquire(key)
        self._keys.append(key)
        count_wait(monotonic() - began)

    def end(self) -> None:
        """Give all places back."""
        while self._keys:
            self._turns.release(self._keys.pop())


def _too_many_error() -> TooManyRequestsError:
    return TooManyRequestsError(
        "too_many_requests",
        f"Of your requests {PLACES} are worked on at a time, and too many are waiting: wait a second,"
        " then send fewer at once.",
    )
