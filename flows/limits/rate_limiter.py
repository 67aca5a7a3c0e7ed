"""Limits of a model provider, shared by all executors: when a node may make its call.

Waiting is done before an attempt begins: it counts against no timeout, the node is still
PENDING, and a cancelled run stops waiting at once.
"""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from db.limits.rate_limits import (
    CallGrants,
    PendingCall,
    RateLimit,
    acquire_calls,
    delete_old_calls,
    get_cooldown,
    restart_call_window,
    set_call_tokens,
    start_cooldown,
)
from db.postgres.background import Background
from db.postgres.outage import OUTAGE_ERRORS, run_in_transaction
from flows.limits.telemetry import measure_wait, trace_call
from flows.limits.waiting_list import Entry, Grants, WaitingList
from schemas.errors import ProviderError
from schemas.model_limits import model_limit
from schemas.settings import Settings
from schemas.wire.run import Usage
from tasks.node_type.definition import Demand
from tasks.providers.base import Provider, TextRequest, TextResponse
from tasks.providers.registry import ModelName, Providers
from tasks.providers.text import EmitText, ModelCall, RecordUsage, generate_text

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CallTiming:
    """How long is waited for what, around calls to a model provider."""

    max_cooldown_seconds: float = 300.0
    """No longer than a retry waits, whatever a provider says."""
    cooldown_cache_seconds: float = 0.25
    """How long a look for cooldowns is good for; without limits it is all that a call costs."""
    restart_after_seconds: float = 0.5
    """A call made so much later than it was granted counts from then on."""
    max_poll_seconds: float = 1.0
    """Between two polls: saying that one still waits must not take longer."""
    polls_per_cleanup: int = 200
    """Old calls are deleted once in so many polls."""


DEFAULT_TIMING: Final = CallTiming()


