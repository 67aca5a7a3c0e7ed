"""The rate limits of model providers: calls of the last minute, and those that wait.

A *rate limit key* is what a provider's limits apply to: one key and one model, shared by all executors.
No slot is leased: a call counts for as long as the window is long, by the database's clock,
whether the executor that made it lives or not; who waits says so again and again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from db.limits.fair_queue import WAITER_TIMEOUT_SECONDS, fair_order, lock_queue, to_recordset
from db.tables import ProviderCall
from db.tables.base import IDS_PARAMETER, NOW

CALL_RETENTION_SECONDS: Final = 600
_WINDOW_SLACK: Final = 1.02
"""A call counts a little longer than the window: clocks and networks are not exact."""


@dataclass(frozen=True)
class RateLimit:
    """What may be asked within `window` seconds; None is no limit."""

    requests: int | None
    tokens: int | None
    window: float = 60.0


@dataclass(frozen=True)
class PendingCall:
    """A call that an executor wants to make."""

    id: UUID
    owner_id: str
    tokens: int


@dataclass(frozen=True)
class CallGrants:
    """Which calls may be made now, and in how many seconds asking again may help."""

    granted: frozenset[UUID]
    retry_after_seconds: float


_DELETE_STALE = text("""
    delete from provider_calls
    where rate_limit_key = :rate_limit_key and (
      granted_at < clock_timestamp() - make_interval(secs => 2 * :window)
      or granted_at is null and (
        heartbeat_at < clock_timestamp() - make_interval(secs => :silent)
        or executor_id = :executor_id and id <> all(:ids)))
""").bindparams(IDS_PARAMETER)
_ENQUEUE = text("""
    insert into provider_calls (id, rate_limit_key, executor_id, owner_id, tokens, requested_at)
    select w.id, :rate_limit_key, :executor_id, w.owner_id, w.tokens,
      clock_timestamp() + w.position * interval '1 microsecond'
    from jsonb_to_recordset(cast(:waiting as jsonb)) as w (
      id uuid, owner_id text, tokens integer, position integer)
    on conflict (id) do update set heartbeat_at = clock_timestamp()
    where provider_calls.granted_at is null
""")

_GRANT = fair_order(
    """
    with recent as (
      select owner_id, tokens from provider_calls
      where rate_limit_key = :rate_limit_key and granted_at > clock_timestamp() - make_interval(secs => :window)
    ), used as (
      select count(*) as calls, coalesce(sum(tokens), 0) as tokens from recent
    ), served as (
      select owner_id, count(*) as count from recent group by owner_id
    ), {queue}
    update provider_calls t set granted_at = clock_timestamp()
    from queue, used
    where t.id = queue.id and queue.executor_id = :executor_id
      and (cast(:requests as integer) is null or used.calls + queue.position <= :requests)
      and (cast(:most_tokens as bigint) is null or used.tokens + queue.total <= :most_tokens
        or used.tokens = 0 and queue.position = 1)
""",
    table="provider_calls",
    key="rate_limit_key",
    sum_of="tokens",
)
_NEXT_FREE = text("""
    select extract(epoch from
      min(granted_at) + make_interval(secs => :window) - clock_timestamp())
    from provider_calls
    where rate_limit_key = :rate_limit_key and granted_at > clock_timestamp() - make_interval(secs => :window)
""")
_DELETE_OLD = text("""
    with picked as materialized (
      select id from provider_calls
      where heartbeat_at < clock_timestamp() - make_interval(secs => :kept)
        and (granted_at is null or granted_at < clock_timestamp() - make_interval(secs => :kept))
      limit 1000 for update skip locked
    )
    delete from provider_calls where id in (select id from picked)
""")
_START_COOLDOWN = text("""
    insert into provider_cooldowns (rate_limit_key, until)
    values (:rate_limit_key, clock_timestamp() + make_interval(secs => :seconds))
    on conflict (rate_limit_key) do update set until = greatest(provider_cooldowns.until, excluded.until)
""")
_COOLDOWN = text("""
    select extract(epoch from until - clock_timestamp()) from provider_cooldowns where rate_limit_key = :rate_limit_key
""")


def acquire_calls(
    session: Session,
    rate_limit_key: str,
    executor_id: str,
    waiting: Sequence[PendingCall],
    limits: RateLimit,
) -> CallGrants:
    """Say that these calls of this executor wait, and grant those whose turn it is.

    Calls of this executor that wait and are not named are withdrawn. One executor at a time.
    """
    window = limits.window * _WINDOW_SLACK
    ids = [each.id for each in waiting]
    key = {"rate_limit_key": rate_limit_key, "executor_id": executor_id, "window": window}
    lock_queue(session, rate_limit_key)
    session.execute(_DELETE_STALE, {**key, "ids": ids, "silent": WAITER_TIMEOUT_SECONDS})
    if not waiting:
        return CallGrants(frozenset(), 0)
    session.execute(_ENQUEUE, {**key, "waiting": to_recordset(waiting)})
    paused = get_cooldown(session, rate_limit_key)
    if paused > 0:
        return CallGrants(frozenset(), paused)
    session.execute(_GRANT, {**key, "requests": limits.requests, "most_tokens": limits.tokens})
    granted = session.scalars(
        select(ProviderCall.id).where(
            ProviderCall.id.in_(ids), ProviderCall.granted_at.is_not(None)
        )
    )
    oldest = session.scalar(_NEXT_FREE, key)
    return CallGrants(frozenset(granted), max(0.0, float(oldest or 0)))


def restart_call_window(session: Session, id: UUID) -> None:
    """Count a granted call from now on: it is made, or known to have arrived, only now."""
    session.execute(update(ProviderCall).where(ProviderCall.id == id).values(granted_at=NOW))


def set_call_tokens(session: Session, id: UUID, tokens: int) -> None:
    """Replace the estimate of a call by what the provider counted."""
    session.execute(update(ProviderCall).where(ProviderCall.id == id).values(tokens=tokens))


def start_cooldown(session: Session, rate_limit_key: str, seconds: float) -> None:
    """Have all executors leave a rate limit key alone for so long; a longer pause stays."""
    session.execute(
        text("delete from provider_cooldowns where until < clock_timestamp() - interval '1 hour'")
    )
    session.execute(_START_COOLDOWN, {"rate_limit_key": rate_limit_key, "seconds": seconds})


def get_cooldown(session: Session, rate_limit_key: str) -> float:
    """Give how many seconds a rate limit key is to be left alone; 0: it may be asked."""
    return max(0.0, float(session.scalar(_COOLDOWN, {"rate_limit_key": rate_limit_key}) or 0))


def delete_old_calls(session: Session) -> None:
    """Delete what no limit looks at any more, such as calls of models that nobody uses now."""
    session.execute(_DELETE_OLD, {"kept": CALL_RETENTION_SECONDS})
