"""Rows as the outside sees them. Nothing in here queries or decides."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from api.media.layout_drawing import draw
from db import workflow_list as workflow_lists
from db.queue.events import Happened
from db.tables import Asset, NodeExecution, Workflow, WorkflowRun
from flows.planning.cache_key import same_inputs
from schemas.graph import Viewport
from schemas.settings import Settings
from schemas.values import (
    AssetValue,
    ImageValue,
    NumberValue,
    TextValue,
    Value,
    VideoValue,
    inputs_adapter,
    value_adapter,
)
from schemas.wire.asset import AssetRecord
from schemas.wire.event import NodeEventRead, RunEventRead
from schemas.wire.run import (
    NodeExecutionRead,
    RunCounts,
    RunError,
    RunRead,
    RunSummary,
    RunUsage,
    Usage,
    scope_adapter,
)
from schemas.wire.value import ImageRead, ValueRead, VideoRead
from schemas.wire.workflow import LastRun, Preview, WorkflowRead, WorkflowSummary

_SHOWN: Final = frozenset({"asset_id", "media_type", "width", "height", "bytes"})

THUMBNAIL_WIDTH: Final = 320
"""Of small pictures in lists, in pixels; one width, so that they are made and kept once."""


def utc(moment: datetime) -> datetime:
    """Give the same moment in UTC, which JSON shows with a Z."""
    return moment.astimezone(UTC)


def _maybe_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else utc(moment)


def _duration_ms(started: datetime | None, finished: datetime | None) -> int | None:
    if started is None or finished is None:
        return None
    return max(0, round((finished - started).total_seconds() * 1000))


def asset_url(asset_id: UUID) -> str:
    """Give the address of an asset, relative to the API."""
    return f"/api/assets/{asset_id}"


def prefect_ui(settings: Settings) -> str | None:
    """Give the address where people open Prefect, without a slash at its end.

    Prefect shows every user's runs: where several sign in, only an operator who sets
    PREFECT_UI_URL has links to it shown.
    """
    if settings.prefect_ui_url:
        return settings.prefect_ui_url.rstrip("/")
    if settings.prefect_api_url and settings.auth == "local":
        return settings.prefect_api_url.rstrip("/").removesuffix("/api")
    return None


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
    )


def present_summary(row: workflow_lists.WorkflowSummary) -> WorkflowSummary:
    """Present a workflow in a list."""
    last = row.last_run
    thumbnails = [f"{asset_url(id)}?width={THUMBNAIL_WIDTH}" for id in row.pictures]
    return WorkflowSummary(
        id=row.id,
        name=row.name,
        revision=row.revision,
        created_at=utc(row.created_at),
        updated_at=utc(row.updated_at),
        deleted_at=_maybe_utc(row.deleted_at),
        node_count=row.sketch["count"],
        last_run=last
        and LastRun(
            id=last.id,
            status=last.status,
            created_at=utc(last.created_at),
            finished_at=_maybe_utc(last.finished_at),
        ),
        preview=Preview(layout=draw(row.sketch, row.positions), thumbnails=thumbnails),
    )


def present_run_summary(
    run: WorkflowRun, counts: RunCounts, usage: RunUsage, ui: str | None
) -> RunSummary:
    """Present a run in a list; `ui` is Prefect's address for people."""
    flow_run = run.prefect_flow_run_id
    return RunSummary(
        id=run.id,
        workflow_id=run.workflow_id,
        revision=run.revision,
        status=run.status,
        scope=scope_adapter.validate_python(run.scope),
        reuse=run.reuse,  # pyright: ignore[reportArgumentType] - a CHECK keeps it to these
        trigger=run.trigger,  # pyright: ignore[reportArgumentType] - a CHECK keeps it to these
        created_at=utc(run.created_at),
        started_at=_maybe_utc(run.started_at),
        finished_at=_maybe_utc(run.finished_at),
        duration_ms=_duration_ms(run.started_at, run.finished_at),
        counts=counts,
        usage=usage,
        error=present_error(run.error),
        prefect_url=f"{ui}/runs/flow-run/{flow_run}" if ui and flow_run else None,
        schedule_id=run.schedule_id,
        due_at=_maybe_utc(run.due_at),
        late=run.late,
    )


def present_run(
    run: WorkflowRun,
    counts: RunCounts,
    usage: RunUsage,
    executions: list[NodeExecution],
    ui: str | None,
) -> RunRead:
    """Present a run with its nodes."""
    summary = present_run_summary(run, counts, usage, ui)
    return RunRead(
        **summary.model_dump(by_alias=False),
        node_executions=[present_execution(execution) for execution in executions],
    )


def present_execution(row: NodeExecution) -> NodeExecutionRead:
    """Present one node of a run."""
    inputs = inputs_adapter.validate_python(row.input)
    return NodeExecutionRead(
        id=row.id,
        node_id=row.node_id,
        node_type=row.node_type,
        label=row.label,
        status=row.status,
        attempt=row.attempt,
        reused=row.reused,
        reused_from=row.reused_from,
        reason=row.reused_from and same_inputs(row.reused_from),
        input={
            port: [present_value(each) for each in value]
            if isinstance(value, list)
            else present_value(value)
            for port, value in inputs.items()
        },
        output=None
        if row.output is None
        else present_value(value_adapter.validate_python(row.output)),
        error=present_error(row.error),
        usage=None if row.usage is None else Usage.model_validate(row.usage),
        started_at=_maybe_utc(row.started_at),
        finished_at=_maybe_utc(row.finished_at),
        duration_ms=_duration_ms(row.started_at, row.finished_at),
    )


def present_error(error: Mapping[str, Any] | None) -> RunError | None:
    """Present why something ended badly."""
    return None if error is None else RunError(code=error["code"], message=error["message"])


def present_value(value: Value) -> ValueRead:
    """Present a value: no hash of stored bytes, but where to get them."""
    match value:
        case TextValue() | NumberValue():
            return value
        case ImageValue():
            return ImageRead(**_shown(value))
        case VideoValue():
            return VideoRead(**_shown(value), duration_seconds=value.duration_seconds)


def _shown(value: AssetValue) -> dict[str, Any]:
    return {
        **value.model_dump(include=set(_SHOWN), by_alias=False),
        "url": asset_url(value.asset_id),
    }


def present_asset(asset: Asset) -> AssetRecord:
    """Present an uploaded file."""
    return AssetRecord(
        id=asset.id,
        media_type=asset.media_type,
        width=asset.width,
        height=asset.height,
        bytes=asset.bytes,
        url=asset_url(asset.id),
        duration_seconds=asset.duration_seconds,
    )


def present_event(row: Happened) -> RunEventRead | NodeEventRead:
    """Present what happened to a run or to one of its nodes."""
    body = row.body
    if row.kind == "run":
        return RunEventRead(
            run_id=row.run_id,
            status=body["status"],
            error=present_error(body.get("error")),
            at=utc(row.at),
        )
    return NodeEventRead(
        run_id=row.run_id,
        execution_id=body["executionId"],
        node_id=body["nodeId"],
        status=body["status"],
        attempt=body["attempt"],
        reused=body["reused"],
        output=None
        if row.output is None
        else present_value(value_adapter.validate_python(row.output)),
        error=present_error(body.get("error")),
        at=utc(row.at),
    )
