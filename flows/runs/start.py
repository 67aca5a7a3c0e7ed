"""Starts a run: the stored graph is checked and planned, and its rows are made. No Prefect here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from pydantic import JsonValue
from sqlalchemy.orm import Session

from db.assets import find_assets
from db.run_inputs import PriorOutput
from db.runs import (
    IdempotentRequest,
    NewNodeExecution,
    NewRun,
    Tick,
    create_run,
    get_executions,
    get_run,
)
from db.tables import NodeExecution, Workflow, WorkflowRun, WorkflowVersion
from db.versions import read_version
from db.workflows import ensure_version, get_version, get_workflow, graph_document
from flows.graph.check import asset_ids, missing_assets
from flows.graph.content import content_sha256
from flows.planning.compiled import CompiledVersion, catalogue_digest, compile_version
from flows.planning.plan import Plan
from flows.planning.scope import nodes_in_scope, nothing_to_run, scope_problems
from flows.runs.declared_inputs import InputValues, bind_inputs
from flows.runs.inputs import external_input_problems, find_external_inputs
from flows.runs.overrides import (
    NO_OVERRIDES,
    ParamOverrides,
    merge_overrides,
    override_params,
    override_problems,
)
from flows.runs.prepared_starts import PreparedStarts
from schemas.errors import ConflictError, InvalidGraphError, InvalidInputError
from schemas.graph import Graph
from schemas.node_type import OUTPUT_HANDLE
from schemas.problem import Problem
from schemas.wire.run import NodeStatus, RunCreate, Scope, ScopeAll, ScopeFailed, StartedBy, Trigger
from tasks.node_type.definition import NodeType
from tasks.registry import node_types
from telemetry.traces import current_traceparent


@dataclass(frozen=True)
class PreparedRun:
    """What a run would be: its steps, and what enters them from outside of its scope."""

    graph: Graph
    plan: Plan
    inputs: Mapping[str, PriorOutput]
    parent_run_id: UUID | None
    input_values: Mapping[str, JsonValue]
    """By the name of the declared input."""
    has_overrides: bool
    """Whether the graph is not the stored one."""


@dataclass(frozen=True, kw_only=True)
class StartRequest:
    """Who asks for which run of what."""

    owner_id: str
    workflow_id: int
    trigger: Trigger
    started_by: StartedBy | None = None
    run: RunCreate = field(default_factory=RunCreate)
    overrides: ParamOverrides = field(default_factory=lambda: NO_OVERRIDES)
    """Values for parameters by node id and name: the run executes a version of its own."""
    idempotency: IdempotentRequest | None = None
    tick: Tick | None = None
    flow_run_id: UUID | None = None
    revision: int | None = None
    """An earlier revision of the workflow; None: the newest."""
    version_id: UUID | None = None
    """The version to run, which `revision` brought, whatever the workflow is now."""
    strict_inputs: bool = False
    """Whether what is typed in a node does not stand for a required input: the caller is not its author."""


def start_run(
    session: Session, request: StartRequest, prepared_starts: PreparedStarts | None = None
) -> UUID:
    """Make a PENDING run with one PENDING execution per node; an executor takes it from there.

    The caller commits: that commit is the promise that the run will be executed. `prepared_starts`
    remember what the next run of a whole workflow is made of.

    Raises:
        NotFoundError: the user has no such workflow or revision, or no such run to repeat.
        ConflictError: `run_not_ended`: the run to repeat has not ended yet.
        InvalidGraphError: the scope has problems; nothing was made.
    """
    workflow = get_workflow(session, request.owner_id, request.workflow_id)
    version_id, revision = workflow.version_id, workflow.revision
    earlier = None
    if request.version_id is not None:
        version_id, revision = request.version_id, request.revision or revision
        earlier = get_version(session, request.owner_id, version_id)
    elif request.revision not in (None, revision):
        snapshot = read_version(session, request.owner_id, workflow.id, request.revision)
        version_id, revision = snapshot.version_id, request.revision
        earlier = get_version(session, request.owner_id, version_id)
    prepared = prepare_run(
        session,
        workflow,
        request.run,
        request.overrides,
        earlier,
        strict_inputs=request.strict_inputs,
    )
    if prepared.has_overrides:
        version_id = _ensure_override_version(session, workflow, prepared.graph)
    run = NewRun(
        owner_id=request.owner_id,
        workflow_id=workflow.id,
        revision=revision,
        version_id=version_id,
        scope=request.run.scope.model_dump(mode="json"),
        reuse=request.run.reuse,
        trigger=request.trigger,
        started_by=request.started_by and request.started_by.model_dump(mode="json"),
        executions=[
            NewNodeExecution(uuid4(), step.node_id, step.node_type, step.label, step.ordinal)
            for step in prepared.plan.steps
        ],
        inputs=list(prepared.inputs.values()),
        input_values=dict(prepared.input_values),
        declared_outputs={
            each.name: [each.node_id, each.handle or OUTPUT_HANDLE]
            for each in prepared.graph.outputs
        },
        parent_run_id=prepared.parent_run_id,
        idempotency=request.idempotency,
        catalogue_digest=catalogue_digest(node_types().values()),
        traceparent=current_traceparent(),
        tick=request.tick,
        flow_run_id=request.flow_run_id,
    )
    if prepared_starts is not None and _depends_on_revision_alone(request, prepared):
        prepared_starts.add(run)
    return create_run(session, run)


def _depends_on_revision_alone(request: StartRequest, prepared: PreparedRun) -> bool:
    """Whether the next run that is asked for so is made of the same, as long as nobody saves.

    Its assets stay, too: one that a workflow names cannot be deleted.
    """
    special = prepared.has_overrides or request.run.inputs or request.idempotency
    special = special or request.tick or request.flow_run_id
    special = special or request.revision or request.version_id
    return isinstance(request.run.scope, ScopeAll) and not special


def prepare_run(
    session: Session,
    workflow: Workflow,
    run: RunCreate,
    overrides: ParamOverrides = NO_OVERRIDES,
    earlier: WorkflowVersion | None = None,
    *,
    strict_inputs: bool = False,
) -> PreparedRun:
    """Plan what a run of the stored graph, or of an earlier version, would do, and find what enters it.

    Raises:
        NotFoundError: `run_not_found`: the user has no such run to repeat.
        ConflictError: `run_not_ended`.
        InvalidInputError: `run_of_another_workflow`.
        InvalidGraphError: the scope has problems, or values of inputs have.
    """
    types, owner_id, scope = node_types(), workflow.user_id, run.scope
    version_id, document = workflow.version_id, workflow.graph
    if earlier is not None:
        version_id, document = earlier.id, earlier.graph
    stored = compile_version(version_id, document, types)
    if stored.graph is None:
        raise InvalidGraphError(stored.problems, cannot_run_message(len(stored.problems)))
    parent = _parent_run(session, workflow, scope)
    given = run.inputs or _given_before(parent, stored.graph)
    bound = bind_inputs(stored.graph, given, types, strict=strict_inputs)
    if bound.problems:
        raise InvalidGraphError(bound.problems, _bad_inputs_message(len(bound.problems)))
    overrides = merge_overrides(bound.overrides, overrides)
    if overrides and earlier is None:
        # The version made with them is stored with name and positions as they are now.
        stored = CompiledVersion.read(graph_document(workflow), types)
    graph = override_params(stored.readable, overrides)
    version = CompiledVersion.of(graph, types) if overrides else stored
    topology = version.topology
    before = get_executions(session, owner_id, parent.id) if parent else []
    nodes = nodes_in_scope(topology, scope, *_open_nodes(before))
    inputs = find_external_inputs(session, workflow, graph, nodes, before)
    problems = [
        *scope_problems(topology, scope),
        *override_problems(stored.readable, overrides, types),
        *version.check(nodes),
        *_asset_problems(session, owner_id, graph, types, nodes),
        *external_input_problems(graph, nodes, inputs),
    ]
    if not nodes and not problems:
        problems.append(nothing_to_run(graph))
    if problems:
        raise InvalidGraphError(problems, cannot_run_message(problems_count=len(problems)))
    return PreparedRun(
        graph,
        version.plan(nodes),
        inputs,
        parent and parent.id,
        bound.values,
        has_overrides=bool(overrides),
    )


def asset_problems(
    session: Session, owner_id: str, graph: Graph, types: Mapping[str, NodeType]
) -> list[Problem]:
    """Find the nodes whose picture or video the user does not have."""
    wanted = asset_ids(graph, types)
    known = find_assets(session, owner_id, list(wanted.values()))
    return missing_assets(graph, types, set(known))


def cannot_run_message(problems_count: int) -> str:
    """Say that a graph cannot run."""
    noun = "problem" if problems_count == 1 else "problems"
    return f"The workflow has {problems_count} {noun} and cannot run yet; nothing was started."


def _given_before(parent: WorkflowRun | None, graph: Graph) -> InputValues:
    """Give what the run that is repeated was given, as far as the graph still declares it."""
    values = (parent.input_values if parent else None) or {}
    return {each.name: values[each.name] for each in graph.inputs if each.name in values}


def _bad_inputs_message(problems_count: int) -> str:
    what = "One value of the inputs does" if problems_count == 1 else "Values of the inputs do"
    return f"{what} not fit; nothing was started."


def run_not_ended(run_id: UUID) -> ConflictError:
    """Say that a run cannot be repeated yet."""
    return ConflictError(
        "run_not_ended", f"Run {run_id} has not ended yet: wait for its end, or cancel it first."
    )


def _ensure_override_version(session: Session, workflow: Workflow, graph: Graph) -> UUID:
    """Give the version that has these values; it is in nobody's history."""
    return ensure_version(session, workflow, graph.document(), content_sha256(graph))


