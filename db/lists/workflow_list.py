"""Lists of workflows: found by name, in order, each with its newest run and small images.

One query for a page and one for its assets, however many items it has; graphs are not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Select, Text, func, literal, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from db.assets import find_assets
from db.postgres.pagination import (
    Page,
    decode_name_cursor,
    encode_name_cursor,
    paginate_desc,
    to_page,
    to_page_with_cursor,
)
from db.tables import NodeExecution, Workflow, WorkflowRun
from db.tables.base import Json
from schemas.graph_summary import layout_thumbnail
from schemas.wire.run import NodeStatus, RunStatus

WorkflowOrder = Literal["updated", "name"]
MAX_IMAGES: Final = 3
"""Small images of one workflow."""
_RUN_COLUMNS: Final = ("id", "status", "created_at", "finished_at")
_COLUMNS: Final = (
    "id",
    "name",
    "revision",
    "created_at",
    "updated_at",
    "deleted_at",
    "positions",
)
_MAX_INSPECTED_BYTES: Final = 2_000
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
    """A workflow in a list; `layout_thumbnail` is as `schemas.graph_summary.layout_thumbnail` makes it.

    `images` are assets: what its newest run made first, then what was uploaded for it.
    """

    id: int
    name: str
    revision: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    positions: Json
    layout_thumbnail: Json
    last_run: LastRun | None
    images: Sequence[UUID]


@dataclass(frozen=True)
class WorkflowFilter:
    """Which workflows a list shows: those with `text` in their names; the deleted ones only."""

    text: str | None = None
    deleted: bool = False
    order: WorkflowOrder = "updated"


NO_FILTER: Final = WorkflowFilter()


def list_workflows(
    session: Session,
    owner_id: str,
    limit: int = 50,
    cursor: str | None = None,
    filter: WorkflowFilter = NO_FILTER,
) -> Page[WorkflowSummary]:
    """Give workflows, the latest saved first, or by name.

    Raises:
        InvalidInputError: `bad_cursor`.
    """
    last = _last_run(owner_id)
    query = (
        select(
            *(getattr(Workflow, name) for name in _COLUMNS),
            Workflow.layout_thumbnail,
            func.lower(Workflow.name).label("lower_name"),
            _newest_images(owner_id, last),
            *(column.label(f"run_{column.key}") for column in last.c),
        )
        .select_from(Workflow)
        .outerjoin(last, true())
        .where(Workflow.user_id == owner_id)
    )
    rows = list(session.execute(_filtered(query, filter, limit, cursor)))
    page = (
        to_page_with_cursor(rows, limit, lambda row: encode_name_cursor(row.lower_name, row.id))
        if filter.order == "name"
        else to_page(rows, limit, lambda row: (row.updated_at, row.id))
    )
    return Page(_summaries(session, owner_id, page.items), page.next_cursor)


def _filtered(
    query: Select[*tuple[Any, ...]], filter: WorkflowFilter, limit: int, cursor: str | None
) -> Select[*tuple[Any, ...]]:
    """Filter and order, from the cursor on."""
    deleted = Workflow.deleted_at.is_not(None) if filter.deleted else Workflow.deleted_at.is_(None)
    query = query.where(deleted)
    if filter.text:
        query = query.where(Workflow.name.icontains(filter.text, autoescape=True))
    if filter.order == "name":
        lower_name = func.lower(Workflow.name)
        if cursor is not None:
            name, id = decode_name_cursor(cursor)
            query = query.where(
                tuple_(lower_name, Workflow.id) > tuple_(literal(name), literal(id))
            )
        return query.order_by(lower_name, Workflow.id).limit(limit + 1)
    return paginate_desc(
        query, Workflow.updated_at, Workflow.id, limit=limit, cursor=cursor, read_id=int
    )


def _last_run(owner_id: str) -> Any:
    return (
        select(*(getattr(WorkflowRun, name) for name in _RUN_COLUMNS))
        .where(WorkflowRun.workflow_id == Workflow.id, WorkflowRun.owner_id == owner_id)
        .order_by(WorkflowRun.created_at.desc(), WorkflowRun.id.desc())
        .limit(1)
        .lateral("last")
    )


def _newest_images(owner_id: str, last: Any) -> Any:
    """Give the newest images of a run, as a list of their ids."""
    newest = (
        select(NodeExecution.output["assetId"].astext)
        .where(
            NodeExecution.run_id == last.c.id,
            NodeExecution.owner_id == owner_id,
            NodeExecution.status == NodeStatus.COMPLETED,
            func.pg_column_size(NodeExecution.output) < _MAX_INSPECTED_BYTES,
            NodeExecution.output["kind"].astext == "image",
        )
        .order_by(NodeExecution.finished_at.desc(), NodeExecution.ordinal.desc())
        .limit(MAX_IMAGES)
        .correlate(last)
        .scalar_subquery()
    )
    return func.array(newest, type_=ARRAY(Text)).label("assets")


def _summaries(session: Session, owner_id: str, rows: Sequence[Any]) -> list[WorkflowSummary]:
    layouts = [
        row.layout_thumbnail
        if row.layout_thumbnail is not None  # else saved by an earlier version; graphs may be large
        else layout_thumbnail(
            session.scalars(select(Workflow.graph).where(Workflow.id == row.id)).one()
        )
        for row in rows
    ]
    asset_ids = [
        _parse_ids([*dict.fromkeys(row.assets or ()), *layout["assets"]])
        for row, layout in zip(rows, layouts, strict=True)
    ]
    known = find_assets(session, owner_id, {id for ids in asset_ids for id in ids})
    images = {id for id, asset in known.items() if asset.kind == "image"}
    return [
        WorkflowSummary(
            **{name: getattr(row, name) for name in _COLUMNS},
            layout_thumbnail=layout,
            last_run=row.run_id
            and LastRun(**{name: getattr(row, f"run_{name}") for name in _RUN_COLUMNS}),
            images=[id for id in dict.fromkeys(ids) if id in images][:MAX_IMAGES],
        )
        for row, layout, ids in zip(rows, layouts, asset_ids, strict=True)
    ]


def _parse_ids(texts: Sequence[str]) -> list[UUID]:
    """Read ids; a draft may hold anything in their place."""
    found: list[UUID] = []
    for text in texts:
        try:
            found.append(UUID(text))
        except (TypeError, ValueError):
            continue
    return found
