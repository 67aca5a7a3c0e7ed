"""Publishes versions of workflows as functions, and runs them for their callers."""

from uuid import UUID

from sqlalchemy.orm import Session

from db.lists.functions import (
    FunctionTarget,
    PublishedFunction,
    find_function,
    get_function,
    set_function,
)
from db.tables.base import Json
from db.versions import read_version
from db.workflows import get_workflow
from flows.functions.compatibility import breaking_changes
from flows.functions.signature import Signature, read_signature
from flows.graph.wording import quoted
from flows.planning.compiled import compile_version
from flows.runs.start import asset_problems, cannot_run_message
from schemas.errors import InvalidGraphError
from schemas.graph import Graph
from schemas.problem import Problem, ProblemCode
from schemas.wire.workflow import FunctionPublish
from tasks.registry import node_types


def publish_function(
    session: Session, owner_id: str, workflow_id: int, publish: FunctionPublish
) -> PublishedFunction:
    """Have a name stand for a version of a workflow, and give the function.

    Raises:
        NotFoundError: the user has no such workflow or version.
        InvalidGraphError: the graph has problems, or `function_breaks_callers`: what the name stands for now is
            called in ways that the version does not take, and that was not asked for by `force`.
        ConflictError: `too_many_functions`.
    """
    workflow = get_workflow(session, owner_id, workflow_id)
    target = FunctionTarget(workflow_id, workflow.version_id, workflow.revision)
    document = workflow.graph
    if publish.version_id is not None:
        found = read_version(session, owner_id, workflow_id, publish.version_id)
        target = FunctionTarget(workflow_id, found.version_id, found.revision or workflow.revision)
        document = found.graph
    graph = _checked_graph(session, owner_id, target.version_id, document)
    published = find_function(session, owner_id, publish.name)
    if published is not None and not publish.force:
        _check_callers(published, workflow_id, graph)
    set_function(session, owner_id, publish.name, target)
    return get_function(session, owner_id, publish.name)


def function_signature(function: PublishedFunction) -> Signature:
    """Give the signature of a function; an empty one where its version cannot be read any more."""
    types = node_types()
    graph = compile_version(function.row.version_id, function.graph, types).graph
    return read_signature(graph or Graph(name="-"), types)


def _checked_graph(session: Session, owner_id: str, version_id: UUID, document: Json) -> Graph:
    """Give the graph of a version. Raises InvalidGraphError."""
    compiled = compile_version(version_id, document, node_types())
    problems = list(compiled.problems)
    if compiled.graph is not None:
        problems += asset_problems(session, owner_id, compiled.graph, node_types())
    if problems or compiled.graph is None:
        message = cannot_run_message(len(problems)).replace("started", "published")
        raise InvalidGraphError(problems, message)
    return compiled.graph


def _check_callers(published: PublishedFunction, workflow_id: int, graph: Graph) -> None:
    """Refuse what would break callers. Raises InvalidGraphError."""
    name = published.row.name
    problems = list(
        breaking_changes(function_signature(published), read_signature(graph, node_types()))
    )
    if published.row.workflow_id != workflow_id:
        what = f"{quoted(name)} is a function of workflow {published.row.workflow_id}, “"
        what += f"{published.workflow_name}”: use another name, or take it back there first."
        problems.insert(0, Problem(code=ProblemCode.BREAKS_CALLERS, message=what))
    if problems:
        raise InvalidGraphError(
            problems,
            f"Programs that call the function {quoted(name)} would break: see `problems`. Nothing was"
            ' published; send {"force": true} to publish it all the same.',
            "function_breaks_callers",
        )
