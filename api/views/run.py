"""Runs and node executions as the outside sees them."""

from api.views.times import duration_ms, optional_utc, utc
from api.views.value import present_outputs
from db.runs import RunWithCounts, count_nodes
from db.tables import NodeExecution, WorkflowRun
from db.tables.base import Json
from db.tables.node_execution import MAX_LABEL_LENGTH
from flows.functions.results import (
    asset_fields,
    present_declared_outputs,
    present_error,
    present_value,
)
from flows.planning.cache_key import SAME_INPUTS
from flows.runs.prepared_starts import StartedRun
from schemas.values import ImageValue, inputs_adapter
from schemas.wire.run import (
    NodeExecutionRead,
    NodeStatus,
    RunBase,
    RunCounts,
    RunRead,
    RunStatus,
    RunSummary,
    RunUsage,
    StartedBy,
    Usage,
    scope_adapter,
)
from schemas.wire.value import ImageRead


def _present_base(run: WorkflowRun, counts: RunCounts, usage: RunUsage, ui: str | None) -> RunBase:
    """Present what is said of a run wherever it is shown; `ui` is Prefect's address for people."""
    flow_run = run.prefect_flow_run_id
    return RunBase(
        id=run.id,
        workflow_id=run.workflow_id,
        revision=run.revision,
        status=run.status,
        scope=scope_adapter.validate_python(run.scope),
        reuse=run.reuse,  # pyright: ignore[reportArgumentType] - a CHECK keeps it to these
        trigger=run.trigger,  # pyright: ignore[reportArgumentType] - a CHECK keeps it to these
        started_by=_present_starter(run.started_by),
        created_at=utc(run.created_at),
        started_at=optional_utc(run.started_at),
        finished_at=optional_utc(run.finished_at),
        duration_ms=duration_ms(run.started_at, run.finished_at),
        pause_requested_at=None if run.finished_at else optional_utc(run.pause_requested_at),
        counts=counts,
        usage=usage,
        error=present_error(run.error),
        prefect_url=f"{ui}/runs/flow-run/{flow_run}" if ui and flow_run else None,
        schedule_id=run.schedule_id,
        due_at=optional_utc(run.due_at),
        late=run.late,
    )


def _present_starter(stored: Json | None) -> StartedBy | None:
    """Present who started a run, without the id of an API key."""
    return None if stored is None else StartedBy(kind=stored["kind"], name=stored["name"])


def present_run_summary(row: RunWithCounts, ui: str | None) -> RunSummary:
    """Present a run in a list with what it gave last."""
    image = None if row.last_image is None else ImageValue.model_validate(row.last_image)
    base = _present_base(row.run, row.counts, row.usage, ui)
    return RunSummary(
        **base.model_dump(by_alias=False),
        last_image=None if image is None else ImageRead(**asset_fields(image)),
        last_text=row.last_text,
    )


def present_run(
    run: WorkflowRun,
    counts: RunCounts,
    usage: RunUsage,
    executions: list[NodeExecution],
    ui: str | None,
) -> RunRead:
    """Present a run with its nodes."""
    base = _present_base(run, counts, usage, ui)
    return RunRead(
        **base.model_dump(by_alias=False),
        inputs=run.input_values or {},
        outputs=present_declared_outputs(run.declared_outputs or {}, executions),
        node_executions=[present_execution(execution) for execution in executions],
    )


def present_started_run(started: StartedRun) -> RunRead:
    """Present a run as it was in the moment when it was made."""
    run = started.run
    row = WorkflowRun(
        id=run.id,
        workflow_id=run.workflow_id,
        revision=run.revision,
        status=RunStatus.PENDING,
        scope=run.scope,
        reuse=run.reuse,
        trigger=run.trigger,
        started_by=run.started_by,
        created_at=started.created_at,
        late=False,
        declared_outputs=dict(run.declared_outputs),
    )
    executions = [
        NodeExecution(
            id=each.id,
            node_id=each.node_id,
            node_type=each.node_type,
            label=each.label[:MAX_LABEL_LENGTH],
            status=NodeStatus.PENDING,
            attempt=0,
            reused=False,
            input={},
        )
        for each in run.executions
    ]
    return present_run(row, count_nodes(executions), RunUsage(), executions, None)


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
        reason=SAME_INPUTS if row.reused_from else None,
        input={
            port: [present_value(each) for each in value]
            if isinstance(value, list)
            else present_value(value)
            for port, value in inputs.items()
        },
        **present_outputs(row),
        error=present_error(row.error),
        skip_reason=row.skip_reason,  # pyright: ignore[reportArgumentType] - a CHECK keeps it to these
        usage=None if row.usage is None else Usage.model_validate(row.usage),
        started_at=optional_utc(row.started_at),
        finished_at=optional_utc(row.finished_at),
        duration_ms=duration_ms(row.started_at, row.finished_at),
    )
