"""How many nodes with one tag may work at the same time, of all executors together.

A limit is what an operator set in Prefect, copied to `node_limits`; without one nothing here is
asked. An executor names also the slots that it holds (see `db.limits.fair_queue`); one that is silent for
long holds none any more.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from db.limits.fair_queue import WAITER_TIMEOUT_SECONDS, fair_order, lock_queue, to_recordset
from db.tables import ConcurrencyLimit, ConcurrencySlot
from db.tables.base import IDS_PARAMETER

HOLDER_TIMEOUT_SECONDS: Final = 15.0
"""Whose executor has not been heard of for so long holds its slot no longer."""


@dataclass(frozen=True)
class SlotRequest:
    """A node that waits for a slot, or holds one."""

    id: UUID
    owner_id: str
    holds: bool


_DELETE_STALE = text("""
    delete from node_places
    where tag = :tag and (
      executor_id = :executor_id and id <> all(:ids)
      or seen_at < clock_timestamp() - make_interval(
        secs => case when granted_at is null then :silent else :gone end))
""").bindparams(IDS_PARAMETER)
_ENQUEUE = text("""
    insert into node_places (tag, id, executor_id, owner_id, asked_at, granted_at)
    select :tag, w.id, :executor_id, w.owner_id,
      clock_timestamp() + w.place * interval '1 microsecond',
      case when w.holds then clock_timestamp() end
    from jsonb_to_recordset(cast(:wanted as jsonb)) as w (
      id uuid, owner_id text, holds boolean, place integer)
    on conflict (tag, id) do update set seen_at = clock_timestamp()
""")

_GRANT = fair_order(
    """
    with used as (
      select count(*) as places from node_places where tag = :tag and granted_at is not null
    ), served as (
      select owner_id, count(*) as count from node_places
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
_UPSERT_LIMITS = text("""
    insert into node_limits (tag, places)
    select l.tag, l.places from jsonb_to_recordset(cast(:limits as jsonb)) as l (
      tag text, places integer)
    on conflict (tag) do update set places = excluded.places
    where node_limits.places <> excluded.places
""")
_DELETE_LIMITS = text("delete from node_limits where tag <> all(:tags)").bindparams(
    bindparam("tags", type_=ARRAY(Text))
)


def get_concurrency_limits(session: Session) -> dict[str, int]:
    """Give the limits that there are."""
    return {
        row.tag: row.places
        for row in session.execute(select(ConcurrencyLimit.tag, ConcurrencyLimit.places))
    }


def replace_concurrency_limits(session: Session, limits: Mapping[str, int]) -> None:
    """Have these limits and no others."""
    session.execute(_DELETE_LIMITS, {"tags": list(limits)})
    rows = [{"tag": tag, "places": places} for tag, places in limits.items()]
    session.execute(_UPSERT_LIMITS, {"limits": json.dumps(rows)})


def acquire_slots(
    session: Session, tag: str, executor_id: str, wanted: Sequence[SlotRequest]
) -> frozenset[UUID]:
    """Name all that this executor holds and all that wait there; give those that may work.

    Slots of this executor that are not named are given back. One executor at a time.
    """
    key = {"tag": tag, "executor_id": executor_id}
    ids = [each.id for each in wanted]
    lock_queue(session, f"node places {tag}")
    session.execute(
        _DELETE_STALE,
        {**key, "ids": ids, "silent": WAITER_TIMEOUT_SECONDS, "gone": HOLDER_TIMEOUT_SECONDS},
    )
    if not wanted:
        return frozenset()
    session.execute(_ENQUEUE, {**key, "wanted": to_recordset(wanted)})
    places = session.scalar(select(ConcurrencyLimit.places).where(ConcurrencyLimit.tag == tag))
    if places is None:  # it was taken away this moment
        return frozenset(ids)
    session.execute(_GRANT, {**key, "places": places})
    granted = select(ConcurrencySlot.id).where(
        ConcurrencySlot.tag == tag, ConcurrencySlot.id.in_(ids)
    )
    return frozenset(session.scalars(granted.where(ConcurrencySlot.granted_at.is_not(None))))
