"""Those of one process that wait for their turn at one model of a provider."""

import asyncio
import logging
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db.limits.rate_limits import Limits, Turns, Waiting, forget_old_turns, take_turns
from flows.engine.durable import AWAY

logger = logging.getLogger(__name__)

SOONEST_SECONDS: Final = 0.05
LATEST_SECONDS: Final = 1.0
"""Between two looks: saying that one still waits must not take longer."""
CLEAN_EVERY: Final = 200
"""Looks."""


class ProviderLine:
    """Asks for turns for all who wait here, in one transaction for all of them."""

    def __init__(
        self,
        pool: str,
        limits: Limits,
        executor_id: str,
        sessions: async_sessionmaker[AsyncSession],
    ) -> None:
        """Begin with nobody; `wait` starts what is needed."""
        self._pool = pool
        self._limits = limits
        self._executor_id = executor_id
        self._sessions = sessions
        self._waiting: dict[UUID, tuple[Waiting, asyncio.Future[None]]] = {}
        self._changed = asyncio.Event()
        self._withdrawn = False
        self._looks = 0
        self.task: asyncio.Task[None] | None = None

    async def wait(self, waiting: Waiting) -> None:
        """Wait until this call may be made."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[waiting.id] = (waiting, turn)
        self._changed.set()
        if self.task is None:
            self.task = asyncio.create_task(self._look_until_empty(), name=f"line {self._pool}")
        try:
            await turn
        finally:
            if self._waiting.pop(waiting.id, None) is not None:
                self._withdrawn = True
                self._changed.set()

    async def _look_until_empty(self) -> None:
        try:
            while self._waiting or self._withdrawn:
                self._changed.clear()
                self._withdrawn = False
                turns = await self._look()
                for id in turns.granted & self._waiting.keys():
                    _, turn = self._waiting.pop(id)
                    if not turn.done():
                        turn.set_result(None)
                if self._waiting:
                    await self._pause(turns.look_again)
        except Exception as error:  # noqa: BLE001 - a defect: those who wait shall not hang
            for _, turn in self._waiting.values():
                if not turn.done():
                    turn.set_exception(error)
        finally:
            self.task = None

    async def _look(self) -> Turns:
        waiting = [each for each, _ in self._waiting.values()]
        self._looks += 1
        try:
            async with self._sessions.begin() as session:
                turns = await session.run_sync(
                    take_turns, self._pool, self._executor_id, waiting, self._limits
                )
                if self._looks % CLEAN_EVERY == 1:
                    await session.run_sync(forget_old_turns)
        except AWAY as error:
            logger.warning("waiting for a turn: the database is away: %s", error)
            return Turns(frozenset(), LATEST_SECONDS)
        return turns

    async def _pause(self, seconds: float) -> None:
        """Wait until looking again may help; who is new need not wait for that."""
        await asyncio.sleep(SOONEST_SECONDS)
        rest = min(max(seconds, SOONEST_SECONDS), LATEST_SECONDS) - SOONEST_SECONDS
        try:
            await asyncio.wait_for(self._changed.wait(), rest)
        except TimeoutError:
            return
