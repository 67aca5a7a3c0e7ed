"""Those of one process that wait for the same limit: asked for together, in one transaction."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from db.postgres.background import Background, wait_for_event
from db.postgres.outage import OUTAGE_ERRORS, RETRY_SECONDS

logger = logging.getLogger(__name__)

MIN_PAUSE_SECONDS = 0.05
"""Between two polls, also when somebody has just come or gone."""


@dataclass(frozen=True, eq=False)
class Entry:
    """Somebody who waits, or has been granted what the list is about."""

    owner_id: str
    granted: asyncio.Future[None]
    tokens: int = 0
    id: UUID = field(default_factory=uuid4)

    @property
    def holds(self) -> bool:
        """Whether it waits no longer."""
        return self.granted.done()


@dataclass(frozen=True)
class Grants:
    """Who waits no longer, and in how many seconds asking again may help."""

    granted: frozenset[UUID]
    pause_seconds: float


Poll = Callable[[Sequence[Entry]], Awaitable[Grants]]
"""Says who is in the list, and gets what is granted; raises one of OUTAGE_ERRORS."""


class WaitingList:
    """Polls for all who are in it, as long as there is a limit and somebody in it.

    `keeps_granted`: who was granted something stays in the list until it leaves, since it holds
    what is limited; else it has left then. `is_limited`: while it says no, everybody is granted.
    """

    def __init__(
        self,
        name: str,
        poll: Poll,
        background: Background,
        *,
        keeps_granted: bool,
        is_limited: Callable[[], bool] = lambda: True,
    ) -> None:
        """Begin with nobody; `enter` starts what is needed."""
        self._name = name
        self._poll = poll
        self._background = background
        self._keeps_granted = keeps_granted
        self._is_limited = is_limited
        self._entries: dict[UUID, Entry] = {}
        self._changed = asyncio.Event()
        self._is_stale = False
        """Whether somebody has left of whom the last poll still said that it was there."""
        self._task: asyncio.Task[None] | None = None

    def __bool__(self) -> bool:
        """Whether somebody is in it, or has left and that was not said yet."""
        return bool(self._entries) or self._task is not None

    @asynccontextmanager
    async def enter(self, owner_id: str, tokens: int = 0) -> AsyncGenerator[Entry]:
        """Wait until it is granted; the block is what it was granted for."""
        entry = Entry(owner_id, asyncio.get_running_loop().create_future(), tokens)
        self._entries[entry.id] = entry
        try:
            self.refresh()
            await entry.granted
            yield entry
        finally:
            if self._entries.pop(entry.id, None) is not None:
                self._is_stale = True
                self._changed.set()
                if self._task is None:
                    self._is_stale = False  # nobody was told of it

    def refresh(self) -> None:
        """Take note that somebody has come, or that the limit is another."""
        self._changed.set()
        if not self._is_limited():
            if self._task is None:
                self._grant(self._entries)
        elif self._task is None and self._entries:
            self._task = self._background.spawn(self._poll_until_empty(), name=self._name)

    def _grant(self, ids: Iterable[UUID]) -> None:
        for id in list(ids):
            entry = self._entries.get(id)
            if entry is None:
                continue
            if not entry.granted.done():
                entry.granted.set_result(None)
            if not self._keeps_granted:
                del self._entries[id]

    async def _poll_until_empty(self) -> None:
        try:
            while self._is_limited() and (self._entries or self._is_stale):
                self._changed.clear()
                self._is_stale = False
                grants = await self._try_poll()
                self._grant(grants.granted)
                if self._entries:
                    await asyncio.sleep(MIN_PAUSE_SECONDS)
                    pause = grants.pause_seconds - MIN_PAUSE_SECONDS
                    await wait_for_event(self._changed, max(0.0, pause))
        finally:
            self._task = None
        self.refresh()

    async def _try_poll(self) -> Grants:
        try:
            return await self._poll(list(self._entries.values()))
        except OUTAGE_ERRORS as error:
            logger.warning("%s: waiting, the database is away: %s", self._name, error)
        except Exception as error:
            logger.exception("%s: the limit cannot be asked for", self._name)
            for entry in self._entries.values():
                if not entry.granted.done():
                    entry.granted.set_exception(error)  # who waits shall not hang
        return Grants(frozenset(), RETRY_SECONDS)
