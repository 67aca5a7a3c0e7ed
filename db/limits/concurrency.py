"""How many nodes with one tag may work at the same time, of all executors together.

A limit is what an operator set in Prefect, copied to `node_limits`; without one nothing here is
asked. An executor names also the places that it holds (see `db.limits.fair_queue`); one that is silent for
long holds none any more.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Text

from db.limits.fair_queue import ROOM, SILENT_SECONDS, InLine, in_order, in_turn, lock_line
from db.tables.base import IDS, Base, length

GONE_SECONDS: Final = 15.0
"""Whose executor has not been heard of for so long holds its place no longer."""


class NodeLimit(Base):
    """How many nodes with this tag may work at once; 0: none begins."""

    __tablename__ = "node_limits"
    __table_args__ = (
        length("tag", 200),
        CheckConstraint("places >= 0", name="places_range"),
    )

    tag: Mapped[str] = mapped_column(primary_key=True)
    places: Mapped[int]


class NodePlace(InLine, Base):
    """A node that waits for a place (`granted_at` is null) or has one."""

    __tablename__ = "node_places"
    __table_args__ = (length("tag", 200), ROOM)

    tag: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)


@dataclass(frozen=True)
class Wanted:
    """A node that waits for a place, or holds one."""

    id: UUID
    owner_id: str
    holds: bool


_FORGET = text("""
    delete from node_places
    where tag = :tag and (
      executor_id = :executor_id and id <> all(:ids)
      or seen_at < clock_timestamp() - make_interval(
        secs => case when granted_at is null then :silent else :gone end))
""").bindparams(IDS)
_ASK = text("""
    insert into node_places (tag, id, executor_id, owner_id, asked_at, granted_at)
    select :tag, w.id, :executor_id, w.owner_id,
      clock_timestamp() + w.place * interval '1 microsecond',
      case when w.holds then clock_timestamp() end
    from jsonb_to_recordset(cast(:wanted as jsonb)) as w (
      id uuid, owner_id text, holds boolean, place integer)
    on conflict (tag, id) do update set seen_at = clock_timestamp()
""")

_GRANT = in_turn(
    """
    with used as (
      select count(*) as places from node_places where tag = :tag and granted_at is not null
    ), served as (
      select owner_id, count(*) as many from node_places
      where tag = :tag and granted_at is not null group by owner_id
    ), {line}
    update node_places p set granted_at = clock_timestamp()
    from line, used
    where p.tag = :tag and p.id = line.id and line.executor_id = :executor_id
      and used.places + line.place <= :places
""",
    table="node_places",
    key="tag",
)
_SET = text("""
    insert into node_limits (tag, places)
    select l.tag, l.places from jsonb_to_recordset(cast(:limits as jsonb)) as l (
      tag text, places integer)
    on conflict (tag) do update set places = excluded.places
    where node_limits.places <> excluded.places
""")
_UNSET = text("delete from node_limits where tag <> all(:tags)").bindparams(
    bindparam("tags", type_=ARRAY(Text))
)


def limits_of_tags(session: Session) -> dict[str, int]:
    """Give the limits that there are."""
    return {row.tag: row.places for row in session.execute(select(NodeLimit.tag, NodeLimit.places))}


def set_limits(session: Session, limits: Mapping[str, int]) -> None:
    """Have these limits and no others."""
    session.execute(_UNSET, {"tags": list(limits)})
    rows = [{"tag": tag, "places": places} for tag, places in limits.items()]
    session.execute(_SET, {"limits": json.dumps(rows)})


def take_places(
    session: Session, tag: str, executor_id: str, wanted: Sequence[Wanted]
) -> frozenset[UUID]:
    """Name all that this executor holds and all that wait there; give those that may work.

    Places of this executor that are not named are given back. One executor at a time.
    """
    names = {"tag": tag, "executor_id": executor_id}
    ids = [each.id for each in wanted]
    lock_line(session, f"node places {tag}")
    session.execute(_FORGET, {**names, "ids": ids, "silent": SILENT_SECONDS, "gone": GONE_SECONDS})
    if not wanted:
        return frozenset()
    session.execute(_ASK, {**names, "wanted": in_order(wanted)})
    places = session.scalar(select(NodeLimit.places).where(NodeLimit.tag == tag))
    if places is None:  # it was taken away this moment
        return frozenset(ids)
    session.execute(_GRANT, {**names, "places": places})
    granted = select(NodePlace.id).where(NodePlace.tag == tag, NodePlace.id.in_(ids))
    return frozenset(session.scalars(granted.where(NodePlace.granted_at.is_not(None))))