class RateLimiter:
    """Lets the nodes of one process make their calls when the limits allow it."""

    def __init__(
        self,
        settings: Settings,
        sessions: async_sessionmaker[AsyncSession],
        providers: Providers,
        timing: CallTiming = DEFAULT_TIMING,
    ) -> None:
        """Know the limits; nothing is asked before the first node."""
        self._settings = settings
        self._sessions = sessions
        self._providers = providers
        self._timing = timing
        self._executor_id = str(uuid4())
        self._background = Background("limits of providers")
        self._lists: dict[str, WaitingList] = {}
        self._polls = 0
        self._cooldowns: dict[str, tuple[float, float]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def restart_after_seconds(self) -> float:
        """A call made so much later than it was granted counts from then on."""
        return self._timing.restart_after_seconds

    async def prepare(self) -> None:
        """Have the clients of configured providers open before they are needed."""
        await self._providers.prepare()

    async def acquire(self, owner_id: str, demand: Demand) -> ModelCall:
        """Wait until a call may be made; give what makes it."""
        try:
            provider = self._providers.get(demand.model.provider)
            if self._is_limited(demand.model):
                await provider.prepare()  # so that the call is made when it is granted
        except Exception as error:  # noqa: BLE001 - of whatever kind, it is the attempt's, which tells of it
            return RefusedCall(error)
        with measure_wait(demand.model.id):
            return await self._acquire(owner_id, demand, provider)

    async def _acquire(
        self, owner_id: str, demand: Demand, provider: Provider
    ) -> "RateLimitedCall":
        rate_limit_key = f"{provider.rate_limit_key} {demand.model.name}"
        if not self._is_limited(demand.model):
            await self._wait_for_cooldown(rate_limit_key)
            return RateLimitedCall(self, provider, rate_limit_key, owner_id, demand, None)
        if rate_limit_key not in self._lists:
            poll = partial(self._poll, rate_limit_key, self._limits(demand.model))
            self._lists[rate_limit_key] = WaitingList(
                rate_limit_key, poll, self._background, keeps_granted=False
            )
        async with self._lists[rate_limit_key].enter(owner_id, demand.tokens) as entry:
            return RateLimitedCall(self, provider, rate_limit_key, owner_id, demand, entry.id)

    async def _poll(
        self, rate_limit_key: str, limits: RateLimit, entries: Sequence[Entry]
    ) -> Grants:
        waiting = [PendingCall(entry.id, entry.owner_id, entry.tokens) for entry in entries]
        self._polls += 1
        clean_up = self._polls % self._timing.polls_per_cleanup == 1

        def acquire(session: Session) -> CallGrants:
            grants = acquire_calls(session, rate_limit_key, self._executor_id, waiting, limits)
            if clean_up:
                delete_old_calls(session)
            return grants

        grants = await run_in_transaction(self._sessions, acquire)
        seconds = min(grants.retry_after_seconds, self._timing.max_poll_seconds)
        return Grants(grants.granted, seconds)

    async def set_cooldown(self, rate_limit_key: str, seconds: float) -> None:
        """Make no calls with a key for a while, and have all executors do so."""
        seconds = min(seconds, self._timing.max_cooldown_seconds)
        self._cooldowns[rate_limit_key] = (monotonic(), monotonic() + seconds)
        await self.write(lambda session: start_cooldown(session, rate_limit_key, seconds))

    async def write(self, change: Callable[[Session], None]) -> None:
        """Make a change that is worth one try."""
        try:
            await run_in_transaction(self._sessions, change)
        except OUTAGE_ERRORS as error:
            logger.warning("the limits of the model provider are not kept: %s", error)

    def write_in_background(self, change: Callable[[Session], None]) -> None:
        """Make a change without keeping anybody waiting."""
        self._background.spawn(self.write(change))

    async def close(self) -> None:
        """Stop waiting and writing."""
        await self._background.close()

    def _is_limited(self, model: ModelName) -> bool:
        limits = self._limits(model)
        return limits.requests is not None or limits.tokens is not None

    def _limits(self, model: ModelName) -> RateLimit:
        return RateLimit(
            requests=model_limit(self._settings.llm_rpm, model.id, model.full_id),
            tokens=model_limit(self._settings.llm_tpm, model.id, model.full_id),
            window=self._settings.llm_window_seconds,
        )

    async def _wait_for_cooldown(self, rate_limit_key: str) -> None:
        while (seconds := await self._cooldown(rate_limit_key)) > 0:  # noqa: ASYNC110 - told by the database
            # Not everybody at the very moment that the pause is over.
            await asyncio.sleep(seconds + random.uniform(0, min(1.0, seconds / 4)))  # noqa: S311

    async def _cooldown(self, rate_limit_key: str) -> float:
        """Give how long no call may be made, asking once for all who ask at the same time."""
        async with self._locks[rate_limit_key]:
            queried_at, until = self._cooldowns.get(rate_limit_key, (float("-inf"), 0.0))
            if monotonic() - queried_at > self._timing.cooldown_cache_seconds:
                until = max(until, monotonic() + await self._query_cooldown(rate_limit_key))
                self._cooldowns[rate_limit_key] = (monotonic(), until)
        return until - monotonic()

    async def _query_cooldown(self, rate_limit_key: str) -> float:
        try:
            async with self._sessions() as session:
                return await session.run_sync(get_cooldown, rate_limit_key)
        except OUTAGE_ERRORS:
            return 0.0  # what the node is told without a database is seen by the journal


@dataclass
class RefusedCall(ModelCall):
    """A call to a provider that is not configured, or whose client cannot be made."""

    error: Exception

    async def renew(self) -> ModelCall:
        """Be refused once more."""
        return self

    async def generate_text(
        self,
        request: TextRequest,
        *,
        idempotency_key: str,
        emit: EmitText,
        record_usage: RecordUsage,
    ) -> TextResponse:
        """Raise the error."""
        raise self.error


@dataclass
class RateLimitedCall(ModelCall):
    """A call that the limits allow; they are told what became of it."""

    limiter: RateLimiter
    provider: Provider
    rate_limit_key: str
    owner_id: str
    demand: Demand
    id: UUID | None
    """Of the counted call; None where there is no limit."""

    def __post_init__(self) -> None:
        """Remember when the turn came."""
        self._granted_at = monotonic()
        self._answered = False

    async def renew(self) -> ModelCall:
        """Wait until one more such call may be made."""
        return await self.limiter.acquire(self.owner_id, self.demand)

    async def generate_text(
        self,
        request: TextRequest,
        *,
        idempotency_key: str,
        emit: EmitText,
        record_usage: RecordUsage,
    ) -> TextResponse:
        """Make the call."""

        def on_usage(usage: Usage) -> None:
            trace.usage = usage
            record_usage(usage)
            self._set_tokens(usage)

        def on_token(text: str) -> None:
            self._count_from_answer()
            emit(text)

        await self._restart_window()
        try:
            with trace_call(self.demand.model.id) as trace:
                return await generate_text(
                    self.provider,
                    request,
                    idempotency_key=idempotency_key,
                    emit=on_token,
                    record_usage=on_usage,
                )
        except ProviderError as error:
            if error.code == "rate_limited" and error.retry_after:
                await self.limiter.set_cooldown(self.rate_limit_key, error.retry_after)
            raise
        finally:
            self._count_from_answer()

    def _count_from_answer(self) -> None:
        """Count the call from its answer on: when it reached the provider is not known before.

        Counted from its turn until a window after its answer, no window of the provider's, by
        its own clock, ever has more calls than the limit.
        """
        id, answered = self.id, self._answered
        self._answered = True
        if id is not None and not answered:
            self.limiter.write_in_background(lambda session: restart_call_window(session, id))

    async def _restart_window(self) -> None:
        """Count the call from now on where making it ready took long: pictures, for example."""
        id = self.id
        if id is not None and monotonic() - self._granted_at > self.limiter.restart_after_seconds:
            await self.limiter.write(lambda session: restart_call_window(session, id))

    def _set_tokens(self, usage: Usage) -> None:
        id = self.id
        if id is not None and usage.total_tokens:
            self.limiter.write_in_background(
                lambda session: set_call_tokens(session, id, usage.total_tokens)
            )
