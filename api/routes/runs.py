"""Runs: started, listed, looked at, paused, resumed, cancelled, deleted."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.allowed_methods import IDEMPOTENT
from api.http.pagination import PAGE_SIZE, Cursor, Limit
from api.http.responses import LOCATION, error_responses, success_responses
from api.live.prefer import PREFERENCE_APPLIED, Prefer, applied_headers, parse_wait
from api.media.embedded import extract_input_files
from api.openapi.examples import RUN_EXAMPLES
from api.openapi.operations import operation_docs
from api.routes.workflows import valid_workflow_id
from api.state.app_state import AppState
from api.state.waiting import wait_for_run
from api.views.prefect import prefect_ui_url
from api.views.run import (
    present_execution,
    present_run,
    present_run_summary,
    present_started_run,
)
from db.assets import add_assets
from db.queue.executions import get_bounded_executions
from db.queue.pauses import request_pause, request_resume
from db.queue.recovery import request_cancel
from db.runs import (
    IdempotentRequest,
    count_nodes,
    delete_run,
    find_idempotent_run,
    get_execution,
    get_run,
    list_runs,
    sum_usage,
)
from db.workflows import get_workflow
from flows.runs.prepared_starts import PreparedStarts
from flows.runs.start import StartRequest, start_run
from schemas.errors import NotFoundError
from schemas.values import MediaValue
from schemas.wire.run import NodeExecutionRead, RunCreate, RunPage, RunRead, RunStatus

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="A name for this request: sending it again starts nothing new.",
    ),
]
Statuses = Annotated[
    list[RunStatus] | None,
    QueryParameter(name="status", description="Only runs in this state; may be given repeatedly."),
]


class RunController(Controller):
    """What workflows did and do."""

    path = "/api"
    tags = ("Runs",)

    @post(
        "/workflows/{workflow_id:int}/runs",
        operation_id="startRun",
        summary="Run a workflow",
        status_code=202,
        responses=error_responses(404, 409) | success_responses(RunRead, "The run has ended"),
        opt={"rate": "runs"} | IDEMPOTENT | operation_docs(RUN_EXAMPLES),
        response_headers=[LOCATION, PREFERENCE_APPLIED],
    )
    async def start_run(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        *,
        data: JSONBody[RunCreate | None] = None,
        idempotency_key: IdempotencyKey = None,
        prefer: Prefer = None,
    ) -> Response[RunRead]:
        """Start a run of the graph as it is stored now.

        The answer is sent once the run is stored: from then on it is executed, whatever
        happens to this process. A graph with problems starts nothing. With `Prefer: wait=60` the
        answer comes with the run's end: 200, or 202 where it takes longer.
        """
        create, id, wait = data or RunCreate(), valid_workflow_id(workflow_id), parse_wait(prefer)
        database, starts = app_state.database, app_state.prepared_starts
        started = None
        if idempotency_key is None and not create.inputs:
            started = await database.call(
                starts.start_prepared, user.id, id, create, user.started_by
            )
        if started is None:
            inputs, files = await extract_input_files(app_state.uploads, user.id, create.inputs)
            start = StartRequest(
                owner_id=user.id,
                workflow_id=id,
                trigger="api",
                started_by=user.started_by,
                run=create.model_copy(update={"inputs": inputs}),
                idempotency=_idempotency(idempotency_key, id, create),
            )
            # Executors hear of it with that commit, and need not wait until it is told.
            run_id = await database.run(_start, user.id, start, files, starts)
        else:
            run_id = started.run.id
        if wait:
            await wait_for_run(request, app_state, user.id, run_id, wait)
        if started is None or wait:
            run = await database.run(_read, user.id, run_id, prefect_ui_url(app_state.settings))
        else:
            run = present_started_run(started)
        headers = {"Location": f"/api/runs/{run.id}"} | applied_headers(wait)
        ended = wait is not None and run.status.terminal
        return Response(run, status_code=200 if ended else 202, headers=headers)

    @get(
        "/workflows/{workflow_id:int}/runs",
        operation_id="listWorkflowRuns",
        summary="Runs of a workflow, the newest first",
        responses=error_responses(404),
    )
    async def list_workflow_runs(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        *,
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
        statuses: Statuses = None,
    ) -> RunPage:
        """List the runs of a workflow; those of a deleted one, too."""
        return await _list(
            app_state, user, valid_workflow_id(workflow_id), limit, cursor, statuses=statuses
        )

    @get("/runs", operation_id="listRuns", summary="All runs, the newest first")
    async def list_runs(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
        statuses: Statuses = None,
    ) -> RunPage:
        """List the runs of every workflow."""
        return await _list(app_state, user, None, limit, cursor, statuses=statuses)

    @get(
        "/runs/{run_id:uuid}",
        operation_id="readRun",
        summary="One run",
        responses=error_responses(404),
    )
    async def read_run(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        run_id: FromPath[UUID],
    ) -> RunRead:
        """Give a run with its node executions: what went in, what came out, what went wrong.

        Where long texts of its nodes come to more than 8 MB, they are left out, those of 16 KB and
        more; each node by itself has them. To an API key for functions nodes are not shown.
        """
        return await _read_for(app_state, user, run_id)

    @get(
        "/runs/{run_id:uuid}/nodes/{node_id:path}",
        operation_id="readRunNode",
        summary="One node of a run",
        responses=error_responses(404),
    )
    async def read_run_node(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        run_id: FromPath[UUID],
        node_id: FromPath[str],
    ) -> NodeExecutionRead:
        """Give what went into one node, what came out and what went wrong, without the others."""
        name = _node_id(request.scope.get("raw_path"), node_id)
        return await app_state.database.run(_read_node, user.id, run_id, name)

    @post(
        "/runs/{run_id:uuid}/cancel",
        operation_id="cancelRun",
        summary="Cancel a run",
        status_code=202,
        responses=error_responses(404, 409),
    )
    async def cancel_run(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        run_id: FromPath[UUID],
    ) -> Response[RunRead]:
        """Ask for the end of a run; nodes that are running are stopped. After its end: 409."""
        return await _request(app_state, user, run_id, request_cancel)

    @post(
        "/runs/{run_id:uuid}/pause",
        operation_id="pauseRun",
        summary="Pause a run",
        status_code=202,
        responses=error_responses(404, 409),
    )
    async def pause_run(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        run_id: FromPath[UUID],
    ) -> Response[RunRead]:
        """Let no further node of a run start; those that are running end.

        The run is then WAITING for as long as you like, and holds up nothing. Pausing it again
        changes nothing. After its end: 409.
        """
        return await _request(app_state, user, run_id, request_pause)

    @post(
        "/runs/{run_id:uuid}/resume",
        operation_id="resumeRun",
        summary="Resume a paused run",
        status_code=202,
        responses=error_responses(404, 409),
    )
    async def resume_run(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        run_id: FromPath[UUID],
    ) -> Response[RunRead]:
        """Go on with a paused run from where it was: what has ended is not done again.

        A run that is not paused is left as it is. After its end: 409.
        """
        return await _request(app_state, user, run_id, request_resume)

    @delete(
        "/runs/{run_id:uuid}",
        operation_id="deleteRun",
        summary="Delete a run",
        responses=error_responses(404, 409),
    )
    async def delete_run(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        run_id: FromPath[UUID],
    ) -> None:
        """Delete a run that has ended, with what went into its nodes and came out of them.

        What other runs took over from it stays theirs; pictures and videos stay assets, until
        nothing needs them any more. One that has not ended: 409.
        """
        await app_state.database.run(delete_run, user.id, run_id)


async def _request(
    app_state: AppState,
    user: Identity,
    run_id: UUID,
    request: Callable[[Session, str, UUID], object],
) -> Response[RunRead]:
    """Ask something of a run, and answer with the run as it is then."""
    await app_state.database.run(request, user.id, run_id)
    return Response(await _read_for(app_state, user, run_id), status_code=202)


async def _read_for(app_state: AppState, user: Identity, run_id: UUID) -> RunRead:
    """Give a run as its user may see it: an API key for functions is not shown how they are made."""
    run = await app_state.database.run(_read, user.id, run_id, prefect_ui_url(app_state.settings))
    if user.functions is None:
        return run
    return run.model_copy(update={"node_executions": [], "prefect_url": None})


def _start(
    session: Session,
    owner_id: str,
    request: StartRequest,
    files: Sequence[MediaValue],
    prepared_starts: PreparedStarts,
) -> UUID:
    """Make the run, unless this very request has made it before."""
    key = request.idempotency
    earlier = key and find_idempotent_run(session, owner_id, key)
    if earlier:
        return earlier
    add_assets(session, owner_id, files)
    return start_run(session, request, prepared_starts)


def _idempotency(key: str | None, workflow_id: int, create: RunCreate) -> IdempotentRequest | None:
    """Hash what is asked for, so that a key used for something else is noticed."""
    if key is None:
        return None
    asked = f"{workflow_id}\n{create.model_dump_json()}"
    return IdempotentRequest(key, hashlib.sha256(asked.encode()).digest())


def _read(session: Session, owner_id: str, run_id: UUID, ui: str | None) -> RunRead:
    run = get_run(session, owner_id, run_id)
    executions = get_bounded_executions(session, owner_id, run_id)
    return present_run(run, count_nodes(executions), sum_usage(executions), executions, ui)


def _node_id(raw_path: bytes | None, litestar_value: str) -> str:
    """Give the last part of an address as it was sent: any text may be the id of a node.

    Litestar's own (`known`) has lost slashes at its ends and double ones.

    Raises:
        NotFoundError: no node can be called so.
    """
    if raw_path is None:
        return litestar_value.removeprefix("/")
    try:
        id = unquote_to_bytes(raw_path.split(b"/nodes/", 1)[1]).decode()
    except UnicodeDecodeError:
        id = "\0"
    if "\0" in id:
        raise NotFoundError("run_node_not_found", "No node of any run is called so.")
    return id


def _read_node(session: Session, owner_id: str, run_id: UUID, node_id: str) -> NodeExecutionRead:
    return present_execution(get_execution(session, owner_id, run_id, node_id))


async def _list(
    app_state: AppState,
    user: Identity,
    workflow_id: int | None,
    limit: int,
    cursor: str | None,
    *,
    statuses: list[RunStatus] | None,
) -> RunPage:
    """Answer with a page of the runs of a workflow, or of all."""

    def find(session: Session, owner_id: str) -> RunPage:
        page = list_runs(
            session, owner_id, workflow_id, limit=limit, cursor=cursor, statuses=statuses or ()
        )
        if workflow_id is not None and not page.items:
            get_workflow(session, owner_id, workflow_id)  # 404 if there never was one
        ui = prefect_ui_url(app_state.settings)
        items = [present_run_summary(row, ui) for row in page.items]
        return RunPage(items=items, next_cursor=page.next_cursor)

    return await app_state.database.run(find, user.id)