def _parent_run(session: Session, workflow: Workflow, scope: Scope) -> WorkflowRun | None:
    """Give the run that is to be repeated in part, if there is one."""
    if not isinstance(scope, ScopeFailed):
        return None
    run = get_run(session, workflow.user_id, scope.run_id)
    if run.workflow_id != workflow.id:
        raise InvalidInputError(
            "run_of_another_workflow",
            f"The run {run.id} is one of workflow {run.workflow_id}: repeat it there.",
        )
    if not run.status.terminal:
        raise run_not_ended(run.id)
    return run


def _open_nodes(executions: Collection[NodeExecution]) -> tuple[frozenset[str], frozenset[str]]:
    """Give the nodes that did not complete, and those among the others that nothing was sent to."""
    not_taken = frozenset(row.node_id for row in executions if row.skip_reason is not None)
    incomplete = frozenset(
        row.node_id for row in executions if NodeStatus(row.status) is not NodeStatus.COMPLETED
    )
    return incomplete - not_taken, not_taken


def _asset_problems(
    session: Session,
    owner_id: str,
    graph: Graph,
    types: Mapping[str, NodeType],
    nodes: Collection[str],
) -> list[Problem]:
    found = asset_problems(session, owner_id, graph, types)
    return [problem for problem in found if problem.node_id in nodes]
