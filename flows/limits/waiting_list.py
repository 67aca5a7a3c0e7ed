"""Those of one process that wait for a call to one model of a provider."""

import asyncio
import logging
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db.limits.rate_limits import (
    CallGrants,
    PendingCall,
    RateLimit,
    acquire_calls,
    delete_old_calls,
)
from db.postgres.outage import OUTAGE_ERRORS

logger = logging.getLogger(__name__)

MIN_POLL_SECONDS: Final = 0.05
MAX_POLL_SECONDS: Final = 1.0
"""Between two polls: saying that one still waits must not take longer."""
POLLS_PER_CLEANUP: Final = 200
"""Old calls are deleted once in so many."""


class RateLimitQueue:
    """Asks for calls for all who wait here, in one transaction for all of them."""

    def __init__(
        self,
        rate_limit_key: str,
        limits: RateLimit,
        executor_id: str,
        sessions: async_sessionmaker[AsyncSession],
    ) -> None:
        """Begin with nobody; `wait` starts what is needed."""
        self._rate_limit_key = rate_limit_key
        self._limits = limits
        self._executor_id = executor_id
        self._sessions = sessions
        self._waiting: dict[UUID, tuple[PendingCall, asyncio.Future[None]]] = {}
        self._changed = asyncio.Event()
        self._withdrawn = False
        self._polls = 0
        self.task: asyncio.Task[None] | None = None

    async def wait(self, waiting: PendingCall) -> None:
        """Wait until this call may be made."""
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[waiting.id] = (waiting, granted)
        self._changed.set()
        if self.task is None:
            self.task = asyncio.create_task(
                self._poll_until_empty(), name=f"rate limit {self._rate_limit_key}"
            )
        try:
            await granted
        finally:
            if self._waiting.pop(waiting.id, None) is not None:
                self._withdrawn = True
                self._changed.set()

    async def _poll_until_empty(self) -> None:
        try:
            while self._waiting or self._withdrawn:
                self._changed.clear()
                self._withdrawn = False
                grants = await self._poll()
                for id in grants.granted & self._waiting.keys():
                    _, granted = self._waiting.pop(id)
                    if not granted.done():
                        granted.set_result(None)
                if self._waiting:
                    await self._wait_for_change(grants.retry_after_seconds)
        except Exception as error:  # noqa: BLE001 - a defect: those who wait shall not hang
            for _, granted in self._waiting.values():
                if not granted.done():
                    granted.set_exception(error)
        finally:
            self.task = None

    async def _poll(self) -> CallGrants:
        waiting = [each for each, _ in self._waiting.values()]
        self._polls += 1
        try:
            async with self._sessions.begin() as session:
                grants = await session.run_sync(
                    acquire_calls, self._rate_limit_key, self._executor_id, waiting, self._limits
                )
                if self._polls % POLLS_PER_CLEANUP == 1:
                    await session.run_sync(delete_old_calls)
        except OUTAGE_ERRORS as error:
            logger.warning("waiting for a call: the database is away: %s", error)
            return CallGrants(frozenset(), MAX_POLL_SECONDS)
        return grants

    async def _wait_for_change(self, seconds: float) -> None:
        """Wait until looking again may help; who is new need not wait for that."""
        await asyncio.sleep(MIN_POLL_SECONDS)
        rest = min(max(seconds, MIN_POLL_SECONDS), MAX_POLL_SECONDS) - MIN_POLL_SECONDS
        try:
            await asyncio.wait_for(self._changed.wait(), rest)
        except TimeoutError:
            return
