"""Workflows: their current graph, its versions, and places of nodes moved since."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import literal, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from db.base import NOW, Json
from db.models import Workflow, WorkflowRun, WorkflowVersion
from db.pages import Page, cut, read_cursor
from schemas.errors import ConflictError, NotFoundError
from schemas.run import RunStatus


@dataclass(frozen=True)
class LastRun:
    """The newest run of a workflow."""

    id: UUID
    status: RunStatus
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class WorkflowSummary:
    """A workflow in a list."""

    id: int
    name: str
    revision: int
    created_at: datetime
    updated_at: datetime
    last_run: LastRun | None


def create_workflow(
    session: Session, owner_id: str, name: str, graph: Json, content_sha256: bytes
) -> Workflow:
    """Store a new workflow with its first version.

    Raises:
        InvalidInputError: the graph cannot be stored (`graph_too_large`, `text_not_storable`).
    """
    version_id = uuid4()
    workflow = Workflow(user_id=owner_id, name=name, version_id=version_id, graph=graph)
    session.add(workflow)
    session.flush()
    session.add(
        WorkflowVersion(
            id=version_id,
            workflow_id=workflow.id,
            owner_id=owner_id,
            sha256=content_sha256,
            graph=graph,
        )
    )
    session.flush()
    session.refresh(workflow)
    return workflow


def get_workflow(session: Session, owner_id: str, id: int) -> Workflow:
    """Give a workflow. Raises NotFoundError for a deleted or foreign one, too."""
    found = session.scalar(
        select(Workflow).where(*_own(owner_id, id)).execution_options(populate_existing=True)
    )
    if found is None:
        raise _not_found(id)
    return found


def list_workflows(
    session: Session, owner_id: str, limit: int = 50, cursor: str | None = None
) -> Page[WorkflowSummary]:
    """Give workflows with their newest run, the latest saved first.

    Raises:
        InvalidInputError: `bad_cursor`.
    """
    last = (
        select(WorkflowRun.id, WorkflowRun.status, WorkflowRun.created_at, WorkflowRun.finished_at)
        .where(WorkflowRun.workflow_id == Workflow.id, WorkflowRun.owner_id == owner_id)
        .order_by(WorkflowRun.created_at.desc(), WorkflowRun.id.desc())
        .limit(1)
        .lateral("last")
    )
    columns = (Workflow.id, Workflow.name, Workflow.revision, Workflow.created_at)
    query = (
        select(*columns, Workflow.updated_at, last)
        .outerjoin(last, true())
        .where(Workflow.user_id == owner_id, Workflow.deleted_at.is_(None))
        .order_by(Workflow.updated_at.desc(), Workflow.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        at, id = read_cursor(cursor, int)
        query = query.where(
            tuple_(Workflow.updated_at, Workflow.id) < tuple_(literal(at), literal(id))
        )
    rows = [
        WorkflowSummary(*row[:5], last_run=LastRun(*row[5:]) if row[5] else None)
        for row in session.execute(query)
    ]
    return cut(rows, limit, lambda row: (row.updated_at, row.id))


def save_workflow(
    session: Session,
    owner_id: str,
    id: int,
    *,
    graph: Json,
    name: str,
    content_sha256: bytes,
    expected_revision: int | Collection[int] | None,
) -> Workflow:
    """Replace the graph and give the workflow with its new revision.

    Args:
        session: The caller's session.
        owner_id: Whose it is.
        id: Which one.
        graph: The whole document.
        name: Its name.
        content_sha256: Over what a run depends on: no name, positions or viewport.
        expected_revision: What the caller's copy was made from, or several that will do; None
            overwrites anything.

    Raises:
        NotFoundError: there is no such workflow.
        ConflictError: `stale_revision`, with the current one: it was saved since.
        InvalidInputError: the graph cannot be stored (`graph_too_large`, `text_not_storable`).
    """
    workflow = _locked(session, owner_id, id)
    wanted = (expected_revision,) if isinstance(expected_revision, int) else expected_revision
    if wanted is not None and workflow.revision not in wanted:
        raise ConflictError(
            "stale_revision",
            f"The workflow has been saved since: it is at revision {workflow.revision}, your copy"
            f" was made from {', '.join(map(str, wanted))}. Load it again and repeat your change.",
            revision=workflow.revision,
        )
    workflow.version_id = _ensure_version(session, workflow, graph, content_sha256)
    workflow.graph = graph
    workflow.positions = {}
    return _touch(session, workflow, name)


def rename_workflow(session: Session, owner_id: str, id: int, name: str) -> Workflow:
    """Give a workflow another name, which is a new revision. Raises NotFoundError."""
    return _touch(session, _locked(session, owner_id, id), name)


def save_positions(
    session: Session, owner_id: str, id: int, positions: Mapping[str, Mapping[str, float]]
) -> None:
    """Move nodes: `{"nodeId": {"x": 0, "y": 0}}`. One statement; no revision, no conflict.

    Positions of nodes that are not in the graph do nothing.

    Raises:
        NotFoundError: there is no such workflow.
        InvalidInputError: `too_many_positions`.
    """
    moved = session.execute(
        update(Workflow)
        .where(*_own(owner_id, id))
        .values(positions=Workflow.positions.concat(literal(dict(positions), JSONB)))
        .returning(Workflow.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if moved is None:
        raise _not_found(id)


def delete_workflow(session: Session, owner_id: str, id: int) -> None:
    """Hide a workflow; its runs stay readable. Raises NotFoundError."""
    gone = session.execute(
        update(Workflow)
        .where(*_own(owner_id, id))
        .values(deleted_at=NOW)
        .returning(Workflow.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if gone is None:
        raise _not_found(id)


def owner_of(session: Session, id: int) -> str:
    """Give whose workflow it is, for operators who act in the owner's name.

    Raises:
        NotFoundError: there is no such workflow.
    """
    owner = session.scalar(
        select(Workflow.user_id).where(Workflow.id == id, Workflow.deleted_at.is_(None))
    )
    if owner is None:
        raise _not_found(id)
    return owner


def get_version(session: Session, owner_id: str, version_id: UUID) -> WorkflowVersion:
    """Give a version. Raises NotFoundError."""
    found = session.scalar(
        select(WorkflowVersion).where(
            WorkflowVersion.id == version_id, WorkflowVersion.owner_id == owner_id
        )
    )
    if found is None:
        raise NotFoundError("version_not_found", f"There is no workflow version {version_id}.")
    return found


def graph_document(workflow: Workflow) -> Json:
    """Give the graph with the current name and the nodes where they were moved to."""
    return workflow.graph | {
        "name": workflow.name,
        "nodes": [_placed(node, workflow.positions) for node in workflow.graph.get("nodes", [])],
    }


def _placed(node: Json, positions: Mapping[str, Any]) -> Json:
    moved = positions.get(node["id"])
    return node if moved is None else node | {"position": moved}


def _locked(session: Session, owner_id: str, id: int) -> Workflow:
    found = session.scalar(
        select(Workflow)
        .where(*_own(owner_id, id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise _not_found(id)
    return found


def _touch(session: Session, workflow: Workflow, name: str) -> Workflow:
    workflow.name = name
    workflow.revision += 1
    workflow.updated_at = session.scalar(select(NOW)) or workflow.updated_at
    session.flush()
    return workflow


def _ensure_version(
    session: Session, workflow: Workflow, graph: Json, content_sha256: bytes
) -> UUID:
    """Give the version of this content, made if it is new; the workflow's row is locked."""
    same = select(WorkflowVersion.id).where(
        WorkflowVersion.workflow_id == workflow.id,
        WorkflowVersion.owner_id == workflow.user_id,
        WorkflowVersion.sha256 == content_sha256,
    )
    made = (
        insert(WorkflowVersion)
        .values(
            workflow_id=workflow.id,
            owner_id=workflow.user_id,
            sha256=content_sha256,
            graph=graph,
        )
        .returning(WorkflowVersion.id)
    )
    return session.scalar(same) or session.scalars(made).one()


def _own(owner_id: str, id: int) -> tuple[Any, ...]:
    return (Workflow.id == id, Workflow.user_id == owner_id, Workflow.deleted_at.is_(None))


def _not_found(id: int) -> NotFoundError:
    return NotFoundError("workflow_not_found", f"There is no workflow {id}.")
