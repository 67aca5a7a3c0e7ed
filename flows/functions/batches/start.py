"""What a batch is for: a version of a workflow, whose inputs its rows give."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from db.assets import find_assets
from db.lists.functions import get_function
from db.tables.base import Json
from db.workflows import get_workflow
from flows.functions.batches.rows import BatchRows, missing_files, named_assets
from flows.planning.compiled import compile_version
from flows.runs.start import asset_problems, cannot_run_message
from schemas.errors import InvalidGraphError
from schemas.graph import Graph
from schemas.problem import Problem
from schemas.wire.functions.batch import BatchProblem
from tasks.registry import node_types

MAX_PROBLEMS: Final = 100
"""That are listed; all are counted."""


@dataclass(frozen=True)
class BatchTarget:
    """A version of a workflow; `function_name` where it is called by its name, and inputs are strict."""

    workflow_id: int
    version_id: UUID
    revision: int
    name: str
    graph: Graph
    function_name: str | None = None


def find_target(session: Session, owner_id: str, which: int | str) -> BatchTarget:
    """Give what a batch of a workflow, by its id, or of a function, by its name, would run.

    Raises:
        NotFoundError: the user has no such workflow or function.
        InvalidGraphError: the workflow has problems.
    """
    if isinstance(which, str):
        function = get_function(session, owner_id, which)
        row, document = function.row, function.graph
        graph = _checked(session, owner_id, row.version_id, document)
        return BatchTarget(row.workflow_id, row.version_id, row.revision, which, graph, which)
    workflow = get_workflow(session, owner_id, which)
    graph = _checked(session, owner_id, workflow.version_id, workflow.graph)
    return BatchTarget(which, workflow.version_id, workflow.revision, workflow.name, graph)


def unknown_assets(session: Session, owner_id: str, rows: BatchRows) -> list[BatchProblem]:
    """Report the files that rows name and the user does not have."""
    wanted = {id for row in rows.rows for _, id in named_assets(row)}
    return missing_files(rows, find_assets(session, owner_id, wanted)) if wanted else []


def refuse(problems: Sequence[BatchProblem]) -> None:
    """Start nothing where there is a problem. Raises InvalidGraphError with the first of them."""
    if not problems:
        return
    count = len(problems)
    what = "One problem keeps" if count == 1 else f"{count:,} problems keep"
    more = f" The first {MAX_PROBLEMS} are listed." if count > MAX_PROBLEMS else ""
    listed = [_said(each) for each in problems[:MAX_PROBLEMS]]
    message = f"{what} the batch from being started; nothing was.{more}"
    raise InvalidGraphError(listed, message, "batch_has_problems")


def _said(problem: BatchProblem) -> Problem:
    """Say the row in the sentence, as the list of an error has no place for it."""
    where = f"Row {problem.row}: " if problem.row else ""
    return Problem(
        code=problem.code,
        message=where + problem.message,
        node_id=problem.node_id,
        param=problem.param,
        input=problem.input,
    )


def _checked(session: Session, owner_id: str, version_id: UUID, document: Json) -> Graph:
    """Give the graph of a version that can be run. Raises InvalidGraphError."""
    version = compile_version(version_id, document, node_types())
    problems = list(version.problems)
    if version.graph is not None:
        problems += asset_problems(session, owner_id, version.graph, node_types())
    if problems or version.graph is None:
        raise InvalidGraphError(problems, cannot_run_message(len(problems)))
    return version.graph
