"""Limits that operators set by tag: a node works only while it holds a place.

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

from db.limits.concurrency import Wanted, limits_of_tags, take_places
from flows.engine.durable import AWAY, RETRY_SECONDS

logger = logging.getLogger(__name__)

REFRESH_SECONDS: Final = 1.0
SOONEST_SECONDS: Final = 0.05
WAITING_SECONDS: Final = 0.25
"""Between two looks while somebody waits: a place may have become free elsewhere."""
HOLDING_SECONDS: Final = 3.0
"""Between two looks while places are only held: who is silent for long loses them."""


@dataclass
class _Node:
    owner_id: str
    turn: asyncio.Future[None]
    id: UUID = field(default_factory=uuid4)

    @property
    def holds(self) -> bool:
        return self.turn.done()


class _Line:
    """The nodes of this process with one tag: those that work, and those that wait."""

    def __init__(self, tag: str, places: "Places") -> None:
        self.tag = tag
        self.nodes: dict[UUID, _Node] = {}
        self.changed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self._places = places

    @property
    def limited(self) -> bool:
        return self.tag in self._places.limits

    def begin(self) -> None:
        """See to the line as long as there is a limit and somebody in it."""
        self.changed.set()
        if self.limited and self.nodes and self.task is None:
            self.task = asyncio.create_task(self._look_until_empty(), name=f"places {self.tag}")
        elif not self.limited and self.task is None:
            self._grant(self.nodes.keys())

    def _grant(self, ids: Iterable[UUID]) -> None:
        for id in list(ids):
            node = self.nodes.get(id)
            if node is not None and not node.turn.done():
                node.turn.set_result(None)

    async def _look_until_empty(self) -> None:
        try:
            while self.limited:
                self.changed.clear()
                empty = not self.nodes
                self._grant(await self._look())
                if empty:
                    break
                await self._pause()
        except Exception as error:  # noqa: BLE001 - a defect: those who wait shall not hang
            for node in self.nodes.values():
                if not node.turn.done():
                    node.turn.set_exception(error)
        finally:
            self.task = None
        self.begin()

    async def _look(self) -> frozenset[UUID]:
        wanted = [Wanted(node.id, node.owner_id, node.holds) for node in self.nodes.values()]
        try:
            async with self._places.sessions.begin() as session:
                return await session.run_sync(
                    take_places, self.tag, self._places.executor_id, wanted
                )
        except AWAY as error:
            logger.warning("waiting for a place: the database is away: %s", error)
            return frozenset()

    async def _pause(self) -> None:
        await asyncio.sleep(SOONEST_SECONDS)
        waits = any(not node.holds for node in self.nodes.values())
        try:
            seconds = WAITING_SECONDS if waits else HOLDING_SECONDS
            await asyncio.wait_for(self.changed.wait(), seconds - SOONEST_SECONDS)
        except TimeoutError:
            return


class Places:
    """Gives the nodes of one process their places."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        """Know nothing yet; the limits are asked for before the first node."""
        self.sessions = sessions
        self.executor_id = str(uuid4())
        self.limits: dict[str, int] = {}
        self._known = asyncio.Event()
        self._lines: dict[str, _Line] = {}

    def limit_on(self, tags: Iterable[str]) -> str | None:
        """Give a tag that is limited, if one of these is."""
        return next((tag for tag in tags if tag in self.limits), None)

    async def run(self) -> None:
        """Follow the limits until cancelled."""
        while True:
            await self._refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    async def close(self) -> None:
        """Give everything back."""
        tasks = [line.task for line in self._lines.values() if line.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def place(self, owner_id: str, tags: Iterable[str]) -> AsyncGenerator[None]:
        """Wait until a node with these tags may work, and hold its place meanwhile."""
        while not self._known.is_set():
            await self._refresh()
            if not self._known.is_set():
                await asyncio.sleep(RETRY_SECONDS)
        async with AsyncExitStack() as held:
            for tag in sorted(set(tags)):  # in one order, or two could wait for each other
                await held.enter_async_context(self._one(owner_id, tag))
            yield

    @asynccontextmanager
    async def _one(self, owner_id: str, tag: str) -> AsyncGenerator[None]:
        line = self._lines.get(tag) or self._lines.setdefault(tag, _Line(tag, self))
        node = _Node(owner_id, asyncio.get_running_loop().create_future())
        line.nodes[node.id] = node
        try:
            line.begin()
            await node.turn
            yield
        finally:
            del line.nodes[node.id]
            if line.task is not None:
                line.changed.set()
            elif not line.nodes:
                del self._lines[tag]

    async def _refresh(self) -> None:
        try:
            async with self.sessions() as session:
                limits = await session.run_sync(limits_of_tags)
        except AWAY as error:
            logger.debug("the limits stay as they are: %s", error)
            return
        changed, self.limits = limits != self.limits, limits
        self._known.set()
        if changed:
            logger.info("limits by tag: %s", limits or "none")
            for line in list(self._lines.values()):
                line.begin()
