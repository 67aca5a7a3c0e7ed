"""Limits that operators set by tag: a node works only while it holds a slot.

Who works is counted in this process always, and in the database only where there is a limit, so
that a limit which is set now counts the nodes that work already. A limit changes for all
executors within seconds; while the database is away nobody new begins, as with everything else.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db.limits.concurrency import SlotRequest, acquire_slots, get_concurrency_limits
from db.postgres.outage import OUTAGE_ERRORS, RETRY_SECONDS

logger = logging.getLogger(__name__)

REFRESH_SECONDS: Final = 1.0
MIN_POLL_SECONDS: Final = 0.05
WAITING_POLL_SECONDS: Final = 0.25
"""Between two polls while somebody waits: a slot may have become free elsewhere."""
HOLDING_POLL_SECONDS: Final = 3.0
"""Between two polls while slots are only held: who is silent for long loses them."""


@dataclass
class _Node:
    owner_id: str
    granted: asyncio.Future[None]
    id: UUID = field(default_factory=uuid4)

    @property
    def holds(self) -> bool:
        return self.granted.done()


class _TagQueue:
    """The nodes of this process with one tag: those that work, and those that wait."""

    def __init__(self, tag: str, limiter: "ConcurrencyLimiter") -> None:
        self.tag = tag
        self.nodes: dict[UUID, _Node] = {}
        self.changed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self._limiter = limiter

    @property
    def limited(self) -> bool:
        return self.tag in self._limiter.limits

    def begin(self) -> None:
        """Poll for the queue as long as there is a limit and somebody in it."""
        self.changed.set()
        if self.limited and self.nodes and self.task is None:
            self.task = asyncio.create_task(self._poll_until_empty(), name=f"slots {self.tag}")
        elif not self.limited and self.task is None:
            self._grant(self.nodes.keys())

    def _grant(self, ids: Iterable[UUID]) -> None:
        for id in list(ids):
            node = self.nodes.get(id)
            if node is not None and not node.granted.done():
                node.granted.set_result(None)

    async def _poll_until_empty(self) -> None:
        try:
            while self.limited:
                self.changed.clear()
                empty = not self.nodes
                self._grant(await self._poll())
                if empty:
                    break
                await self._wait_for_change()
        except Exception as error:  # noqa: BLE001 - a defect: those who wait shall not hang
            for node in self.nodes.values():
                if not node.granted.done():
                    node.granted.set_exception(error)
        finally:
            self.task = None
        self.begin()

    async def _poll(self) -> frozenset[UUID]:
        requests = [SlotRequest(node.id, node.owner_id, node.holds) for node in self.nodes.values()]
        try:
            async with self._limiter.sessions.begin() as session:
                return await session.run_sync(
                    acquire_slots, self.tag, self._limiter.executor_id, requests
                )
        except OUTAGE_ERRORS as error:
            logger.warning("waiting for a slot: the database is away: %s", error)
            return frozenset()

    async def _wait_for_change(self) -> None:
        await asyncio.sleep(MIN_POLL_SECONDS)
        waits = any(not node.holds for node in self.nodes.values())
        try:
            seconds = WAITING_POLL_SECONDS if waits else HOLDING_POLL_SECONDS
            await asyncio.wait_for(self.changed.wait(), seconds - MIN_POLL_SECONDS)
        except TimeoutError:
            return


class ConcurrencyLimiter:
    """Gives the nodes of one process their slots."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        """Know nothing yet; the limits are asked for before the first node."""
        self.sessions = sessions
        self.executor_id = str(uuid4())
        self.limits: dict[str, int] = {}
        self._loaded = asyncio.Event()
        self._queues: dict[str, _TagQueue] = {}

    def limited_tag(self, tags: Iterable[str]) -> str | None:
        """Give a tag that is limited, if one of these is."""
        return next((tag for tag in tags if tag in self.limits), None)

    async def run(self) -> None:
        """Follow the limits until cancelled."""
        while True:
            await self._refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    async def close(self) -> None:
        """Give everything back."""
        tasks = [queue.task for queue in self._queues.values() if queue.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def slots(self, owner_id: str, tags: Iterable[str]) -> AsyncGenerator[None]:
        """Wait until a node with these tags may work, and hold its slot meanwhile."""
        while not self._loaded.is_set():
            await self._refresh()
            if not self._loaded.is_set():
                await asyncio.sleep(RETRY_SECONDS)
        async with AsyncExitStack() as held:
            for tag in sorted(set(tags)):  # in one order, or two could wait for each other
                await held.enter_async_context(self._slot(owner_id, tag))
            yield

    @asynccontextmanager
    async def _slot(self, owner_id: str, tag: str) -> AsyncGenerator[None]:
        queue = self._queues.get(tag) or self._queues.setdefault(tag, _TagQueue(tag, self))
        node = _Node(owner_id, asyncio.get_running_loop().create_future())
        queue.nodes[node.id] = node
        try:
            queue.begin()
            await node.granted
            yield
        finally:
            del queue.nodes[node.id]
            if queue.task is not None:
                queue.changed.set()
            elif not queue.nodes:
                del self._queues[tag]

    async def _refresh(self) -> None:
        try:
            async with self.sessions() as session:
                limits = await session.run_sync(get_concurrency_limits)
        except OUTAGE_ERRORS as error:
            logger.debug("the limits stay as they are: %s", error)
            return
        changed, self.limits = limits != self.limits, limits
        self._loaded.set()
        if changed:
            logger.info("limits by tag: %s", limits or "none")
            for queue in list(self._queues.values()):
                queue.begin()
