"""Lines of those who wait for something that there is little of, of all executors together.

Nothing is leased one by one: each executor names, again and again, all that wait there, and who
is silent for long is forgotten. Who is next is the same everywhere: whose owner has the least.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, TextClause, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.tables.base import NOW

SILENT_SECONDS: Final = 4.0
"""Who waits and has not been heard of for so long is forgotten."""
ROOM: Final = {"postgresql_with": {"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.02}}
"""Rows of lines change all the time and live for seconds."""

_LOCK: Final = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
_LINE: Final = """
    ranked as (
      select w.*, coalesce(served.many, 0)
        + row_number() over (partition by w.owner_id order by w.asked_at, w.id) as turn
      from {table} w left join served using (owner_id)
      where w.{key} = :{key} and w.granted_at is null
    ), line as (
      select ranked.*, row_number() over first_come as place{more} from ranked
      window first_come as (order by turn, asked_at, id)
    )
"""


class InLine:
    """Columns of somebody who waits (`granted_at` is null) or whose turn has come."""

    executor_id: Mapped[str]
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime] = mapped_column(server_default=NOW)
    seen_at: Mapped[datetime] = mapped_column(server_default=NOW)
    granted_at: Mapped[datetime | None]


def in_turn(statement: str, table: str, key: str, sum_of: str | None = None) -> TextClause:
    """Put a query `line` in the place of `{line}`: who waits in one line, with their `place` in it.

    It needs a query `served` before it: how `many` each `owner_id` has had, or has. An owner's next
    one comes as late as that, so who has the least is next. What is first in line and belongs to
    another executor is to be left for that one, which looks soon. `sum_of` is a column; `total` is
    then its sum up to there.
    """
    more = f", sum({sum_of}) over first_come as total" if sum_of else ""
    return text(statement.replace("{line}", _LINE.format(table=table, key=key, more=more)))


def lock_line(session: Session, name: str) -> None:
    """Have one executor at a time look at a line, until the transaction ends."""
    session.execute(_LOCK, {"name": name})


def in_order(wanted: Iterable[Any]) -> str:
    """Give dataclasses as JSON for `jsonb_to_recordset`, each with its `place` among them."""
    rows = [asdict(each) | {"place": place} for place, each in enumerate(wanted)]
    return json.dumps(rows, default=_text_of)


def _text_of(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(value)
