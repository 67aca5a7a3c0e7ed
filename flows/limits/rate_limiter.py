"""Limits of a model provider, shared by all executors: when a node may make its call.

Waiting is done before an attempt begins: it counts against no timeout, the node is still
PENDING, and a cancelled run stops waiting at once.
"""

import asyncio
import hashlib
import logging
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from db.limits.rate_limits import Limits, Waiting, count_tokens, pause, pause_of, renew_turn
from flows.engine.durable import AWAY
from flows.engine.telemetry import see_call, see_wait
from flows.limits.waiting_list import ProviderLine
from schemas.errors import ProviderError
from schemas.per_model import limit_of
from schemas.settings import Settings
from schemas.wire.run import Usage
from tasks.node import Demand, Remote, Say
from tasks.providers.gemini.client import Gemini

logger = logging.getLogger(__name__)

MAX_PAUSE_SECONDS: Final = 300.0
"""No longer than a retry waits, whatever a provider says."""
FRESH_SECONDS: Final = 0.25
"""How long a look for pauses is good for; without limits it is all that a call costs."""
LATE_SECONDS: Final = 0.5
"""A call made so much later than it was granted counts from then on."""


class ProviderTurns:
    """Gives the nodes of one process their turns."""

    def __init__(
        self, settings: Settings, sessions: async_sessionmaker[AsyncSession], remote: Gemini
    ) -> None:
        """Know the limits; nothing is asked before the first node."""
        self._settings = settings
        self._sessions = sessions
        self._remote = remote
        self._key = _key_hash(settings)
        self._executor_id = str(uuid4())
        self._lines: dict[str, ProviderLine] = {}
        self._looked: dict[str, tuple[float, float]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._writes: set[asyncio.Task[None]] = set()

    async def prepare(self) -> None:
        """Have the provider's client open before it is needed."""
        await self._remote.prepare()

    async def take(self, owner_id: str, demand: Demand) -> "ProviderTurn":
        """Wait until a call may be made; give what makes it."""
        with see_wait(demand.model):
            return await self._take(owner_id, demand)

    async def _take(self, owner_id: str, demand: Demand) -> "ProviderTurn":
        pool, limits = f"{self._key} {demand.model}", self._limits(demand.model)
        if limits.requests is None and limits.tokens is None:
            await self._wait_for_pause(pool)
            return ProviderTurn(self, self._remote, pool, None)
        await self._remote.prepare()
        if pool not in self._lines:
            self._lines[pool] = ProviderLine(pool, limits, self._executor_id, self._sessions)
        waiting = Waiting(uuid4(), owner_id, demand.tokens)
        await self._lines[pool].wait(waiting)
        return ProviderTurn(self, self._remote, pool, waiting.id)

    async def pause(self, pool: str, seconds: float) -> None:
        """Leave a pool alone, and have all executors do so."""
        seconds = min(seconds, MAX_PAUSE_SECONDS)
        self._looked[pool] = (monotonic(), monotonic() + seconds)
        await self.write(lambda session: pause(session, pool, seconds))

    async def write(self, change: Callable[[Session], None]) -> None:
        """Make a change that is worth one try."""
        try:
            async with self._sessions.begin() as session:
                await session.run_sync(change)
        except AWAY as error:
            logger.warning("the limits of the model provider are not kept: %s", error)

    def write_later(self, change: Callable[[Session], None]) -> None:
        """Make a change without keeping anybody waiting."""
        task = asyncio.create_task(self.write(change))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def close(self) -> None:
        """Stop waiting and writing."""
        tasks = [*self._writes, *(line.task for line in self._lines.values() if line.task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _limits(self, model: str) -> Limits:
        return Limits(
            requests=limit_of(self._settings.llm_rpm, model),
            tokens=limit_of(self._settings.llm_tpm, model),
            window=self._settings.llm_window_seconds,
        )

    async def _wait_for_pause(self, pool: str) -> None:
        while (seconds := await self._paused(pool)) > 0:  # noqa: ASYNC110 - told by the database
            # Not everybody at the very moment that the pause is over.
            await asyncio.sleep(seconds + random.uniform(0, min(1.0, seconds / 4)))  # noqa: S311

    async def _paused(self, pool: str) -> float:
        """Give how long a pool is paused, looking once for all who ask at the same time."""
        async with self._locks[pool]:
            looked_at, until = self._looked.get(pool, (float("-inf"), 0.0))
            if monotonic() - looked_at > FRESH_SECONDS:
                until = max(until, monotonic() + await self._look(pool))
                self._looked[pool] = (monotonic(), until)
        return until - monotonic()

    async def _look(self, pool: str) -> float:
        try:
            async with self._sessions() as session:
                return await session.run_sync(pause_of, pool)
        except AWAY:
            return 0.0  # what the node is told without a database is seen by the journal


@dataclass
class ProviderTurn(Remote):
    """The provider for one call whose turn has come; tells the limits what became of it."""

    turns: ProviderTurns
    remote: Remote
    pool: str
    id: UUID | None
    """Of the counted call; None where there is no limit."""

    def __post_init__(self) -> None:
        """Remember when the turn came."""
        self._came_at = monotonic()
        self._arrived = False

    async def generate(
        self, request: Any, *, idempotency_key: str, say: Say, count: Callable[[Usage], None]
    ) -> Any:
        """Make the call."""

        def counted(usage: Usage) -> None:
            seen.usage = usage
            count(usage)
            self._correct(usage)

        def heard(text: str) -> None:
            self._arrive()
            say(text)

        await self._renew()
        try:
            with see_call(request.model) as seen:
                return await self.remote.generate(
                    request, idempotency_key=idempotency_key, say=heard, count=counted
                )
        except ProviderError as error:
            if error.code == "rate_limited" and error.retry_after:
                await self.turns.pause(self.pool, error.retry_after)
            raise
        finally:
            self._arrive()

    def _arrive(self) -> None:
        """Count the call from its answer on: when it reached the provider is not known before.

        Counted from its turn until a window after its answer, no window of the provider's, by
        its own clock, ever has more calls than the limit.
        """
        id, arrived = self.id, self._arrived
        self._arrived = True
        if id is not None and not arrived:
            self.turns.write_later(lambda session: renew_turn(session, id))

    async def _renew(self) -> None:
        """Count the call from now on where making it ready took long: pictures, for example."""
        id = self.id
        if id is not None and monotonic() - self._came_at > LATE_SECONDS:
            await self.turns.write(lambda session: renew_turn(session, id))

    def _correct(self, usage: Usage) -> None:
        id = self.id
        if id is not None and usage.total_tokens:
            self.turns.write_later(lambda session: count_tokens(session, id, usage.total_tokens))


def _key_hash(settings: Settings) -> str:
    """Name the key without telling it."""
    key = settings.gemini_api_key.get_secret_value() if settings.gemini_api_key else ""
    known = f"nodeloom\n{settings.gemini_base_url or 'google'}\n{key}"
    return hashlib.sha256(known.encode()).hexdigest()[:32]
