"""The history of a workflow: an entry for each save that changed its content."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, defer

from db.ownership import workflow_not_found
from db.postgres.pagination import Page, decode_cursor, to_page
from db.tables import Workflow, WorkflowRevision, WorkflowVersion
from db.tables.base import Json, database_time
from schemas.errors import InvalidInputError, NotFoundError
from schemas.graph_summary import graph_outline, node_positions, with_positions
from schemas.wire.version import Origin

MAX_SESSION_GAP: Final = timedelta(minutes=5)
"""Saves that are this far apart are two sessions."""
MAX_SESSION_LENGTH: Final = timedelta(minutes=30)
"""After so long a new session begins, however busy its author is."""
MAX_PROTECTED: Final = 100
"""Entries of one workflow that are pinned or named: these are never deleted by themselves."""


BATCH_SIZE: Final = 20
"""Entries that are read at a time."""


@dataclass(frozen=True)
class HistoryEntry:
    """An entry of a history; `before` is the outline of the one that is listed next."""

    row: WorkflowRevision
    outline: Json
    before: Json | None
    current: bool


@dataclass(frozen=True)
class VersionSnapshot:
    """A version as a document; `revision` is None where the history does not know it any more."""

    version_id: UUID
    workflow_id: int
    revision: int | None
    created_at: datetime
    graph: Json
    sha256: bytes


def record_revision(
    session: Session,
    workflow: Workflow,
    moved: Mapping[str, Any],
    origin: Origin = "saved",
    source_revision: int | None = None,
) -> None:
    """Enter what was just saved into the history; the workflow's row is locked.

    A save that changed places only moves the nodes of the newest entry. `moved` are the places
    of nodes that had been moved since the save before.
    """
    last = _newest_revision(session, workflow)
    if last is not None and last.version_id == workflow.version_id and origin == "saved":
        last.positions = node_positions(workflow.graph, {})
        return
    now = database_time(session)
    entry = WorkflowRevision(
        workflow_id=workflow.id,
        revision=workflow.revision,
        owner_id=workflow.user_id,
        version_id=workflow.version_id,
        origin=origin,
        source_revision=source_revision,
        began_at=now,
        positions=node_positions(workflow.graph, {}),
        outline=graph_outline(workflow.graph),
        created_at=now,
    )
    if last is not None:
        if moved:
            last.positions = {id: moved.get(id, place) for id, place in last.positions.items()}
        if origin == "saved" and _continues_session(last, now):
            last.superseded = True
            entry.began_at, entry.saves = last.began_at, last.saves + 1
    session.add(entry)
    session.flush()


def list_versions(
    session: Session,
    owner_id: str,
    workflow_id: int,
    limit: int = 50,
    cursor: str | None = None,
    *,
    every: bool = False,
    present: Callable[[HistoryEntry], Any] = lambda entry: entry,
) -> Page[Any]:
    """Give the history, the newest first: of each session its last state, or `every` save.

    Entries that are pinned or named are always shown. A deleted workflow still has its history.
    What `present` makes of an entry is given: outlines may be large, so they are not held all at once.

    Raises:
        NotFoundError: there is no such workflow.
        InvalidInputError: `bad_cursor`.
    """
    newest = session.scalar(
        select(func.max(WorkflowRevision.revision)).where(*_of_workflow(owner_id, workflow_id))
    )
    if newest is None:
        raise workflow_not_found(workflow_id)
    query = (
        select(WorkflowRevision)
        .where(*_of_workflow(owner_id, workflow_id))
        .order_by(WorkflowRevision.revision.desc())
        .options(defer(WorkflowRevision.positions, raiseload=True))
    )
    if not every:
        query = query.where(or_(~WorkflowRevision.superseded, _is_protected()))
    below = decode_cursor(cursor, int)[1] if cursor is not None else newest + 1
    presented: list[tuple[Any, datetime, int]] = []
    current: tuple[WorkflowRevision, Json] | None = None
    for row in islice(_in_batches(session, query, below), limit + 1):
        outline = _outline(session, row)
        if current is not None:
            presented.append(_present(*current, outline, newest, present))
        current = row, outline
    if current is not None:
        presented.append(_present(*current, None, newest, present))
    page = to_page(presented, limit, lambda each: each[1:])
    return Page([item for item, *_ in page.items], page.next_cursor)


def read_version(
    session: Session, owner_id: str, workflow_id: int, which: int | UUID
) -> VersionSnapshot:
    """Give a version by its revision or its id, as it was. Raises NotFoundError."""
    wanted = (
        WorkflowRevision.revision == which
        if isinstance(which, int)
        else WorkflowRevision.version_id == which
    )
    row = session.scalar(
        select(WorkflowRevision)
        .where(*_of_workflow(owner_id, workflow_id), wanted)
        .order_by(WorkflowRevision.revision.desc())
        .limit(1)
    )
    if row is not None:
        return _snapshot(session, owner_id, workflow_id, row.version_id, row)
    if isinstance(which, UUID):
        return _snapshot(session, owner_id, workflow_id, which, None)
    raise _not_found(which)


def read_version_at(
    session: Session, owner_id: str, workflow_id: int, version_id: UUID, revision: int
) -> VersionSnapshot:
    """Give a version that was current at a revision, as far as known with its places then."""
    row = session.scalar(
        select(WorkflowRevision)
        .where(
            *_of_workflow(owner_id, workflow_id),
            WorkflowRevision.version_id == version_id,
            WorkflowRevision.revision <= revision,
        )
        .order_by(WorkflowRevision.revision.desc())
        .limit(1)
    )
    return _snapshot(session, owner_id, workflow_id, version_id, row)


def mark_version(
    session: Session, owner_id: str, workflow_id: int, revision: int, **marks: Any
) -> HistoryEntry:
    """Set `label` (None: none) or `pinned` of an entry, and give it.

    Raises:
        NotFoundError: there is no such entry.
        InvalidInputError: `too_many_kept`.
    """
    row = session.scalar(
        select(WorkflowRevision)
        .where(*_of_workflow(owner_id, workflow_id), WorkflowRevision.revision == revision)
        .with_for_update()
    )
    if row is None:
        raise _not_found(revision)
    for name, value in marks.items():
        setattr(row, name, value)
    session.flush()
    if (row.pinned or row.label is not None) and _count_protected(
        session, owner_id, workflow_id
    ) > MAX_PROTECTED:
        raise InvalidInputError(
            "too_many_kept",
            f"At most {MAX_PROTECTED} versions of a workflow can be pinned or named: release one first.",
        )
    return _history_entry(session, owner_id, row)


def _history_entry(session: Session, owner_id: str, row: WorkflowRevision) -> HistoryEntry:
    of = _of_workflow(owner_id, row.workflow_id)
    before = session.scalar(
        select(WorkflowRevision)
        .where(*of, WorkflowRevision.revision < row.revision)
        .order_by(WorkflowRevision.revision.desc())
        .limit(1)
    )
    newest = session.scalar(select(func.max(WorkflowRevision.revision)).where(*of))
    return HistoryEntry(
        row,
        _outline(session, row),
        before and _outline(session, before),
        current=row.revision == newest,
    )


def _snapshot(
    session: Session,
    owner_id: str,
    workflow_id: int,
    version_id: UUID,
    row: WorkflowRevision | None,
) -> VersionSnapshot:
    found = session.execute(
        select(WorkflowVersion, Workflow)
        .join(Workflow, Workflow.id == WorkflowVersion.workflow_id)
        .where(
            WorkflowVersion.id == version_id,
            WorkflowVersion.workflow_id == workflow_id,
            WorkflowVersion.owner_id == owner_id,
            Workflow.user_id == owner_id,
        )
    ).one_or_none()
    if found is None:
        raise _not_found(version_id)
    version, workflow = found
    moved: Mapping[str, Any] = row.positions if row else {}
    if row is not None and _newest_revision(session, workflow) is row:
        moved = {**moved, **workflow.positions}
    return VersionSnapshot(
        version_id=version_id,
        workflow_id=workflow_id,
        revision=row and row.revision,
        created_at=row.created_at if row else version.created_at,
        graph=version.graph
        | {"name": workflow.name, "nodes": with_positions(version.graph, moved)},
        sha256=version.sha256,
    )


def _continues_session(last: WorkflowRevision, now: datetime) -> bool:
    """Whether a save at this moment belongs to the session of the newest entry."""
    plain = last.origin == "saved" and not last.pinned and last.label is None
    return (
        plain
        and now - last.created_at < MAX_SESSION_GAP
        and now - last.began_at < MAX_SESSION_LENGTH
    )


def _newest_revision(session: Session, workflow: Workflow) -> WorkflowRevision | None:
    return session.scalar(
        select(WorkflowRevision)
        .where(*_of_workflow(workflow.user_id, workflow.id))
        .order_by(WorkflowRevision.revision.desc())
        .limit(1)
    )


def _in_batches(
    session: Session, query: Select[WorkflowRevision], below: int
) -> Iterator[WorkflowRevision]:
    """Give the entries below a revision, the newest first, a few from the database at a time."""
    while True:
        rows = list(
            session.scalars(query.where(WorkflowRevision.revision < below).limit(BATCH_SIZE))
        )
        yield from rows
        if len(rows) < BATCH_SIZE:
            return
        below = rows[-1].revision


def _present(
    row: WorkflowRevision,
    outline: Json,
    before: Json | None,
    newest: int,
    present: Callable[[HistoryEntry], Any],
) -> tuple[Any, datetime, int]:
    entry = HistoryEntry(row, outline, before, current=row.revision == newest)
    return present(entry), row.created_at, row.revision


def _outline(session: Session, row: WorkflowRevision) -> Json:
    if row.outline is not None:
        return row.outline
    graph = session.scalar(
        select(WorkflowVersion.graph).where(
            WorkflowVersion.id == row.version_id, WorkflowVersion.owner_id == row.owner_id
        )
    )
    return graph_outline(graph or {"nodes": []})


def _count_protected(session: Session, owner_id: str, workflow_id: int) -> int:
    count = select(func.count()).select_from(WorkflowRevision)
    return session.scalar(count.where(*_of_workflow(owner_id, workflow_id), _is_protected())) or 0


def _is_protected() -> Any:
    return or_(WorkflowRevision.pinned, WorkflowRevision.label.is_not(None))


def _of_workflow(owner_id: str, workflow_id: int) -> tuple[Any, ...]:
    return (WorkflowRevision.workflow_id == workflow_id, WorkflowRevision.owner_id == owner_id)


def _not_found(which: object) -> NotFoundError:
    return NotFoundError(
        "version_not_found",
        f"The history has no version {which}: GET the list of versions for those it has.",
    )
