"""Queues for what is scarce, of all executors together, fair between owners.

Nothing is leased one by one: each executor names, again and again, all that wait there, and who
is silent for long is forgotten. Who is next is the same everywhere: whose owner has the least.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

WAITER_TIMEOUT_SECONDS: Final = 4.0
"""Who waits and has not been heard of for so long is forgotten."""

_LOCK: Final = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
_QUEUE: Final = """
    ranked as (
      select w.*, coalesce(served.count, 0)
        + row_number() over (partition by w.owner_id order by w.asked_at, w.id) as turn
      from {table} w left join served using (owner_id)
      where w.{key} = :{key} and w.granted_at is null
    ), line as (
      select ranked.*, row_number() over first_come as place{total} from ranked
      window first_come as (order by turn, asked_at, id)
    )
"""


def fair_order(statement: str, table: str, key: str, sum_of: str | None = None) -> TextClause:
    """Put a query `line` in the place of `{line}`: who waits in one line, with their `place` in it.

    It needs a query `served` before it: how many (`count`) each `owner_id` has had, or has. An owner's next
    one comes as late as that, so who has the least is next. What is first in line and belongs to
    another executor is to be left for that one, which looks soon. `sum_of` is a column; `total` is
    then its sum up to there.
    """
    total = f", sum({sum_of}) over first_come as total" if sum_of else ""
    return text(statement.replace("{line}", _QUEUE.format(table=table, key=key, total=total)))


def lock_queue(session: Session, name: str) -> None:
    """Have one executor at a time look at a line, until the transaction ends."""
    session.execute(_LOCK, {"name": name})


def to_recordset(wanted: Iterable[Any]) -> str:
    """Give dataclasses as JSON for `jsonb_to_recordset`, each with its `place` among them."""
    rows = [asdict(each) | {"place": place} for place, each in enumerate(wanted)]
    return json.dumps(rows, default=_as_text)


def _as_text(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(value)
