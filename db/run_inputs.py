"""What enters a run from outside of its scope: found when it starts, and kept with it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from db.tables import RunInput
from db.tables.base import Json, join_outputs
from schemas.errors import InvalidInputError

# From run to run, the newest first, until one is found: no index on outputs is needed for it.
_NEWEST: Final = text("""
  with newest as materialized (
    select wanted.node_id, newest.run_id, newest.output, newest.other_outputs
    from unnest(:node_ids, :node_types) as wanted (node_id, node_type)
    cross join lateral (
      select n.run_id, n.output,
        case when n.skip_reason = 'not_taken' then '{}'::jsonb else n.other_outputs end
          as other_outputs
      from workflow_runs r
      join node_executions n on n.run_id = r.id and n.node_id = wanted.node_id
      where r.workflow_id = :workflow_id and r.owner_id = :owner_id
        and (n.status = 'COMPLETED' or n.skip_reason = 'not_taken')
        and n.node_type = wanted.node_type
      order by r.created_at desc, r.id desc limit 1
    ) as newest
  ), size as (
    select sum(coalesce(octet_length(output::text), 0) + coalesce(octet_length(other_outputs::text), 0))::bigint
      as bytes from newest
  )
  select node_id, run_id, case when bytes <= :max_bytes then output end as output,
    case when bytes <= :max_bytes then other_outputs end as other_outputs, bytes from newest, size
""").bindparams(
    bindparam("node_ids", type_=ARRAY(Text)), bindparam("node_types", type_=ARRAY(Text))
)
_INSERT: Final = text("""
    insert into run_inputs (run_id, owner_id, node_id, source_run_id, output, other_outputs)
    select :run_id, :owner_id, n.node_id, n.source_run_id, n.output, n.other_outputs
    from jsonb_to_recordset(cast(:inputs as jsonb)) as n (
      node_id text, source_run_id uuid, output jsonb, other_outputs jsonb)
""")


@dataclass(frozen=True)
class PriorOutput:
    """What a node gave in an earlier run: nothing at any output where it was not taken there."""

    node_id: str
    run_id: UUID
    output: Json | None
    other_outputs: Json | None = None

    @property
    def outputs(self) -> dict[str, Json]:
        """By handle; an output without a value is absent."""
        return join_outputs(self.output, self.other_outputs)


def find_newest_outputs(
    session: Session, owner_id: str, workflow_id: int, wanted: Mapping[str, str], max_bytes: int
) -> dict[str, PriorOutput]:
    """Give what nodes gave in the newest run of the workflow that decided it.

    That is one in which a node completed, or was not taken and so gave nothing: what it gave in a
    run before that would mix the ways of two runs.

    Raises InvalidInputError `value_too_large` where they are more than `max_bytes` together.

    `wanted` are node ids with the node types that they have now: what a node gave when it was
    of another type is nothing to go on with. Nodes of which no run decided it are left out.
    """
    if not wanted:
        return {}
    found = session.execute(
        _NEWEST,
        {
            "node_ids": list(wanted),
            "node_types": list(wanted.values()),
            "workflow_id": workflow_id,
            "owner_id": owner_id,
            "max_bytes": max_bytes,
        },
    ).all()
    if found and found[0].bytes > max_bytes:
        raise InvalidInputError(
            "value_too_large",
            f"What would enter this run from earlier runs has {found[0].bytes:,} bytes as JSON; the limit is"
            f" {max_bytes:,}. Run fewer nodes at a time, so that less enters from outside, or all of them.",
        )
    return {row.node_id: PriorOutput(*row[:4]) for row in found}


def add_run_inputs(
    session: Session, owner_id: str, run_id: UUID, inputs: Sequence[PriorOutput]
) -> None:
    """Keep with a new run what enters it from outside; this never changes."""
    if inputs:
        rows = [
            {
                "node_id": one.node_id,
                "source_run_id": str(one.run_id),
                "output": one.output,
                "other_outputs": one.other_outputs,
            }
            for one in inputs
        ]
        values = {"run_id": run_id, "owner_id": owner_id, "inputs": json.dumps(rows)}
        session.execute(_INSERT, values)


def get_run_inputs(session: Session, run_ids: Collection[UUID]) -> dict[UUID, list[PriorOutput]]:
    """Give what enters these runs from outside."""
    inputs: dict[UUID, list[PriorOutput]] = {id: [] for id in run_ids}
    if run_ids:
        for row in session.scalars(select(RunInput).where(RunInput.run_id.in_(run_ids))):
            inputs[row.run_id].append(
                PriorOutput(row.node_id, row.source_run_id, row.output, row.other_outputs)
            )
    return inputs
