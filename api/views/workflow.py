"""Workflows as the outside sees them."""

from collections.abc import Mapping
from typing import Any, Final

from api.views.layout import draw_layout
from api.views.times import optional_utc, utc
from db.lists import workflow_list as workflow_lists
from db.tables import Workflow
from flows.functions.results import asset_url
from schemas.graph import Viewport
from schemas.wire.workflow import LastRun, Preview, WorkflowRead, WorkflowSummary

THUMBNAIL_WIDTH: Final = 320
"""Of small pictures in lists, in pixels; one width, so that they are made and kept once."""


def present_workflow(workflow: Workflow, document: Mapping[str, Any]) -> WorkflowRead:
    """Present a workflow with its graph, positions merged in."""
    return WorkflowRead(
        id=workflow.id,
        revision=workflow.revision,
        created_at=utc(workflow.created_at),
        updated_at=utc(workflow.updated_at),
        name=workflow.name,
        nodes=document["nodes"],
        edges=document["edges"],
        viewport=Viewport.model_validate(document["viewport"]),
        inputs=document.get("inputs", []),
        outputs=document.get("outputs", []),
    )


def present_workflow_summary(row: workflow_lists.WorkflowSummary) -> WorkflowSummary:
    """Present a workflow in a list."""
    last = row.last_run
    thumbnails = [f"{asset_url(id)}?width={THUMBNAIL_WIDTH}" for id in row.images]
    return WorkflowSummary(
        id=row.id,
        name=row.name,
        revision=row.revision,
        created_at=utc(row.created_at),
        updated_at=utc(row.updated_at),
        deleted_at=optional_utc(row.deleted_at),
        node_count=row.layout_thumbnail["count"],
        last_run=last
        and LastRun(
            id=last.id,
            status=last.status,
            created_at=utc(last.created_at),
            finished_at=optional_utc(last.finished_at),
        ),
        preview=Preview(
            layout=draw_layout(row.layout_thumbnail, row.positions), thumbnails=thumbnails
        ),
    )
