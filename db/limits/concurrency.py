"""How many nodes with one tag may work at the same time, of all executors together.

A limit is what an operator set in Prefect, copied to `concurrency_limits`; without one nothing here is
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

LIMITS_CHANNEL: Final = "nodeloom_limits"
"""Says that limits have changed."""
HOLDER_TIMEOUT_SECONDS: Final = 15.0
"""Whose executor has not been heard of for so long holds its slot no longer."""


@dataclass(frozen=True)
class SlotRequest:
    """A node that waits for a slot, or holds one."""

    id: UUID
    owner_id: str
    holds: bool


_DELETE_STALE = text("""
    delete from concurrency_slots
    where tag = :tag and (
      executor_id = :executor_id and id <> all(:ids)
      or heartbeat_at < clock_timestamp() - make_interval(
        secs => case when granted_at is null then :silent else :gone end))
""").bindparams(IDS_PARAMETER)
_ENQUEUE = text("""
    insert into concurrency_slots (tag, id, executor_id, owner_id, requested_at, granted_at)
    select :tag, w.id, :executor_id, w.owner_id,
      clock_timestamp() + w.position * interval '1 microsecond',
      case when w.holds then clock_timestamp() end
    from jsonb_to_recordset(cast(:wanted as jsonb)) as w (
      id uuid, owner_id text, holds boolean, position integer)
    on conflict (tag, id) do update set heartbeat_at = clock_timestamp()
""")

_GRANT = fair_order(
    """
    with used as (
      select count(*) as slots from concurrency_slots where tag = :tag and granted_at is not null
    ), served as (
      select owner_id, count(*) as count from concurrency_slots
      where tag = :tag and granted_at is not null group by owner_id
    ), {queue}
    update concurrency_slots p set granted_at = clock_timestamp()
    from queue, used
    where p.tag = :tag and p.id = queue.id and queue.executor_id = :executor_id
      and used.slots + queue.position <= :slots
""",
    table="concurrency_slots",
    key="tag",
)
_UPSERT_LIMITS = text("""
    insert into concurrency_limits (tag, slots)
    select l.tag, l.slots from jsonb_to_recordset(cast(:limits as jsonb)) as l (
      tag text, slots integer)
    on conflict (tag) do update set slots = excluded.slots
    where concurrency_limits.slots <> excluded.slots
""")
_DELETE_LIMITS = text("delete from concurrency_limits where tag <> all(:tags)").bindparams(
    bindparam("tags", type_=ARRAY(Text))
)


def get_concurrency_limits(session: Session) -> dict[str, int]:
    """Give the limits that there are."""
    return {
        row.tag: row.slots
        for row in session.execute(select(ConcurrencyLimit.tag, ConcurrencyLimit.slots))
    }


def replace_concurrency_limits(session: Session, limits: Mapping[str, int]) -> None:
    """Have these limits and no others; what changes is notified."""
    if get_concurrency_limits(session) == dict(limits):
        return
    session.execute(_DELETE_LIMITS, {"tags": list(limits)})
    rows = [{"tag": tag, "slots": slots} for tag, slots in limits.items()]
    session.execute(_UPSERT_LIMITS, {"limits": json.dumps(rows)})
    session.execute(text("select pg_notify(:channel, '')"), {"channel": LIMITS_CHANNEL})


def acquire_slots(
    session: Session, tag: str, executor_id: str, wanted: Sequence[SlotRequest]
) -> frozenset[UUID]:
    """Name all that this executor holds and all that wait there; give those that may work.

    Slots of this executor that are not named are given back. One executor at a time.
    """
    key = {"tag": tag, "executor_id": executor_id}
    ids = [each.id for each in wanted]
    lock_queue(session, f"concurrency slots {tag}")
    session.execute(
        _DELETE_STALE,
        {**key, "ids": ids, "silent": WAITER_TIMEOUT_SECONDS, "gone": HOLDER_TIMEOUT_SECONDS},
    )
    if not wanted:
        return frozenset()
    session.execute(_ENQUEUE, {**key, "wanted": to_recordset(wanted)})
    slots = session.scalar(select(ConcurrencyLimit.slots).where(ConcurrencyLimit.tag == tag))
    if slots is None:  # it was taken away this moment
        return frozenset(ids)
    session.execute(_GRANT, {**key, "slots": slots})
    granted = select(ConcurrencySlot.id).where(
        ConcurrencySlot.tag == tag, ConcurrencySlot.id.in_(ids)
    )
    return frozenset(session.scalars(granted.where(ConcurrencySlot.granted_at.is_not(None))))
