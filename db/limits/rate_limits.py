"""Whose turn it is at a model provider: calls of the last minute, and those that wait.

A *pool* is what a provider's limits apply to: one key and one model, shared by all executors.
Nothing is leased: a call counts for as long as the window is long, by the database's clock,
whether the executor that made it lives or not; who waits says so again and again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.limits.fair_queue import ROOM, SILENT_SECONDS, InLine, in_order, in_turn, lock_line
from db.tables.base import IDS, NOW, Base, length

KEPT_SECONDS: Final = 600
_SLACK: Final = 1.02
"""A call counts a little longer than the window: clocks and networks are not exact."""


class ProviderTurn(InLine, Base):
    """A call that waits (`granted_at` is null) or was made; `tokens` is estimated, then known."""

    __tablename__ = "provider_turns"
    __table_args__ = (
        length("pool", 200),
        CheckConstraint("tokens >= 0", name="tokens_range"),
        Index("provider_turns_pool_idx", "pool"),
        ROOM,
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    pool: Mapped[str]
    tokens: Mapped[int]


class ProviderPause(Base):
    """Until when a provider asked everybody with this key to leave this model alone."""

    __tablename__ = "provider_pauses"
    __table_args__ = (length("pool", 200),)

    pool: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]


@dataclass(frozen=True)
class Limits:
    """What may be asked within `window` seconds; None is no limit."""

    requests: int | None
    tokens: int | None
    window: float = 60.0


@dataclass(frozen=True)
class Waiting:
    """A call that an executor wants to make."""

    id: UUID
    owner_id: str
    tokens: int


@dataclass(frozen=True)
class Turns:
    """Which calls may be made now, and in how many seconds looking again may help."""

    granted: frozenset[UUID]
    look_again: float


_FORGET = text("""
    delete from provider_turns
    where pool = :pool and (
      granted_at < clock_timestamp() - make_interval(secs => 2 * :window)
      or granted_at is null and (
        seen_at < clock_timestamp() - make_interval(secs => :silent)
        or executor_id = :executor_id and id <> all(:ids)))
""").bindparams(IDS)
_ASK = text("""
    insert into provider_turns (id, pool, executor_id, owner_id, tokens, asked_at)
    select w.id, :pool, :executor_id, w.owner_id, w.tokens,
      clock_timestamp() + w.place * interval '1 microsecond'
    from jsonb_to_recordset(cast(:waiting as jsonb)) as w (
      id uuid, owner_id text, tokens integer, place integer)
    on conflict (id) do update set seen_at = clock_timestamp()
    where provider_turns.granted_at is null
""")

_GRANT = in_turn(
    """
    with recent as (
      select owner_id, tokens from provider_turns
      where pool = :pool and granted_at > clock_timestamp() - make_interval(secs => :window)
    ), used as (
      select count(*) as calls, coalesce(sum(tokens), 0) as tokens from recent
    ), served as (
      select owner_id, count(*) as many from recent group by owner_id
    ), {line}
    update provider_turns t set granted_at = clock_timestamp()
    from line, used
    where t.id = line.id and line.executor_id = :executor_id
      and (cast(:requests as integer) is null or used.calls + line.place <= :requests)
      and (cast(:most_tokens as bigint) is null or used.tokens + line.total <= :most_tokens
        or used.tokens = 0 and line.place = 1)
""",
    table="provider_turns",
    key="pool",
    sum_of="tokens",
)
_OLDEST = text("""
    select extract(epoch from
      min(granted_at) + make_interval(secs => :window) - clock_timestamp())
    from provider_turns
    where pool = :pool and granted_at > clock_timestamp() - make_interval(secs => :window)
""")
_CLEAN = text("""
    delete from provider_turns where id in (
      select id from provider_turns
      where seen_at < clock_timestamp() - make_interval(secs => :kept)
        and (granted_at is null or granted_at < clock_timestamp() - make_interval(secs => :kept))
      limit 1000 for update skip locked)
""")
_PAUSE = text("""
    insert into provider_pauses (pool, until)
    values (:pool, clock_timestamp() + make_interval(secs => :seconds))
    on conflict (pool) do update set until = greatest(provider_pauses.until, excluded.until)
""")
_PAUSED = text("""
    select extract(epoch from until - clock_timestamp()) from provider_pauses where pool = :pool
""")


def take_turns(
    session: Session, pool: str, executor_id: str, waiting: Sequence[Waiting], limits: Limits
) -> Turns:
    """Say that these calls of this executor wait, and grant those whose turn it is.

    Calls of this executor that wait and are not named are withdrawn. One executor at a time.
    """
    window = limits.window * _SLACK
    ids = [each.id for each in waiting]
    names = {"pool": pool, "executor_id": executor_id, "window": window}
    lock_line(session, pool)
    session.execute(_FORGET, {**names, "ids": ids, "silent": SILENT_SECONDS})
    if not waiting:
        return Turns(frozenset(), 0)
    session.execute(_ASK, {**names, "waiting": in_order(waiting)})
    paused = pause_of(session, pool)
    if paused > 0:
        return Turns(frozenset(), paused)
    session.execute(_GRANT, {**names, "requests": limits.requests, "most_tokens": limits.tokens})
    granted = session.scalars(
        select(ProviderTurn.id).where(
            ProviderTurn.id.in_(ids), ProviderTurn.granted_at.is_not(None)
        )
    )
    oldest = session.scalar(_OLDEST, names)
    return Turns(frozenset(granted), max(0.0, float(oldest or 0)))


def renew_turn(session: Session, id: UUID) -> None:
    """Count a granted call from now on: it is made, or known to have arrived, only now."""
    session.execute(update(ProviderTurn).where(ProviderTurn.id == id).values(granted_at=NOW))


def count_tokens(session: Session, id: UUID, tokens: int) -> None:
    """Replace the estimate of a call by what the provider counted."""
    session.execute(update(ProviderTurn).where(ProviderTurn.id == id).values(tokens=tokens))


def pause(session: Session, pool: str, seconds: float) -> None:
    """Have all executors leave a pool alone for so long; a longer pause stays."""
    session.execute(
        text("delete from provider_pauses where until < clock_timestamp() - interval '1 hour'")
    )
    session.execute(_PAUSE, {"pool": pool, "seconds": seconds})


def pause_of(session: Session, pool: str) -> float:
    """Give how many seconds a pool is to be left alone; 0: it may be asked."""
    return max(0.0, float(session.scalar(_PAUSED, {"pool": pool}) or 0))


def forget_old_turns(session: Session) -> None:
    """Delete what no limit looks at any more, such as calls of models that nobody uses now."""
    session.execute(_CLEAN, {"kept": KEPT_SECONDS})
