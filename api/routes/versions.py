"""The history of a workflow: listed, looked at, named, restored; and what a run ran."""

from typing import Annotated, Final
from uuid import UUID

from litestar import Controller, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.pagination import PAGE_SIZE, Cursor, Limit
from api.http.responses import ETAG, error_responses, parse_if_match
from api.openapi.operations import operation_docs
from api.routes.workflows import IfMatch, valid_workflow_id, workflow_response
from api.state.app_state import AppState
from api.views.version import present_graph, present_version
from api.views.workflow import present_workflow
from db.runs import get_run
from db.versions import (
    list_versions,
    mark_version,
    read_version,
    read_version_at,
)
from db.workflows import NewRevision, get_workflow, graph_document, save_workflow
from schemas.errors import NotFoundError
from schemas.wire.version import GraphRead, VersionMark, VersionPage, VersionRead
from schemas.wire.workflow import WorkflowRead

IncludeAllSaves = Annotated[
    bool, QueryParameter(description="Every save, not only the last one of each session.")
]
PATH: Final = "/workflows/{workflow_id:int}/versions"


def parse_version_reference(text: str) -> int | UUID:
    """Read what an address names a version by. Raises NotFoundError."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError(
            "version_not_found", "A version is named by its revision, such as 3, or by its id."
        ) from None


class VersionController(Controller):
    """What workflows were."""

    path = "/api"
    tags = ("Versions",)

    @get(PATH, operation_id="listVersions", summary="The history", responses=error_responses(404))
    async def list_versions(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        *,
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
        every: IncludeAllSaves = False,
    ) -> VersionPage:
        """List what a workflow was, the newest first, each with what changed since the one below.

        Saves that follow each other within five minutes, for up to half an hour, are one session
        and shown as its last state.
        """
        return await app_state.database.run(
            _list, user.id, valid_workflow_id(workflow_id), limit=limit, cursor=cursor, every=every
        )

    @get(
        PATH + "/{version:str}",
        operation_id="readVersion",
        summary="A workflow as it was",
        responses=error_responses(404),
    )
    async def read_version(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        version: FromPath[str],
    ) -> GraphRead:
        """Give the graph of a version, by its revision or its id."""
        reference = parse_version_reference(version)
        return await app_state.database.run(
            _graph, user.id, valid_workflow_id(workflow_id), reference
        )

    @patch(
        PATH + "/{version:str}",
        operation_id="markVersion",
        summary="Name or pin a version",
        responses=error_responses(404),
        opt=operation_docs(
            {
                "name": ("A name, which keeps it", {"label": "Sent to the customer"}),
                "pin": ("Kept without a name", {"pinned": True}),
            }
        ),
    )
    async def mark_version(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        version: FromPath[str],
        data: JSONBody[VersionMark],
    ) -> VersionRead:
        """Set `label` (null: none) or `pinned`; such a version is not forgotten."""
        marks = {name: getattr(data, name) for name in data.model_fields_set}
        reference = parse_version_reference(version)
        return await app_state.database.run(
            _mark, user.id, valid_workflow_id(workflow_id), reference, **marks
        )

    @post(
        PATH + "/{version:str}/restore",
        operation_id="restoreVersion",
        summary="Make a version the current one",
        status_code=200,
        responses=error_responses(404, 409, 428),
        response_headers=[ETAG],
    )
    async def restore_version(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        version: FromPath[str],
        if_match: IfMatch = None,
    ) -> Response[WorkflowRead]:
        """Save the graph of a version as a new revision, under the name the workflow has now.

        Nothing is lost: what is current now stays in the history.
        """
        revisions, reference = parse_if_match(if_match), parse_version_reference(version)
        read = await app_state.database.run(
            _restore, user.id, valid_workflow_id(workflow_id), reference, revisions=revisions
        )
        return workflow_response(read)

    @get(
        "/runs/{run_id:uuid}/graph",
        operation_id="readRunGraph",
        summary="The graph that a run ran",
        responses=error_responses(404),
        tags=["Runs"],
    )
    async def read_run_graph(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        run_id: FromPath[UUID],
    ) -> GraphRead:
        """Give the graph of a run as it was, with the places of that time as far as known."""
        return await app_state.database.run(_run_graph, user.id, run_id)


def _list(
    session: Session,
    owner_id: str,
    workflow_id: int,
    *,
    limit: int,
    cursor: str | None,
    every: bool,
) -> VersionPage:
    page = list_versions(
        session, owner_id, workflow_id, limit, cursor, every=every, present=present_version
    )
    return VersionPage(items=page.items, next_cursor=page.next_cursor)


def _graph(session: Session, owner_id: str, workflow_id: int, reference: int | UUID) -> GraphRead:
    return present_graph(read_version(session, owner_id, workflow_id, reference))


def _run_graph(session: Session, owner_id: str, run_id: UUID) -> GraphRead:
    run = get_run(session, owner_id, run_id)
    return present_graph(
        read_version_at(session, owner_id, run.workflow_id, run.version_id, run.revision)
    )


def _mark(
    session: Session, owner_id: str, workflow_id: int, reference: int | UUID, **marks: object
) -> VersionRead:
    revision = read_version(session, owner_id, workflow_id, reference).revision
    if revision is None:
        raise NotFoundError("version_not_found", "The history has no such version any more.")
    return present_version(mark_version(session, owner_id, workflow_id, revision, **marks))


def _restore(
    session: Session,
    owner_id: str,
    workflow_id: int,
    reference: int | UUID,
    *,
    revisions: tuple[int, ...] | None,
) -> WorkflowRead:
    name = get_workflow(session, owner_id, workflow_id).name
    snapshot = read_version(session, owner_id, workflow_id, reference)
    workflow = save_workflow(
        session,
        owner_id,
        workflow_id,
        NewRevision(
            name=name,
            graph=snapshot.graph,
            content_sha256=snapshot.sha256,
            expected_revisions=revisions,
            origin="restored",
            source_revision=snapshot.revision,
        ),
    )
    return present_workflow(workflow, graph_document(workflow))
