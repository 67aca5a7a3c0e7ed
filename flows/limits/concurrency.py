"""Limits that operators set by tag: a node works only while it holds a slot.

Who works is counted in this process always, and in the database only where there is a limit, so
that a limit which is set now counts the nodes that work already. A limit changes for all
executors within seconds; while the database is away nobody new begins, as with everything else.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db.limits.concurrency import SlotRequest, acquire_slots, get_concurrency_limits
from db.postgres.background import Background
from db.postgres.outage import OUTAGE_ERRORS, run_in_transaction
from flows.limits.waiting_list import Entry, Grants, WaitingList

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SlotTiming:
    """How often limits and slots are asked for."""

    refresh_seconds: float = 3.0
    """Between two looks for limits that were changed, where no notification told of it."""
    waiting_seconds: float = 0.25
    """Between two polls while somebody waits: a slot may have become free elsewhere."""
    holding_seconds: float = 3.0
    """Between two polls while slots are only held: who is silent for long loses them."""


DEFAULT_TIMING: Final = SlotTiming()


class ConcurrencyLimiter:
    """Gives the nodes of one process their slots."""

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], timing: SlotTiming = DEFAULT_TIMING
    ) -> None:
        """Know nothing yet; `start` follows the limits."""
        self.executor_id = str(uuid4())
        self.limits: dict[str, int] = {}
        self._sessions = sessions
        self._timing = timing
        self._loaded = asyncio.Event()
        self.changed = asyncio.Event()
        """Set when limits may have changed."""
        self._background = Background("limits by tag")
        self._lists: dict[str, WaitingList] = {}

    def limited_tag(self, tags: Iterable[str]) -> str | None:
        """Give a tag that is limited, if one of these is."""
        return next((tag for tag in tags if tag in self.limits), None)

    def start(self) -> None:
        """Begin to follow the limits."""
        self._background.every(self._timing.refresh_seconds, self._refresh, wake=self.changed)

    async def close(self) -> None:
        """Give everything back."""
        await self._background.close()

    @asynccontextmanager
    async def slots(self, owner_id: str, tags: Iterable[str]) -> AsyncGenerator[None]:
        """Wait until a node with these tags may work, and hold its slot meanwhile."""
        if not self._loaded.is_set():
            try:
                await self._refresh()
            except OUTAGE_ERRORS:
                await self._loaded.wait()
        async with AsyncExitStack() as held:
            for tag in sorted(set(tags)):  # in one order, or two could wait for each other
                await held.enter_async_context(self._slot(owner_id, tag))
            yield

    @asynccontextmanager
    async def _slot(self, owner_id: str, tag: str) -> AsyncGenerator[None]:
        if tag not in self._lists:
            self._lists[tag] = WaitingList(
                tag,
                partial(self._poll, tag),
                self._background,
                keeps_granted=True,
                is_limited=lambda: tag in self.limits,
            )
        waiting = self._lists[tag]
        try:
            async with waiting.enter(owner_id):
                yield
        finally:
            if not waiting and self._lists.get(tag) is waiting:
                del self._lists[tag]

    async def _poll(self, tag: str, entries: Sequence[Entry]) -> Grants:
        requests = [SlotRequest(entry.id, entry.owner_id, entry.holds) for entry in entries]
        granted = await run_in_transaction(
            self._sessions,
            lambda session: acquire_slots(session, tag, self.executor_id, requests),
        )
        waits = any(not entry.holds and entry.id not in granted for entry in entries)
        timing = self._timing
        return Grants(granted, timing.waiting_seconds if waits else timing.holding_seconds)

    async def _refresh(self) -> None:
        limits = await run_in_transaction(self._sessions, get_concurrency_limits)
        changed, self.limits = limits != self.limits, limits
        self._loaded.set()
        if changed:
            logger.info("limits by tag: %s", limits or "none")
            for waiting in list(self._lists.values()):
                waiting.refresh()
