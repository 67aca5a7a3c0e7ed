"""The nodes of runs as they are shown together: their long texts only as far as these are not too much."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import TextClause, TextualSelect, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from db.tables import NodeExecution
from db.tables.base import IDS_PARAMETER, Json, join_outputs
from schemas.wire.run import NodeStatus

MAX_LONG_BYTES: Final = 8_388_608
"""Of all long texts of a run, as JSON; where they are more, none is given."""
MAX_SHORT_BYTES: Final = 16_384
"""As JSON; what is longer is a long text."""
_MAX_SMALL_BYTES: Final = 180
"""As stored: PostgreSQL compresses to a ninetieth at best, so what is small is short, and is not unpacked."""
_LONG_COLUMNS: Final = ("input", "output", "other_outputs")


@dataclass(frozen=True)
class ResultRow:
    """What became of a node in a run."""

    node_id: str
    execution_id: UUID
    run_id: UUID
    version_id: UUID
    status: NodeStatus
    skip_reason: str | None
    cache_key: str | None
    is_long: bool
    """Whether what it gave is left out, as it is more than `MAX_SHORT_BYTES`."""
    output: Json | None
    other_outputs: Json | None

    @property
    def outputs(self) -> dict[str, Json]:
        """What it gave, by handle; an output without a value is absent."""
        return join_outputs(self.output, self.other_outputs)


def get_bounded_executions(session: Session, owner_id: str, run_id: UUID) -> list[NodeExecution]:
    """Give the nodes of a run in their order; a foreign run has none.

    What is left out is empty, and does not leave the database. The rows belong to no session.
    """
    rows = session.execute(_EXECUTIONS, {"run_id": run_id, "owner_id": owner_id}).mappings()
    return [NodeExecution(**{**row, "input": row["input"] or {}}) for row in rows]


def find_results(
    session: Session,
    owner_id: str,
    workflow_id: int,
    run_ids: Sequence[UUID],
    node_ids: Collection[str],
) -> list[ResultRow]:
    """Give what became of each of these nodes in the first of these runs of a workflow that has it."""
    values = {"owner_id": owner_id, "workflow_id": workflow_id}
    lists = {"run_ids": list(run_ids), "node_ids": list(node_ids)}
    rows = session.execute(_RESULTS, values | lists)
    return [ResultRow(row[0], row[1], row[2], row[3], NodeStatus(row[4]), *row[5:]) for row in rows]


def find_long_outputs(
    session: Session, owner_id: str, execution_ids: Collection[UUID], max_bytes: int
) -> dict[UUID, dict[str, Json]] | None:
    """Give what nodes gave, by handle; None where that is more than `max_bytes` together, as JSON."""
    values = {"owner_id": owner_id, "ids": list(execution_ids), "max_bytes": max_bytes}
    rows = session.execute(_LONG_OUTPUTS, values).all()
    if any(row.is_too_much for row in rows):
        return None
    return {row.id: join_outputs(row.output, row.other_outputs) for row in rows}


def _size(name: str) -> str:
    return f"case when pg_column_size({name}) > {_MAX_SMALL_BYTES} then octet_length({name}::text) else 0 end"


def _select_bounded() -> TextualSelect:
    columns = NodeExecution.__table__.c
    sizes = ", ".join(f"{_size(name)} as {name}_bytes" for name in _LONG_COLUMNS)
    long = " + ".join(
        f"case when {name}_bytes > {MAX_SHORT_BYTES} then {name}_bytes else 0 end"
        for name in _LONG_COLUMNS
    )
    given = ", ".join(
        f"case when {key}_bytes <= {MAX_SHORT_BYTES} or long_bytes <= {MAX_LONG_BYTES} then n.{key} end"
        f" as {key}"
        if key in _LONG_COLUMNS
        else f"n.{key}"
        for key in (column.key for column in columns)
    )
    statement: TextClause = text(f"""
        with sized as materialized (
          select id, {sizes} from node_executions where run_id = :run_id and owner_id = :owner_id
        ), total as (
          select sum({long}) as long_bytes from sized
        )
        select {given} from total, sized join node_executions n using (id)
        order by n.ordinal, n.node_id
    """)  # noqa: S608 - nothing of it comes from outside
    return statement.columns(*columns)


_EXECUTIONS: Final = _select_bounded()
_RESULTS: Final = text(f"""
  with chosen as materialized (
    select distinct on (n.node_id) n.id, r.version_id
    from unnest(:run_ids) with ordinality as wanted (run_id, place)
    join workflow_runs r on r.id = wanted.run_id
    join node_executions n on n.run_id = r.id
    where n.owner_id = :owner_id and r.workflow_id = :workflow_id and n.node_id = any (:node_ids)
    order by n.node_id, wanted.place
  ), sized as materialized (
    select id, version_id, {_size("output")} + {_size("other_outputs")} > {MAX_SHORT_BYTES} as is_long
    from chosen join node_executions using (id)
  )
  select n.node_id, n.id, n.run_id, version_id, n.status, n.skip_reason, n.cache_key, is_long,
    case when not is_long then n.output end as output,
    case when not is_long then n.other_outputs end as other_outputs
  from sized join node_executions n using (id)
""").bindparams(  # noqa: S608 - nothing of it comes from outside
    bindparam("run_ids", type_=ARRAY(Uuid)), bindparam("node_ids", type_=ARRAY(Text))
)
_LONG_OUTPUTS: Final = text("""
  with size as (
    select sum(coalesce(octet_length(output::text), 0) + coalesce(octet_length(other_outputs::text), 0))
      > :max_bytes as is_too_much
    from node_executions where id = any (:ids) and owner_id = :owner_id
  )
  select id, is_too_much, case when not is_too_much then output end as output,
    case when not is_too_much then other_outputs end as other_outputs
  from size, node_executions where id = any (:ids) and owner_id = :owner_id
""").bindparams(IDS_PARAMETER)
