"""The gallery of a workflow: what its nodes gave in all its runs."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.pagination import PAGE_SIZE, Cursor, Limit
from api.http.responses import error_responses
from api.openapi.operations import operation_docs
from api.routes.workflows import valid_workflow_id
from api.state.app_state import AppState
from api.views.result import present_results
from db.lists.favourites import mark_result
from db.lists.results import ResultFilter, list_results
from db.workflows import get_workflow
from schemas.graph import MAX_ID_LENGTH
from schemas.values import Kind, KindName
from schemas.wire.run import ResultMark, ResultPage
from tasks.registry import node_types

NodeFilter = Annotated[
    str | None,
    QueryParameter(
        name="node",
        min_length=1,
        max_length=MAX_ID_LENGTH,
        pattern=r"^[^\0]*$",
        description="Only of this node.",
    ),
]
KindFilter = Annotated[
    KindName | None, QueryParameter(name="kind", description="Only of nodes that give this.")
]
RunFilter = Annotated[
    UUID | None,
    QueryParameter(
        name="run", description="Only of this run; with what it took over from earlier ones."
    ),
]
FavouriteFilter = Annotated[
    bool, QueryParameter(name="favourites", description="Only what you have marked.")
]


class ResultController(Controller):
    """What came out of workflows."""

    path = "/api/workflows/{workflow_id:int}/results"
    tags = ("Runs",)

    @get(
        operation_id="listResults",
        summary="Results of a workflow, the newest first",
        responses=error_responses(404),
    )
    async def list_results(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        *,
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
        node_id: NodeFilter = None,
        kind: KindFilter = None,
        run_id: RunFilter = None,
        favourites: FavouriteFilter = False,
    ) -> ResultPage:
        """List what nodes gave in the runs of a workflow, each where it came out first.

        A page may have fewer items than asked for, or none, and still not be the last one.
        """
        id = valid_workflow_id(workflow_id)
        filter = ResultFilter(
            run_id, node_id, kind and _node_types_giving(kind), favourites=favourites
        )

        def find(session: Session, owner_id: str) -> ResultPage:
            page = list_results(session, owner_id, id, filter, limit=limit, cursor=cursor)
            if not page.items:
                get_workflow(session, owner_id, id)  # 404 if there never was one
            return present_results(page)

        return await app_state.database.run(find, user.id)

    @patch(
        "/{result_id:uuid}",
        operation_id="markResult",
        summary="Make a result a favourite, or make it none",
        status_code=204,
        responses=error_responses(404, 409),
        opt=operation_docs({"favourite": ("A favourite", {"favourite": True})}),
    )
    async def mark_result(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        result_id: FromPath[UUID],
        data: JSONBody[ResultMark],
    ) -> None:
        """Set `favourite`. The run of a favourite stays until you delete it, or its workflow."""
        id = valid_workflow_id(workflow_id)
        await app_state.database.run(mark_result, user.id, id, result_id, favourite=data.favourite)


def _node_types_giving(kind: Kind) -> list[str]:
    return [
        id for id, each in node_types().items() if any(port.kind == kind for port in each.outputs)
    ]
