"""Starts a run: the stored graph is checked and planned, and its rows are made. No Prefect here."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from db.assets import find_assets
from db.models import Workflow
from db.runs import NewExecution, create_run
from db.workflows import get_workflow, graph_document
from flows.check import asset_ids, check_document, missing_assets
from flows.plan import Plan, make_plan
from schemas.errors import InvalidGraphError
from schemas.graph import Graph
from schemas.problem import Problem
from schemas.run import RunCreate, Scope, Trigger
from tasks.base import NodeType
from tasks.registry import node_types


def start_run(
    session: Session,
    *,
    owner_id: str,
    workflow_id: int,
    request: RunCreate,
    trigger: Trigger,
    idempotency_key: str | None = None,
    request_sha256: bytes | None = None,
) -> UUID:
    """Make a PENDING run with one PENDING execution per node; an executor takes it from there.

    The caller commits: that commit is the promise that the run will be executed.

    Raises:
        NotFoundError: the user has no such workflow.
        InvalidGraphError: the scope has problems; nothing was made.
    """
    workflow = get_workflow(session, owner_id, workflow_id)
    plan = plan_workflow(session, workflow, request.scope)
    return create_run(
        session,
        owner_id=owner_id,
        workflow=workflow,
        run_id=uuid4(),
        scope=request.scope.model_dump(mode="json"),
        reuse=request.reuse,
        trigger=trigger,
        executions=[
            NewExecution(uuid4(), step.node_id, step.node_type, step.label, step.ordinal)
            for step in plan.steps
        ],
        idempotency_key=idempotency_key,
        request_sha256=request_sha256,
    )


def plan_workflow(session: Session, workflow: Workflow, scope: Scope) -> Plan:
    """Plan what a run of the stored graph would do. Raises InvalidGraphError."""
    types = node_types()
    checked = check_document(graph_document(workflow), types)
    problems = list(checked.problems)
    if checked.graph is not None:
        problems += problems_with_assets(session, workflow.user_id, checked.graph, types)
    if problems or checked.graph is None:
        raise InvalidGraphError(problems, unfit(problems_count=len(problems)))
    return make_plan(checked.graph, types, scope)


def problems_with_assets(
    session: Session, owner_id: str, graph: Graph, types: Mapping[str, NodeType]
) -> list[Problem]:
    """Find the nodes whose picture or video the user does not have."""
    wanted = asset_ids(graph, types)
    known = find_assets(session, owner_id, list(wanted.values()))
    return missing_assets(graph, types, set(known))


def unfit(problems_count: int) -> str:
    """Say that a graph cannot run."""
    noun = "problem" if problems_count == 1 else "problems"
    return f"The workflow has {problems_count} {noun} and cannot run yet; nothing was started."
