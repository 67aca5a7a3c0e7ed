"""The numbered history of a run; PostgreSQL writes it, see `db.tables.RunEvent`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from db.ownership import run_not_found
from db.postgres.at_once import run_at_once
from db.tables.base import Json
from schemas.wire.run import RunStatus

# One statement for what several would say, as every run that is looked on at asks for it with
# each commit. A run without events after `seq` gives one row of nothing, an unknown one no row.
_EVENTS_AFTER: Final = """
    select e.seq, e.kind, e.body, e.at, n.output
    from workflow_runs r
    left join lateral (
      select * from run_events
      where run_id = r.id and owner_id = r.owner_id and seq > %(seq)s
      order by seq limit %(limit)s
    ) e on true
    left join lateral (
      select x.output from node_executions x
      where e.kind = 'node' and e.body->>'status' = 'COMPLETED'
        and x.id = (e.body->>'executionId')::uuid
        and x.run_id = r.id and x.owner_id = r.owner_id
        and octet_length(x.output::text) <= %(output_bytes)s
    ) n on true
    where r.id = %(run_id)s and r.owner_id = %(owner)s
    order by e.seq
"""
_RUN_STATE: Final = """
    select status, seq from workflow_runs where id = %(run_id)s and owner_id = %(owner)s
"""


@dataclass(frozen=True)
class EventWithOutput:
    """An event, with what the node gave where it is a small output of a node that completed."""

    run_id: UUID
    seq: int
    kind: str
    body: Json
    at: datetime
    output: Json | None


async def get_events_after(
    engine: AsyncEngine, owner_id: str, run_id: UUID, seq: int, *, limit: int, output_bytes: int
) -> Sequence[EventWithOutput]:
    """Give the events after number `seq` (0: from the beginning), in order and without gaps.

    An output of more than `output_bytes` is left out.

    Raises:
        NotFoundError: the user has no such run, or not any more.
    """
    values = {
        "owner": owner_id,
        "run_id": run_id,
        "seq": seq,
        "limit": limit,
        "output_bytes": output_bytes,
    }
    rows = await run_at_once(engine, owner_id, _EVENTS_AFTER, values)
    if not rows:
        raise run_not_found(run_id)
    return [EventWithOutput(run_id, *row) for row in rows if row[0] is not None]


async def get_run_state(engine: AsyncEngine, owner_id: str, run_id: UUID) -> tuple[RunStatus, int]:
    """Give the status of a run and the number of its newest event. Raises NotFoundError."""
    rows = await run_at_once(engine, owner_id, _RUN_STATE, {"owner": owner_id, "run_id": run_id})
    if not rows:
        raise run_not_found(run_id)
    status, seq = rows[0]
    return RunStatus(status), seq
