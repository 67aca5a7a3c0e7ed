"""Chores that any executor can do and one of them should: whose turn it is.

No lock is held: who takes a turn and dies, or is stopped, delays the chore by one interval.
Two that overlap must do no harm.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.base import Base

_TAKE = text("""
    insert into chores (name, done_at) values (:name, clock_timestamp())
    on conflict (name) do update set done_at = clock_timestamp()
    where chores.done_at < clock_timestamp() - make_interval(secs => :every)
    returning name
""")


class Chore(Base):
    """When a chore was last begun."""

    __tablename__ = "chores"
    __table_args__ = (CheckConstraint("char_length(name) between 1 and 64", name="name_length"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    done_at: Mapped[datetime]


def take_turn(session: Session, name: str, every_seconds: float) -> bool:
    """Whether a chore is due that is to be done every so often; if so, it is ours to do now."""
    return session.scalar(_TAKE, {"name": name, "every": every_seconds}) is not None
