"""Workflows: their current graph, its versions, and places of nodes moved since."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb
from pydantic_core import to_json
from sqlalchemy import Text, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.ownership import workflow_not_found
from db.postgres.functions import FunctionPool
from db.schedules import pause_schedules
from db.tables import Workflow, WorkflowVersion
from db.tables.base import NOW, Json, database_time
from db.versions import record_revision
from schemas.errors import ConflictError, NotFoundError
from schemas.graph_summary import layout_thumbnail, with_positions
from schemas.wire.version import Origin

WORKFLOWS_CHANNEL: Final = "nodeloom_workflows"
"""Notifications with the id of a workflow that was saved or deleted, or whose nodes were moved."""
_MOVE_NODES: Final = "select move_nodes(%s, %s, %s), pg_notify(%s, %s)"


@dataclass(frozen=True, kw_only=True)
class NewRevision:
    """What a save makes of a workflow."""

    name: str
    graph: Json
    """The whole document."""
    content_sha256: bytes
    """Over what a run depends on: no name, positions or viewport."""
    expected_revisions: Collection[int] | None = None
    """What the caller's copy was made from, or several that will do; None overwrites anything."""
    origin: Origin = "saved"
    source_revision: int | None = None
    """The entry of the history that it was made from."""


def create_workflow(
    session: Session,
    owner_id: str,
    name: str,
    graph: Json,
    content_sha256: bytes,
    *,
    origin: Origin = "created",
) -> Workflow:
    """Store a new workflow with its first version; `origin` is for its history.

    Raises:
        InvalidInputError: the graph cannot be stored (`graph_too_large`, `text_not_storable`).
    """
    version_id = uuid4()
    workflow = Workflow(
        user_id=owner_id,
        name=name,
        version_id=version_id,
        graph=graph,
        layout_thumbnail=layout_thumbnail(graph),
    )
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
    record_revision(session, workflow, {}, origin)
    return workflow


def get_workflow(session: Session, owner_id: str, id: int) -> Workflow:
    """Give a workflow. Raises NotFoundError for a deleted or foreign one, too."""
    found = session.scalar(
        select(Workflow).where(*_owned_by(owner_id, id)).execution_options(populate_existing=True)
    )
    if found is None:
        raise workflow_not_found(id)
    return found


@dataclass(frozen=True)
class SavedState:
    """What tells whether a copy of a workflow is what is stored."""

    revision: int
    positions: str
    """A hash over where nodes were moved to since the revision."""


def get_saved_state(session: Session, owner_id: str, id: int) -> SavedState:
    """Give what a workflow is at. Raises NotFoundError for a deleted or foreign one, too."""
    positions = func.md5(cast(Workflow.positions, Text))
    row = session.execute(
        select(Workflow.revision, positions).where(*_owned_by(owner_id, id))
    ).one_or_none()
    if row is None:
        raise workflow_not_found(id)
    return SavedState(*row)


def save_workflow(session: Session, owner_id: str, id: int, revision: NewRevision) -> Workflow:
    """Replace the graph and give the workflow with its new revision.

    Raises:
        NotFoundError: there is no such workflow.
        ConflictError: `stale_revision`, with the current one: it was saved since.
        InvalidInputError: the graph cannot be stored (`graph_too_large`, `text_not_storable`).
    """
    workflow = _lock_workflow(session, owner_id, id)
    expected = revision.expected_revisions
    if expected is not None and workflow.revision not in expected:
        raise ConflictError(
            "stale_revision",
            f"The workflow has been saved since: it is at revision {workflow.revision}, your copy"
            f" was made from {', '.join(map(str, expected))}. Load it again and repeat your change.",
            revision=workflow.revision,
        )
    workflow.version_id = ensure_version(session, workflow, revision.graph, revision.content_sha256)
    moved, workflow.positions = workflow.positions, {}
    workflow.graph = revision.graph
    workflow.layout_thumbnail = layout_thumbnail(revision.graph)
    _bump_revision(session, workflow, revision.name)
    record_revision(session, workflow, moved, revision.origin, revision.source_revision)
    return workflow


def rename_workflow(session: Session, owner_id: str, id: int, name: str) -> Workflow:
    """Give a workflow another name, which is a new revision. Raises NotFoundError."""
    return _bump_revision(session, _lock_workflow(session, owner_id, id), name)


