"""The nodes of a run as they are shown together: their long texts only as far as these are not too much."""

from typing import Final
from uuid import UUID

from sqlalchemy import TextClause, TextualSelect, text
from sqlalchemy.orm import Session

from db.tables import NodeExecution

MAX_LONG_BYTES: Final = 8_388_608
"""Of all long texts of a run, as JSON; where they are more, none is given."""
MAX_SHORT_BYTES: Final = 16_384
"""As JSON; what is longer is a long text."""
_MAX_SMALL_BYTES: Final = 180
"""As stored: PostgreSQL compresses to a ninetieth at best, so what is small is short, and is not unpacked."""
_LONG_COLUMNS: Final = ("input", "output", "other_outputs")


def get_bounded_executions(session: Session, owner_id: str, run_id: UUID) -> list[NodeExecution]:
    """Give the nodes of a run in their order; a foreign run has none.

    What is left out is empty, and does not leave the database. The rows belong to no session.
    """
    rows = session.execute(_EXECUTIONS, {"run_id": run_id, "owner_id": owner_id}).mappings()
    return [NodeExecution(**{**row, "input": row["input"] or {}}) for row in rows]


def _select_bounded() -> TextualSelect:
    columns = NodeExecution.__table__.c
    sizes = ", ".join(
        f"case when pg_column_size({name}) > {_MAX_SMALL_BYTES} then octet_length({name}::text) else 0 end"
        f" as {name}_bytes"
        for name in _LONG_COLUMNS
    )
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
