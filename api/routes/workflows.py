"""Workflows: stored, changed, checked and planned."""

from typing import Annotated, Any, Final

from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.pagination import PAGE_SIZE, Cursor, Limit
from api.http.responses import errors, revision_tag, wanted_revisions
from api.http.strict_json import MAX_GRAPH_BODY_BYTES
from api.media.embedded import extract_pictures
from api.state import Parts
from api.views.presenters import present_summary, present_workflow
from db.assets import NewAsset, add_assets
from db.ownership import workflow_not_found
from db.tables import Workflow
from db.workflow_list import WorkflowFilter, WorkflowOrder, list_workflows
from db.workflows import (
    create_workflow,
    delete_workflow,
    get_version,
    get_workflow,
    graph_document,
    names_like,
    rename_workflow,
    save_positions_at_once,
    save_workflow,
    undelete_workflow,
)
from flows.graph.check import check_document
from flows.graph.content import content_sha256
from flows.portable.names import copy_name, stem
from flows.runs.preview import preview_run
from flows.runs.start import problems_with_assets
from schemas.errors import InvalidGraphError
from schemas.graph import Graph
from schemas.wire.plan import PlanRead
from schemas.wire.run import RunCreate
from schemas.wire.workflow import (
    CheckResult,
    PositionsUpdate,
    WorkflowPage,
    WorkflowRead,
    WorkflowRename,
)
from tasks.registry import node_types

MAX_WORKFLOW_ID: Final = 2**31 - 1
GRAPH_OPTIONS: Final = {"graph": True}
"""Tells `JsonRequest` to leave texts and depth to `flows.graph.check`, which names their places."""

IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="The revision that was changed.")
]

Search = Annotated[
    str | None, QueryParameter(max_length=200, description="Part of the name, in any case.")
]
Sort = Annotated[WorkflowOrder, QueryParameter(description="The latest saved first, or by name.")]
Deleted = Annotated[bool, QueryParameter(description="Those that can be brought back, only.")]


def known_id(workflow_id: int) -> int:
    """Give the id back. Raises NotFoundError where no workflow can have it."""
    if not 1 <= workflow_id <= MAX_WORKFLOW_ID:
        raise workflow_not_found(workflow_id)
    return workflow_id


def accepted(document: object) -> Graph:
    """Read a graph that is to be saved; a draft's problems are fine.

    Raises:
        InvalidGraphError: it is no graph at all.
    """
    checked = check_document(document, node_types())
    if checked.graph is None:
        refusing = [problem for problem in checked.problems if problem.blocks_saving]
        raise InvalidGraphError(
            refusing or checked.problems, "This is no graph that can be saved; see its problems."
        )
    return checked.graph


