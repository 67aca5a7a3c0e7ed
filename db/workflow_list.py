"""Lists of workflows: found by name, in order, each with its newest run and small pictures.

One query for a page and one for its assets, however many items it has; graphs are not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Select, Text, case, func, literal, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from db.assets import find_assets
from db.postgres.pagination import (
    Page,
    cut,
    cut_at,
    newest_first,
    read_name_cursor,
    write_name_cursor,
)
from db.tables.base import Json
from db.tables.workflow import NodeExecution, Workflow, WorkflowRun
from schemas.graph_summary import sketch
from schemas.wire.run import NodeStatus, RunStatus

WorkflowOrder = Literal["updated", "name"]
PICTURES: Final = 3
"""Small pictures of one workflow."""
_OF_RUN: Final = ("id", "status", "created_at", "finished_at")
_COLUMNS: Final = (
    "id",
    "name",
    "revision",
    "created_at",
    "updated_at",
    "deleted_at",
    "positions",
)
_SMALL_BYTES: Final = 2_000
"""Outputs that are larger as stored are texts: they are not looked into."""


@dataclass(frozen=True)
class LastRun:
    """The newest run of a workflow."""

    id: UUID
    status: RunStatus
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class WorkflowSummary:
    """A workflow in a list; `sketch` is as `schemas.graph_summary.sketch` makes it.

    `pictures` are assets: what its newest run made first, then what was uploaded for it.
    """

    id: int
    name: str
    revision: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    positions: Json
    sketch: Json
    last_run: LastRun | None
    pictures: Sequence[UUID]


@dataclass(frozen=True)
class WorkflowFilter:
    """Which workflows a list shows: those with `text` in their names; the deleted ones only."""

    text: str | None = None
    deleted: bool = False
    order: WorkflowOrder = "updated"


EVERYTHING: Final = WorkflowFilter()


def list_workflows(
    session: Session,
    owner_id: str,
    limit: int = 50,
    cursor: str | None = None,
    wanted: WorkflowFilter = EVERYTHING,
) -> Page[WorkflowSummary]:
    """Give workflows, the latest saved first, or by name.

    Raises:
        InvalidInputError: `bad_cursor`.
    """
    last = _last_run(owner_id)
    query = (
        select(
            *(getattr(Workflow, name) for name in _COLUMNS),
            Workflow.sketch,
            case((Workflow.sketch.is_(None), Workflow.graph)).label("graph"),
            func.lower(Workflow.name).label("folded"),
            _made(owner_id, last),
            *(column.label(f"run_{column.key}") for column in last.c),
        )
        .select_from(Workflow)
        .outerjoin(last, true())
        .where(Workflow.user_id == owner_id)
    )
    rows = list(session.execute(_narrowed(query, wanted, limit, cursor)))
    page = (
        cut_at(rows, limit, lambda row: write_name_cursor(row.folded, row.id))
        if wanted.order == "name"
        else cut(rows, limit, lambda row: (row.updated_at, row.id))
    )
    return Page(_summaries(session, owner_id, page.items), page.next_cursor)


def _narrowed(
    query: Select[*tuple[Any, ...]], wanted: WorkflowFilter, limit: int, cursor: str | None
) -> Select[*tuple[Any, ...]]:
    """Filter and order, from the cursor on."""
    deleted = Workflow.deleted_at.is_not(None) if wanted.deleted else Workflow.deleted_at.is_(None)
    query = query.where(deleted)
    if wanted.text:
        query = query.where(Workflow.name.icontains(wanted.text, autoescape=True))
    if wanted.order == "name":
        folded = func.lower(Workflow.name)
        if cursor is not None:
            name, id = read_name_cursor(cursor)
            query = query.where(tuple_(folded, Workflow.id) > tuple_(literal(name), literal(id)))
        return query.order_by(folded, Workflow.id).limit(limit + 1)
    return newest_first(
        query, Workflow.updated_at, Workflow.id, limit=limit, cursor=cursor, read_id=int
    )


def _last_run(owner_id: str) -> Any:
    return (
        select(*(getattr(WorkflowRun, name) for name in _OF_RUN))
        .where(WorkflowRun.workflow_id == Workflow.id, WorkflowRun.owner_id == owner_id)
        .order_by(WorkflowRun.created_at.desc(), WorkflowRun.id.desc())
        .limit(1)
        .lateral("last")
    )


def _made(owner_id: str, last: Any) -> Any:
    """Give the newest pictures of a run, as a list of their ids."""
    newest = (
        select(NodeExecution.output["assetId"].astext)
        .where(
            NodeExecution.run_id == last.c.id,
            NodeExecution.owner_id == owner_id,
            NodeExecution.status == NodeStatus.COMPLETED,
            func.pg_column_size(NodeExecution.output) < _SMALL_BYTES,
            NodeExecution.output["kind"].astext == "image",
        )
        .order_by(NodeExecution.finished_at.desc(), NodeExecution.ordinal.desc())
        .limit(PICTURES)
        .correlate(last)
        .scalar_subquery()
    )
    return func.array(newest, type_=ARRAY(Text)).label("assets")


def _summaries(session: Session, owner_id: str, rows: Sequence[Any]) -> list[WorkflowSummary]:
    sketches = [row.sketch if row.sketch is not None else sketch(row.graph) for row in rows]
    named = [
        _ids([*dict.fromkeys(row.assets or ()), *drawn["assets"]])
        for row, drawn in zip(rows, sketches, strict=True)
    ]
    known = find_assets(session, owner_id, {id for ids in named for id in ids})
    pictures = {id for id, asset in known.items() if asset.kind == "image"}
    return [
        WorkflowSummary(
            **{name: getattr(row, name) for name in _COLUMNS},
            sketch=drawn,
            last_run=row.run_id
            and LastRun(**{name: getattr(row, f"run_{name}") for name in _OF_RUN}),
            pictures=[id for id in dict.fromkeys(ids) if id in pictures][:PICTURES],
        )
        for row, drawn, ids in zip(rows, sketches, named, strict=True)
    ]


def _ids(texts: Sequence[str]) -> list[UUID]:
    """Read ids; a draft may hold anything in their place."""
    found: list[UUID] = []
    for text in texts:
        try:
            found.append(UUID(text))
        except (TypeError, ValueError):
            continue
    return found
