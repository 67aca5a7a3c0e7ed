"""What the nodes of a workflow gave in all its runs, for its gallery: page by page, the newest first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.postgres.pagination import Page, decode_cursor, encode_cursor
from db.tables.base import Json, join_outputs

SCANNED_RUNS = 1_000
"""A page looks no further back than so many runs; where it finds little, the next page goes on from there."""
MAX_TEXT_LENGTH: Final = 600
"""In characters; longer texts are given by their beginning."""
MAX_OTHER_BYTES: Final = 65_536
"""Of values that are no texts, as JSON; larger ones are left out."""

_SHORT: Final = f"""case
    when {{0}} ->> 'kind' = 'text'
      then {{0}} || jsonb_build_object('text', left({{0}} ->> 'text', {MAX_TEXT_LENGTH}))
    when octet_length({{0}}::text) <= {MAX_OTHER_BYTES} then {{0}} end"""
_IS_CUT: Final = (
    f"({{0}} ->> 'kind' = 'text' and char_length({{0}} ->> 'text') > {MAX_TEXT_LENGTH}"
    f" or {{0}} ->> 'kind' <> 'text' and octet_length({{0}}::text) > {MAX_OTHER_BYTES})"
)
# Texts are unpacked for the rows of the page only, after it was found.
_LIST: Final = f"""
    with scanned as (
      select id, owner_id, created_at from workflow_runs
      where owner_id = :owner_id and workflow_id = :workflow_id {{runs}}
      order by created_at desc, id desc limit :scanned
    ), page as materialized (
      select r.created_at as run_created_at, n.id, n.run_id, n.node_id, n.node_type, n.label, n.ordinal,
        n.reused, n.finished_at, n.output, n.other_outputs
      from scanned r join node_executions n on n.run_id = r.id and n.owner_id = r.owner_id
      where n.status = 'COMPLETED' {{nodes}}
      order by r.created_at desc, r.id desc, n.ordinal desc limit :limit
    )
    select run_created_at, id, run_id, node_id, node_type, label, ordinal, reused, finished_at,
      {_SHORT.format("output")} as output,
      (select jsonb_object_agg(key, {_SHORT.format("value")}) from jsonb_each(other_outputs))
        as other_outputs,
      coalesce({_IS_CUT.format("output")}, false) or exists (
        select from jsonb_each(other_outputs) where {_IS_CUT.format("value")}) as is_cut,
      exists (select from favourite_results f where f.run_id = page.run_id and f.node_id = page.node_id)
        as is_favourite
    from page order by run_created_at desc, run_id desc, ordinal desc
"""  # noqa: S608 - nothing of it comes from outside
# What was taken over is listed where it came out first in this workflow; it may be another's.
_FIRST_TIME: Final = """ and (not n.reused or not exists (
      select from node_executions e join workflow_runs s on s.id = e.run_id
      where e.owner_id = n.owner_id and e.cache_key = n.cache_key and e.status = 'COMPLETED'
        and e.finished_at < n.finished_at and e.node_id = n.node_id and s.workflow_id = :workflow_id))"""
_FAVOURITE_RUNS: Final = (
    " and id in (select run_id from favourite_results where workflow_id = :workflow_id)"
)
_FAVOURITES: Final = (
    " and exists (select from favourite_results f where f.run_id = r.id and f.node_id = n.node_id)"
)
_LAST_SCANNED: Final = """
    select created_at, id from workflow_runs
    where owner_id = :owner_id and workflow_id = :workflow_id {runs}
    order by created_at desc, id desc offset :scanned - 1 limit 1
"""


@dataclass(frozen=True)
class ResultFilter:
    """Which results are listed.

    Without a run, and of others than favourites, what a run took over from an earlier one of the
    workflow is left out.
    """

    run_id: UUID | None = None
    node_id: str | None = None
    node_types: Collection[str] | None = None
    favourites: bool = False
    """Only what somebody marked."""


@dataclass(frozen=True)
class ListedResult:
    """What one node gave in one run; long values are cut or left out."""

    id: UUID
    """Of the node execution."""
    run_id: UUID
    node_id: str
    node_type: str
    label: str
    reused: bool
    finished_at: datetime
    output: Json | None
    other_outputs: Json | None
    is_cut: bool
    is_favourite: bool

    @property
    def outputs(self) -> dict[str, Json]:
        """What the node gave, by handle."""
        return join_outputs(self.output, self.other_outputs)


def list_results(
    session: Session,
    owner_id: str,
    workflow_id: int,
    filter: ResultFilter,
    *,
    limit: int,
    cursor: str | None,
) -> Page[ListedResult]:
    """Give results of a workflow; a page may have fewer than `limit` and still not be the last one.

    Raises:
        InvalidInputError: `bad_cursor`.
    """
    values: dict[str, Any] = {"owner_id": owner_id, "workflow_id": workflow_id}
    values |= {"limit": limit + 1, "scanned": SCANNED_RUNS}
    runs, nodes = _conditions(filter, cursor, values)
    found = session.execute(text(_LIST.format(runs=runs, nodes=nodes)), values).all()
    items = [_to_result(row) for row in found[:limit]]
    if len(found) > limit:
        last = found[limit - 1]
        return Page(items, _encode(last.run_created_at, last.run_id, last.ordinal))
    scanned = session.execute(text(_LAST_SCANNED.format(runs=runs)), values).first()
    return Page(items, None if scanned is None else _encode(scanned.created_at, scanned.id, 0))


def _conditions(
    filter: ResultFilter, cursor: str | None, values: dict[str, Any]
) -> tuple[str, str]:
    """Give conditions on runs and on nodes, and put what they name into `values`."""
    runs, nodes = "", ""
    if cursor is not None:
        at, (run_id, ordinal) = decode_cursor(cursor, _read_position)
        values |= {"at": at, "before_run": run_id, "ordinal": ordinal}
        runs += " and (created_at, id) <= (:at, :before_run)"
        nodes += " and (r.id <> :before_run or n.ordinal < :ordinal)"
    if filter.favourites:
        runs += _FAVOURITE_RUNS
        nodes += _FAVOURITES
    elif filter.run_id is None:
        nodes += _FIRST_TIME
    if filter.run_id is not None:
        values["run_id"] = filter.run_id
        runs += " and id = :run_id"
    if filter.node_id is not None:
        values["node_id"] = filter.node_id
        nodes += " and n.node_id = :node_id"
    if filter.node_types is not None:
        values["node_types"] = list(filter.node_types)
        nodes += " and n.node_type = any(:node_types)"
    return runs, nodes


def _to_result(row: Any) -> ListedResult:
    fields: Json = {name: getattr(row, name) for name in ListedResult.__dataclass_fields__}
    others: Json | None = row.other_outputs
    if others is not None:
        fields["other_outputs"] = {key: value for key, value in others.items() if value is not None}
    return ListedResult(**fields)


def _encode(at: datetime, run_id: UUID, ordinal: int) -> str:
    return encode_cursor(at, f"{run_id}:{ordinal}")


def _read_position(position: str) -> tuple[UUID, int]:
    run_id, ordinal = position.split(":")
    if not 0 <= int(ordinal) < 2**31:
        raise ValueError(position)
    return UUID(run_id), int(ordinal)