async def move_nodes(
    functions: FunctionPool, owner_id: str, id: int, positions: Mapping[str, Mapping[str, float]]
) -> None:
    """Move nodes: `{"nodeId": {"x": 0, "y": 0}}`. No revision, no conflict.

    Positions of nodes that are not in the graph do nothing.

    Raises:
        NotFoundError: there is no such workflow.
        InvalidInputError: `too_many_positions`.
    """
    moved = Jsonb(positions, dumps=to_json)
    values = [owner_id, id, moved, WORKFLOWS_CHANNEL, str(id)]
    if not (await functions.call(_MOVE_NODES, values))[0][0]:
        raise workflow_not_found(id)


def delete_workflow(session: Session, owner_id: str, id: int) -> None:
    """Hide a workflow and pause its schedules; its runs stay readable. Raises NotFoundError."""
    deleted_id = session.execute(
        update(Workflow)
        .where(*_owned_by(owner_id, id))
        .values(deleted_at=NOW)
        .returning(Workflow.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if deleted_id is None:
        raise workflow_not_found(id)
    pause_schedules(session, owner_id, id)
    _announce(session, id)


def restore_workflow(session: Session, owner_id: str, id: int) -> Workflow:
    """Bring back a workflow that was deleted; one that is there stays as it is.

    Raises:
        NotFoundError: there is none, or retention has taken it.
    """
    session.execute(
        update(Workflow)
        .where(Workflow.id == id, Workflow.user_id == owner_id, Workflow.deleted_at.is_not(None))
        .values(deleted_at=None)
        .execution_options(synchronize_session=False)
    )
    return get_workflow(session, owner_id, id)


def find_names_with_prefix(session: Session, owner_id: str, start: str) -> set[str]:
    """Give the names of the owner's workflows that start so, whatever their case."""
    return set(
        session.scalars(
            select(Workflow.name).where(
                Workflow.user_id == owner_id,
                Workflow.deleted_at.is_(None),
                Workflow.name.istartswith(start, autoescape=True),
            )
        )
    )


def get_owner_id(session: Session, id: int) -> str:
    """Give whose workflow it is, for operators who act in the owner's name.

    Raises:
        NotFoundError: there is no such workflow.
    """
    owner = session.scalar(
        select(Workflow.user_id).where(Workflow.id == id, Workflow.deleted_at.is_(None))
    )
    if owner is None:
        raise workflow_not_found(id)
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
        "nodes": with_positions(workflow.graph, workflow.positions),
    }


def _lock_workflow(session: Session, owner_id: str, id: int) -> Workflow:
    found = session.scalar(
        select(Workflow)
        .where(*_owned_by(owner_id, id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise workflow_not_found(id)
    return found


def _announce(session: Session, id: int) -> None:
    """Tell who has the workflow open, once this is committed."""
    session.execute(select(func.pg_notify(WORKFLOWS_CHANNEL, str(id))))


def _bump_revision(session: Session, workflow: Workflow, name: str) -> Workflow:
    workflow.name = name
    workflow.revision += 1
    workflow.updated_at = database_time(session)
    session.flush()
    _announce(session, workflow.id)
    return workflow


def ensure_version(
    session: Session, workflow: Workflow, graph: Json, content_sha256: bytes
) -> UUID:
    """Give the version of this content, made if it is new.

    One that is there is locked, so that retention does not take it at this moment.
    """
    same = (
        select(WorkflowVersion.id)
        .where(
            WorkflowVersion.workflow_id == workflow.id,
            WorkflowVersion.owner_id == workflow.user_id,
            WorkflowVersion.sha256 == content_sha256,
        )
        .with_for_update(read=True, key_share=True)
    )
    made = (
        insert(WorkflowVersion)
        .values(
            workflow_id=workflow.id,
            owner_id=workflow.user_id,
            sha256=content_sha256,
            graph=graph,
        )
        .on_conflict_do_nothing()  # two runs with the same values, at the same moment
        .returning(WorkflowVersion.id)
    )
    return session.scalar(same) or session.scalar(made) or session.scalars(same).one()


def _owned_by(owner_id: str, id: int) -> tuple[Any, ...]:
    return (Workflow.id == id, Workflow.user_id == owner_id, Workflow.deleted_at.is_(None))
