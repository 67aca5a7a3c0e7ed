"""Workflows: stored, changed, checked and planned."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.pagination import PAGE_SIZE, Cursor, Limit
from api.http.responses import ETAG, LOCATION, error_responses, parse_if_match, revision_etag
from api.http.strict_json import MAX_GRAPH_BODY_BYTES
from api.media.embedded import extract_images, extract_input_files
from api.openapi.examples import GRAPH_EXAMPLES, RUN_EXAMPLES
from api.openapi.operations import json_content, operation_docs
from api.state.app_state import AppState
from api.views.graph import GRAPH_OPTIONS, parse_graph
from api.views.workflow import present_workflow, present_workflow_summary
from db.assets import add_assets
from db.lists.workflow_list import WorkflowFilter, WorkflowOrder, list_workflows
from db.ownership import workflow_not_found
from db.tables import Workflow
from db.workflows import (
    NewRevision,
    create_workflow,
    delete_workflow,
    find_names_with_prefix,
    get_version,
    get_workflow,
    graph_document,
    move_nodes,
    rename_workflow,
    restore_workflow,
    save_workflow,
)
from flows.graph.content import content_sha256
from flows.portable.names import copy_name, copy_stem
from flows.runs.check import check_workflow
from flows.runs.preview import preview_run
from schemas.graph import Graph
from schemas.values import MediaValue
from schemas.wire.plan import PlanRead
from schemas.wire.run import RunCreate
from schemas.wire.workflow import (
    CheckResult,
    PositionsUpdate,
    WorkflowPage,
    WorkflowRead,
    WorkflowRename,
)

MAX_WORKFLOW_ID: Final = 2**31 - 1
MAX_CHECKED_RUNS: Final = 10
IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="The revision that was changed.")
]

Search = Annotated[
    str | None, QueryParameter(max_length=200, description="Part of the name, in any case.")
]
Sort = Annotated[WorkflowOrder, QueryParameter(description="The latest saved first, or by name.")]
Deleted = Annotated[bool, QueryParameter(description="Those that can be brought back, only.")]
CheckedRuns = Annotated[
    list[UUID] | None,
    QueryParameter(
        name="run",
        max_items=MAX_CHECKED_RUNS,
        description="Runs whose results are compared with the graph; may be given repeatedly. Of a node that"
        " is in several, the first one counts.",
    ),
]


def valid_workflow_id(workflow_id: int) -> int:
    """Give the id back. Raises NotFoundError where no workflow can have it."""
    if not 1 <= workflow_id <= MAX_WORKFLOW_ID:
        raise workflow_not_found(workflow_id)
    return workflow_id


def workflow_response(
    read: WorkflowRead, status: int = 200, **headers: str
) -> Response[WorkflowRead]:
    """Answer with a workflow; the ETag is its revision."""
    tag = {"ETag": revision_etag(read.revision)}
    return Response(read, status_code=status, headers=tag | headers)


def _present(workflow: Workflow) -> WorkflowRead:
    return present_workflow(workflow, graph_document(workflow))


class WorkflowController(Controller):
    """Stored graphs."""

    path = "/api/workflows"
    tags = ("Workflows",)

    @get(operation_id="listWorkflows", summary="Workflows, the latest saved first")
    async def list_workflows(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        *,
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
        q: Search = None,
        sort: Sort = "updated",
        deleted: Deleted = False,
    ) -> WorkflowPage:
        """List workflows with their times, last run and small pictures, without their graphs."""
        wanted = WorkflowFilter(text=q, deleted=deleted, order=sort)
        page = await app_state.database.run(list_workflows, user.id, limit, cursor, wanted)
        items = [present_workflow_summary(row) for row in page.items]
        return WorkflowPage(items=items, next_cursor=page.next_cursor)

    @post(
        operation_id="createWorkflow",
        summary="Store a graph",
        responses=error_responses(507),
        request_max_body_size=MAX_GRAPH_BODY_BYTES,
        opt=GRAPH_OPTIONS | operation_docs(GRAPH_EXAMPLES, body=json_content("Graph")),
        response_headers=[ETAG, LOCATION],
    )
    async def create_workflow(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        data: JSONBody[Any],
    ) -> Response[WorkflowRead]:
        """Store a new workflow. A draft with problems can be stored; only running it cannot.

        Pictures inside the graph (`kind: base64`) become assets.
        """
        images = await extract_images(app_state.uploads, user.id, data)
        read = await app_state.database.run(_create, user.id, parse_graph(data), images)
        return workflow_response(read, 201, Location=f"/api/workflows/{read.id}")

    @get(
        "/{workflow_id:int}",
        operation_id="readWorkflow",
        summary="One workflow",
        responses=error_responses(404),
        response_headers=[ETAG],
    )
    async def read_workflow(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
    ) -> Response[WorkflowRead]:
        """Give a workflow with its graph; the ETag is its revision."""
        return workflow_response(
            await app_state.database.run(_read, user.id, valid_workflow_id(workflow_id))
        )

    @put(
        "/{workflow_id:int}",
        operation_id="saveWorkflow",
        summary="Replace the graph",
        responses=error_responses(404, 409, 428, 507),
        request_max_body_size=MAX_GRAPH_BODY_BYTES,
        opt=GRAPH_OPTIONS | operation_docs(GRAPH_EXAMPLES, body=json_content("Graph")),
        response_headers=[ETAG],
    )
    async def save_workflow(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        data: JSONBody[Any],
        if_match: IfMatch = None,
    ) -> Response[WorkflowRead]:
        """Save the whole graph, if nobody has saved since the revision in `If-Match`."""
        revisions = parse_if_match(if_match)
        images = await extract_images(app_state.uploads, user.id, data)
        read = await app_state.database.run(
            _save,
            user.id,
            valid_workflow_id(workflow_id),
            graph=parse_graph(data),
            images=images,
            revisions=revisions,
        )
        return workflow_response(read)

    @patch(
        "/{workflow_id:int}",
        operation_id="renameWorkflow",
        summary="Rename",
        responses=error_responses(404),
        response_headers=[ETAG],
        opt=operation_docs({"name": ("A new name", {"name": "Slogans for teapots"})}),
    )
    async def rename_workflow(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        data: JSONBody[WorkflowRename],
    ) -> Response[WorkflowRead]:
        """Give a workflow another name, which is a new revision."""
        args = (user.id, valid_workflow_id(workflow_id), data.name)
        return workflow_response(await app_state.database.run(_rename, *args))

    @patch(
        "/{workflow_id:int}/positions",
        operation_id="savePositions",
        status_code=204,
        summary="Move nodes",
        responses=error_responses(404),
        opt=operation_docs(
            {"moved": ("A node was moved", {"positions": {"slogan": {"x": 400, "y": 80.5}}})}
        ),
    )
    async def save_positions(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        data: JSONBody[PositionsUpdate],
    ) -> None:
        """Remember where nodes are. Touches nothing else, makes no revision, never conflicts."""
        moved = {id: {"x": place.x, "y": place.y} for id, place in data.positions.items() if place}
        id = valid_workflow_id(workflow_id)
        await app_state.database.call(move_nodes, user.id, id, moved)

    @delete(
        "/{workflow_id:int}",
        operation_id="deleteWorkflow",
        summary="Delete",
        responses=error_responses(404),
    )
    async def delete_workflow(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
    ) -> None:
        """Delete a workflow; its runs stay readable, and it can be brought back for a while."""
        await app_state.database.run(delete_workflow, user.id, valid_workflow_id(workflow_id))

    @post(
        "/{workflow_id:int}/undelete",
        operation_id="undeleteWorkflow",
        status_code=200,
        summary="Bring back a deleted workflow",
        responses=error_responses(404),
        response_headers=[ETAG],
    )
    async def restore_workflow(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
    ) -> Response[WorkflowRead]:
        """Undo a deletion, for as many days as `NODELOOM_KEEP_DELETED_DAYS` says."""
        return workflow_response(
            await app_state.database.run(_undelete, user.id, valid_workflow_id(workflow_id))
        )

    @post(
        "/{workflow_id:int}/duplicate",
        operation_id="duplicateWorkflow",
        status_code=201,
        summary="Copy a workflow",
        responses=error_responses(404),
        response_headers=[ETAG, LOCATION],
    )
    async def duplicate_workflow(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
    ) -> Response[WorkflowRead]:
        """Store a copy of the graph, with the same assets, as “… copy”; runs are not copied."""
        read = await app_state.database.run(_duplicate, user.id, valid_workflow_id(workflow_id))
        return workflow_response(read, 201, Location=f"/api/workflows/{read.id}")

    @post(
        "/{workflow_id:int}/check",
        operation_id="checkWorkflow",
        status_code=200,
        summary="What is wrong with the graph",
        responses=error_responses(404),
    )
    async def check_workflow(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        runs: CheckedRuns = None,
    ) -> CheckResult:
        """Give every problem of the stored graph, and which results of its runs no longer fit it."""
        return await app_state.database.run(
            check_workflow,
            user.id,
            valid_workflow_id(workflow_id),
            tuple(runs or ()),
            demo=app_state.settings.demo_model,
        )

    @post(
        "/{workflow_id:int}/plan",
        operation_id="planWorkflow",
        status_code=200,
        summary="What a run would do",
        responses=error_responses(404, 409),
        opt=operation_docs(RUN_EXAMPLES),
    )
    async def plan_workflow(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        data: JSONBody[RunCreate | None] = None,
    ) -> PlanRead:
        """Say which nodes a run would run, reuse or skip, and why; nothing is started."""
        wanted = data or RunCreate()
        inputs, files = await extract_input_files(app_state.uploads, user.id, wanted.inputs)
        return await app_state.database.run(
            preview_run,
            user.id,
            valid_workflow_id(workflow_id),
            wanted.model_copy(update={"inputs": inputs}),
            files,
            store=app_state.store,
            demo=app_state.settings.demo_model,
        )


def _create(
    session: Session, owner_id: str, graph: Graph, images: list[MediaValue]
) -> WorkflowRead:
    add_assets(session, owner_id, images)
    content = content_sha256(graph)
    return _present(create_workflow(session, owner_id, graph.name, graph.document(), content))


def _read(session: Session, owner_id: str, id: int) -> WorkflowRead:
    return _present(get_workflow(session, owner_id, id))


def _save(
    session: Session,
    owner_id: str,
    id: int,
    *,
    graph: Graph,
    images: list[MediaValue],
    revisions: tuple[int, ...] | None,
) -> WorkflowRead:
    add_assets(session, owner_id, images)
    workflow = save_workflow(
        session,
        owner_id,
        id,
        NewRevision(
            name=graph.name,
            graph=graph.document(),
            content_sha256=content_sha256(graph),
            expected_revisions=revisions,
        ),
    )
    return _present(workflow)


def _rename(session: Session, owner_id: str, id: int, name: str) -> WorkflowRead:
    return _present(rename_workflow(session, owner_id, id, name))


def _undelete(session: Session, owner_id: str, id: int) -> WorkflowRead:
    return _present(restore_workflow(session, owner_id, id))


def _duplicate(session: Session, owner_id: str, id: int) -> WorkflowRead:
    """Copy a workflow as it is now, nodes where they were moved to."""
    original = get_workflow(session, owner_id, id)
    name = copy_name(
        original.name, find_names_with_prefix(session, owner_id, copy_stem(original.name))
    )
    document = graph_document(original) | {"name": name}
    content = get_version(session, owner_id, original.version_id).sha256
    copy = create_workflow(session, owner_id, name, document, content, origin="duplicated")
    return _present(copy)
