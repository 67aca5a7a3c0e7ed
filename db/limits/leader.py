"""Chores that any executor can do and one of them should: whose turn it is.

No lock is held: who takes a turn and dies delays the chore by the time that it took it for. Two
that overlap must do no harm.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

_ACQUIRE = text("""
    insert into chores (name, due_at)
    values (:name, clock_timestamp() + make_interval(secs => :seconds))
    on conflict (name) do update set due_at = excluded.due_at
    where chores.due_at <= clock_timestamp()
    returning name
""")
_SCHEDULE_NEXT = text("""
    update chores set due_at = clock_timestamp() + make_interval(secs => :seconds)
    where name = :name
""")


def acquire_leadership(session: Session, name: str, seconds: float) -> bool:
    """Whether a chore is due; if so, it is ours to do, and nobody else's for so long."""
    return session.scalar(_ACQUIRE, {"name": name, "seconds": seconds}) is not None


def schedule_next_round(session: Session, name: str, again_seconds: float) -> None:
    """Say that a chore was done, and in how many seconds it is due again."""
    session.execute(_SCHEDULE_NEXT, {"name": name, "seconds": again_seconds})