def answer(read: WorkflowRead, status: int = 200, **headers: str) -> Response[WorkflowRead]:
    """Answer with a workflow; the ETag is its revision."""
    tag = {"ETag": revision_tag(read.revision)}
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
        parts: NamedDependency[Parts],
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
        page = await parts.database.run(list_workflows, user.id, limit, cursor, wanted)
        items = [present_summary(row) for row in page.items]
        return WorkflowPage(items=items, next_cursor=page.next_cursor)

    @post(
        operation_id="createWorkflow",
        summary="Store a graph",
        responses=errors(507),
        request_max_body_size=MAX_GRAPH_BODY_BYTES,
        opt=GRAPH_OPTIONS,
    )
    async def create_workflow(
        self,
        parts: NamedDependency[Parts],
        user: NamedDependency[Identity],
        data: JSONBody[Any],
    ) -> Response[WorkflowRead]:
        """Store a new workflow. A draft with problems can be stored; only running it cannot.

        Pictures inside the graph (`kind: base64`) become assets.
        """
        pictures = await extract_pictures(parts, user.id, data)
        read = await parts.database.run(_create, user.id, accepted(data), pictures)
        return answer(read, 201, Location=f"/api/workflows/{read.id}")

    @get(
        "/{workflow_id:int}",
        operation_id="readWorkflow",
        summary="One workflow",
        responses=errors(404),
    )
    async def read_workflow(
        self,
        parts: NamedDependency[Parts],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
    ) -> Response[WorkflowRead]:
        """Give a workflow with its graph; the ETag is its revision."""
        return answer(await parts.database.run(_read, user.id, known_id(workflow_id)))

    @put(
        "/{workflow_id:int}",
        operation_id="saveWorkflow",
        summary="Replace the graph",
        responses=errors(404, 409, 428, 507),
        request_max_body_size=MAX_GRAPH_BODY_BYTES,
        opt=GRAPH_OPTIONS,
    )
    async def save_workflow(
        self,
        parts: NamedDependency[Parts],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        data: JSONBody[Any],
        if_match: IfMatch = None,
    ) -> Response[WorkflowRead]:
        """Save the whole graph, if nobody has saved since the revision in `If-Match`."""
        revisions = wanted_revisions(if_match)
        pictures = await extract_pictures(parts, user.id, data)
        read = await parts.database.run(
            _save,
            user.id,
            known_id(workflow_id),
            graph=accepted(data),
            pictures=pictures,
            revisions=revisions,
        )
        return answer(read)

    @patch(
        "/{workflow_id:int}", operation_id="renameWorkflow", summary="Rename", responses=errors(404)
    )
    async def rename_workflow(
        self,
        parts: NamedDependency[Parts],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        data: JSONBody[WorkflowRename],
    ) -> Response[WorkflowRead]:
        """Give a workflow another name, which is a new revision."""
        args = (user.id, known_id(workflow_id), data.name)
        return answer(await parts.database.run(_rename, *args))

    @patch(
        "/{workflow_id:int}/positions",
        operation_id="savePositions",
        status_code=204,
        summary="Move nodes",
        responses=errors(404),
    )
    async def save_positions(
        self,
        parts: NamedDependency[Parts],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        data: JSONBody[PositionsUpdate],
    ) -> None:
        """Remember where nodes are. Touches nothing else, makes no revision, never conflicts."""
        moved = {id: {"x": place.x, "y": place.y} for id, place in data.positions.items()}
        id = known_id(workflow_id)
        await parts.database.run_at_once(save_positions_at_once, user.id, id, moved)

    @delete(
        "/{workflow_id:int}", operation_id="deleteWorkflow", summary="Delete", responses=errors(404)
    )
    async def delete_workflow(
        self,
        parts: NamedDependency[Parts],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
    ) -> None:
        """Delete a workflow; its runs stay readable, and it can be brought back for a while."""
        await parts.database.run(delete_workflow, user.id, known_id(workflow_id))

    @post(
        "/{workflow_id:int}/undelete",
        operation_id="undeleteWorkflow",
        status_code=200,
        summary="Bring back a deleted workflow",
        responses=errors(404),
    )
    async def undelete_workflow(
        self,
        parts: NamedDependency[Parts],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
    ) -> Response[WorkflowRead]:
        """Undo a deletion, for as many days as `NODELOOM_KEEP_DELETED_DAYS` says."""
        return answer(await parts.database.run(_undelete, user.id, known_id(workflow_id)))

    @post(
        "/{workflow_id:int}/duplicate",
        operation_id="duplicateWorkflow",
        status_code=201,
        summary="Copy a workflow",
        responses=errors(404),
    )
    async def duplicate_workflow(
        self,
        parts: NamedDependency[Parts],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
    ) -> Response[WorkflowRead]:
        """Store a copy of the graph, with the same assets, as “… copy”; runs are not copied."""
        read = await parts.database.run(_duplicate, user.id, known_id(workflow_id))
        return answer(read, 201, Location=f"/api/workflows/{read.id}")

    @post(
        "/{workflow_id:int}/check",
        operation_id="checkWorkflow",
        status_code=200,
        summary="What is wrong with the graph",
        responses=errors(404),
    )
    async def check_workflow(
        self,
        parts: NamedDependency[Parts],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
    ) -> CheckResult:
        """Give every problem of the stored graph, each with its place."""
        return await parts.database.run(_check, user.id, known_id(workflow_id))

    @post(
        "/{workflow_id:int}/plan",
        operation_id="planWorkflow",
        status_code=200,
        summary="What a run would do",
        responses=errors(404, 409),
    )
    async def plan_workflow(
        self,
        parts: NamedDependency[Parts],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        data: JSONBody[RunCreate | None] = None,
    ) -> PlanRead:
        """Say which nodes a run would run, reuse or skip, and why; nothing is started."""
        wanted = data or RunCreate()
        return await parts.database.run(
            preview_run,
            user.id,
            known_id(workflow_id),
            wanted,
            store=parts.store,
            demo=parts.settings.demo_model,
        )


def _create(
    session: Session, owner_id: str, graph: Graph, pictures: list[NewAsset]
) -> WorkflowRead:
    add_assets(session, owner_id, pictures)
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
    pictures: list[NewAsset],
    revisions: tuple[int, ...] | None,
) -> WorkflowRead:
    add_assets(session, owner_id, pictures)
    workflow = save_workflow(
        session,
        owner_id,
        id,
        graph=graph.document(),
        name=graph.name,
        content_sha256=content_sha256(graph),
        expected_revision=revisions,
    )
    return _present(workflow)


def _rename(session: Session, owner_id: str, id: int, name: str) -> WorkflowRead:
    return _present(rename_workflow(session, owner_id, id, name))


def _undelete(session: Session, owner_id: str, id: int) -> WorkflowRead:
    return _present(undelete_workflow(session, owner_id, id))


def _duplicate(session: Session, owner_id: str, id: int) -> WorkflowRead:
    """Copy a workflow as it is now, nodes where they were moved to."""
    original = get_workflow(session, owner_id, id)
    name = copy_name(original.name, names_like(session, owner_id, stem(original.name)))
    document = graph_document(original) | {"name": name}
    content = get_version(session, owner_id, original.version_id).sha256
    copy = create_workflow(session, owner_id, name, document, content, origin="duplicated")
    return _present(copy)


def _check(session: Session, owner_id: str, id: int) -> CheckResult:
    document = graph_document(get_workflow(session, owner_id, id))
    checked = check_document(document, node_types())
    problems = list(checked.problems)
    if checked.graph is not None:
        problems += problems_with_assets(session, owner_id, checked.graph, node_types())
    return CheckResult(problems=problems)
