"""How many nodes with one tag may work at the same time, of all executors together.

A limit is what an operator set in Prefect, copied to `node_limits`; without one nothing here is
asked. Places are not leased one by one: each executor names, again and again, all that
it holds and all that wait there. An executor that is silent for long holds none any more.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Text, Uuid

from db.base import NOW, Base

SILENT_SECONDS: Final = 4.0
"""Who waits and has not been heard of for so long is forgotten."""
GONE_SECONDS: Final = 15.0
"""Whose executor has not been heard of for so long holds its place no longer."""


class NodeLimit(Base):
    """How many nodes with this tag may work at once; 0: none begins."""

    __tablename__ = "node_limits"
    __table_args__ = (
        CheckConstraint("char_length(tag) between 1 and 200", name="tag_length"),
        CheckConstraint("places >= 0", name="places_range"),
    )

    tag: Mapped[str] = mapped_column(primary_key=True)
    places: Mapped[int]


class NodePlace(Base):
    """A node that waits for a place (`granted_at` is null) or has one."""

    __tablename__ = "node_places"
    __table_args__ = (
        CheckConstraint("char_length(tag) between 1 and 200", name="tag_length"),
        {"postgresql_with": {"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.02}},
    )

    tag: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    executor_id: Mapped[str]
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime] = mapped_column(server_default=NOW)
    seen_at: Mapped[datetime] = mapped_column(server_default=NOW)
    granted_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Wanted:
    """A node that waits for a place, or holds one."""

    id: UUID
    owner_id: str
    holds: bool


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_LOCK = text("select pg_advisory_xact_lock(hashtextextended('node places ' || :tag, 0))")
_FORGET = text("""
    delete from node_places
    where tag = :tag and (
      executor_id = :executor_id and id <> all(:ids)
      or seen_at < clock_timestamp() - make_interval(
        secs => case when granted_at is null then :silent else :gone end))
""").bindparams(_IDS)
_ASK = text("""
    insert into node_places (tag, id, executor_id, owner_id, asked_at, granted_at)
    select :tag, w.id, :executor_id, w.owner_id,
      clock_timestamp() + w.place * interval '1 microsecond',
      case when w.holds then clock_timestamp() end
    from jsonb_to_recordset(cast(:wanted as jsonb)) as w (
      id uuid, owner_id text, holds boolean, place integer)
    on conflict (tag, id) do update set seen_at = clock_timestamp()
""")

# In line, an owner's next node comes as late as the number of places that owner has: who has the
# fewest is next. What is first in line elsewhere is left for that executor, which looks soon.
_GRANT = text("""
    with used as (
      select count(*) as places from node_places where tag = :tag and granted_at is not null
    ), served as (
      select owner_id, count(*) as places from node_places
      where tag = :tag and granted_at is not null group by owner_id
    ), ranked as (
      select p.id, p.executor_id, p.asked_at, coalesce(served.places, 0)
        + row_number() over (partition by p.owner_id order by p.asked_at, p.id) as turn
      from node_places p left join served using (owner_id)
      where p.tag = :tag and p.granted_at is null
    ), line as (
      select id, executor_id, row_number() over (order by turn, asked_at, id) as place from ranked
    )
    update node_places p set granted_at = clock_timestamp()
    from line, used
    where p.tag = :tag and p.id = line.id and line.executor_id = :executor_id
      and used.places + line.place <= :places
""")
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
    session.execute(_LOCK, {"tag": tag})
    session.execute(_FORGET, {**names, "ids": ids, "silent": SILENT_SECONDS, "gone": GONE_SECONDS})
    if not wanted:
        return frozenset()
    session.execute(_ASK, {**names, "wanted": _as_json(wanted)})
    places = session.scalar(select(NodeLimit.places).where(NodeLimit.tag == tag))
    if places is None:  # it was taken away this moment
        return frozenset(ids)
    session.execute(_GRANT, {**names, "places": places})
    granted = select(NodePlace.id).where(NodePlace.tag == tag, NodePlace.id.in_(ids))
    return frozenset(session.scalars(granted.where(NodePlace.granted_at.is_not(None))))


def _as_json(wanted: Iterable[Wanted]) -> str:
    return json.dumps(
        [
            {
                "id": str(each.id),
                "owner_id": each.owner_id,
                "holds": each.holds,
                "place": place,
            }
            for place, each in enumerate(wanted)
        ]
    )
