"""Functions: versions of workflows that their owner's programs call by name."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.tables import Function, NodeExecution, Workflow, WorkflowRun, WorkflowVersion
from db.tables.base import NOW, Json
from schemas.errors import ConflictError, NotFoundError
from schemas.graph import DECLARED_NAME

MAX_FUNCTIONS: Final = 200
"""Of one user: one document describes them all."""
_NAME: Final = re.compile(DECLARED_NAME.removeprefix("^").removesuffix("$"))


@dataclass(frozen=True)
class PublishedFunction:
    """A function, with what its workflow is called now and the document that its calls run."""

    row: Function
    workflow_name: str
    graph: Json


def find_function(session: Session, owner_id: str, name: str) -> PublishedFunction | None:
    """Give a function; None where there is none, or its workflow was deleted."""
    if not _NAME.fullmatch(name):
        return None
    found = session.execute(_published(owner_id).where(Function.name == name)).one_or_none()
    return None if found is None else PublishedFunction(*found)


def get_function(session: Session, owner_id: str, name: str) -> PublishedFunction:
    """Give a function.

    Raises:
        NotFoundError: `function_not_found`: there is none, it is a foreign one, or its workflow was deleted.
    """
    found = find_function(session, owner_id, name)
    if found is None:
        raise _not_found(session, owner_id, name)
    return found


def list_functions(
    session: Session, owner_id: str, names: Sequence[str] | None = None
) -> Sequence[PublishedFunction]:
    """Give the functions of a user by name, all or these; those of deleted workflows are not among them."""
    query = _published(owner_id)
    if names is not None:
        query = query.where(Function.name.in_(names))
    return [PublishedFunction(*row) for row in session.execute(query).all()]


@dataclass(frozen=True)
class FunctionTarget:
    """What a name stands for: a version of a workflow, and the revision that brought it."""

    workflow_id: int
    version_id: UUID
    revision: int


def set_function(session: Session, owner_id: str, name: str, target: FunctionTarget) -> None:
    """Have a name stand for a version of a workflow, whatever it stood for before.

    Raises:
        ConflictError: `too_many_functions`.
    """
    values = asdict(target)
    session.execute(
        insert(Function)
        .values(owner_id=owner_id, name=name, **values)
        .on_conflict_do_update(
            index_elements=[Function.owner_id, Function.name], set_=values | {"updated_at": NOW}
        )
    )
    count = session.scalar(select(func.count()).where(Function.owner_id == owner_id)) or 0
    if count > MAX_FUNCTIONS:
        raise ConflictError(
            "too_many_functions",
            f"You may have {MAX_FUNCTIONS} functions: take one back that is not called any more.",
        )


def delete_function(session: Session, owner_id: str, name: str) -> None:
    """Take a function back; its workflow and its runs stay. Raises NotFoundError."""
    gone = _NAME.fullmatch(name) and session.scalar(
        delete(Function)
        .where(Function.owner_id == owner_id, Function.name == name)
        .returning(Function.name)
    )
    if gone is None:
        raise _not_found(session, owner_id, name)


def get_result_executions(session: Session, run: WorkflowRun) -> Sequence[NodeExecution]:
    """Give the executions of a run that its declared results come from; long texts are whole."""
    nodes = [node_id for node_id, _ in (run.declared_outputs or {}).values()]
    query = select(NodeExecution).where(
        NodeExecution.run_id == run.id,
        NodeExecution.owner_id == run.owner_id,
        NodeExecution.node_id.in_(nodes),
    )
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _published(owner_id: str) -> Select[Function, str, Json]:
    return (
        select(Function, Workflow.name, WorkflowVersion.graph)
        .join(Workflow, Workflow.id == Function.workflow_id)
        .join(WorkflowVersion, WorkflowVersion.id == Function.version_id)
        .where(
            Function.owner_id == owner_id,
            Workflow.user_id == owner_id,
            WorkflowVersion.owner_id == owner_id,
            Workflow.deleted_at.is_(None),
        )
        .order_by(Function.name)
        .execution_options(populate_existing=True)
    )


def _not_found(session: Session, owner_id: str, name: str) -> NotFoundError:
    hidden = _NAME.fullmatch(name) and session.scalar(
        select(Function.workflow_id).where(Function.owner_id == owner_id, Function.name == name)
    )
    what = f"There is no function “{name[:64]}”."
    if hidden:
        what = (
            f"The workflow of the function “{name[:64]}” was deleted: restore workflow {hidden}, or"
        )
        what += " publish another one under this name."
    return NotFoundError("function_not_found", what)
