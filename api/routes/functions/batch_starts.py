"""Batches: previewed and started, of a file or of JSON; listed by their workflow."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.allowed_methods import IDEMPOTENT
from api.http.pagination import PAGE_SIZE, Cursor, Limit
from api.http.responses import LOCATION, error_responses
from api.openapi.operations import operation_docs
from api.routes.assets import FILE_SCHEMA
from api.routes.functions.batch_source import (
    MAX_BODY_BYTES,
    BatchSource,
    read_source,
    store_files,
)
from api.routes.functions.batch_views import present_batch
from api.routes.runs import IdempotencyKey
from api.routes.workflows import valid_workflow_id
from api.state.app_state import AppState
from db.assets import add_assets
from db.lists.batches import NewBatch, create_batch, find_idempotent_batch, get_batch, list_batches
from db.queue.batches import notify_batches
from db.runs import IdempotentRequest
from flows.functions.batches.rows import BatchRows
from flows.functions.batches.start import (
    MAX_PROBLEMS,
    BatchTarget,
    find_target,
    refuse,
    unknown_assets,
)
from schemas.values import MediaValue
from schemas.wire.functions.batch import BatchPage, BatchPreview, BatchRead, PreviewRow
from schemas.wire.run import StartedBy

PREVIEW_ROWS: Final = 20
MAX_MAPPING_LENGTH: Final = 4_000
MAX_AXES_LENGTH: Final = 1_000
"""Characters in an address, which has 64 KB at most and writes one as up to twelve; what is longer goes into a JSON body."""
BODY: Final[dict[str, Any]] = {
    "application/json": {"$ref": "#/components/schemas/BatchCreate"},
    "text/csv": FILE_SCHEMA,
    "application/x-ndjson": FILE_SCHEMA,
    "application/zip": FILE_SCHEMA,
}
EXAMPLES: Final[dict[str, Any]] = {"row": ("One row that gives nothing", {"rows": [{}]})}
Options = Mapping[str, str | None]
"""What stands in the address beside a file."""


def read_options(
    name: Annotated[
        str | None,
        QueryParameter(max_length=200, description="What the batch of a file is called."),
    ] = None,
    mapping: Annotated[
        str | None,
        QueryParameter(
            max_length=MAX_MAPPING_LENGTH,
            description='Beside a file: the input of each column as JSON, such as `{"Product": "topic"}`. A longer one fits into a JSON body.',
        ),
    ] = None,
    axes: Annotated[
        str | None,
        QueryParameter(max_length=MAX_AXES_LENGTH, description="Beside a file: `axes` as JSON."),
    ] = None,
) -> Options:
    """Give what stands in the address beside a file."""
    return {"name": name, "mapping": mapping, "axes": axes}


class BatchStartController(Controller):
    """Workflows and functions that are run once for each row of a table."""

    path = "/api"
    tags = ("Batches",)
    dependencies = {"options": Provide(read_options, sync_to_thread=False)}  # noqa: RUF012 - Litestar's own way
    request_max_body_size = MAX_BODY_BYTES

    @post(
        "/workflows/{workflow_id:int}/batches/preview",
        operation_id="previewWorkflowBatch",
        summary="What a table would start",
        status_code=200,
        responses=error_responses(404),
        opt={"rate": "uploads"} | operation_docs(EXAMPLES, body=BODY),
    )
    async def preview_workflow_batch(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        *,
        options: NamedDependency[Options],
    ) -> BatchPreview:
        """Read a table, and say how its columns match the inputs and everything that is wrong with its rows.

        Nothing is started and nothing stored.
        """
        return await _preview(request, app_state, user, valid_workflow_id(workflow_id), options)

    @post(
        "/functions/{function_name:str}/batches/preview",
        operation_id="previewFunctionBatch",
        summary="What a table would start",
        status_code=200,
        responses=error_responses(404),
        opt={"rate": "uploads"} | operation_docs(EXAMPLES, body=BODY),
    )
    async def preview_function_batch(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        function_name: FromPath[str],
        *,
        options: NamedDependency[Options],
    ) -> BatchPreview:
        """Read a table, as `previewWorkflowBatch` does, for a published function."""
        return await _preview(request, app_state, user, function_name, options)

    @post(
        "/workflows/{workflow_id:int}/batches",
        operation_id="startWorkflowBatch",
        summary="Run a workflow for each row of a table",
        status_code=202,
        responses=error_responses(404, 409, 507),
        opt={"rate": "uploads"} | IDEMPOTENT | operation_docs(EXAMPLES, body=BODY),
        response_headers=[LOCATION],
    )
    async def start_workflow_batch(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        *,
        options: NamedDependency[Options],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[BatchRead]:
        """Start one run of the workflow, as it is stored now, for each row: a few at a time.

        The body is a CSV, JSON Lines or a .zip of files as it is, or JSON with `table`, `rows` or `axes`. A row with a
        problem keeps all from being started: 422, `problems` has them.
        """
        return await _start(
            request,
            app_state,
            user,
            valid_workflow_id(workflow_id),
            options=options,
            key=idempotency_key,
        )

    @post(
        "/functions/{function_name:str}/batches",
        operation_id="startFunctionBatch",
        summary="Call a function for each row of a table",
        status_code=202,
        responses=error_responses(404, 409, 507),
        opt={"rate": "uploads"} | IDEMPOTENT | operation_docs(EXAMPLES, body=BODY),
        response_headers=[LOCATION],
    )
    async def start_function_batch(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        function_name: FromPath[str],
        *,
        options: NamedDependency[Options],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[BatchRead]:
        """Start one call of the published version for each row, as `startWorkflowBatch` does."""
        return await _start(
            request, app_state, user, function_name, options=options, key=idempotency_key
        )

    @get(
        "/workflows/{workflow_id:int}/batches",
        operation_id="listBatches",
        summary="Batches of a workflow, the newest first",
        responses=error_responses(404, 422),
    )
    async def list_batches(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
    ) -> BatchPage:
        """List batches with how far each is, also those that were started by the name of a function."""

        def find(session: Session, owner_id: str) -> BatchPage:
            id = valid_workflow_id(workflow_id)
            page = list_batches(session, owner_id, id, limit=limit, cursor=cursor)
            return BatchPage(
                items=[present_batch(each) for each in page.items], next_cursor=page.next_cursor
            )

        return await app_state.database.run(find, user.id)


async def _preview(
    request: Request[Any, Any, Any],
    app_state: AppState,
    user: Identity,
    which: int | str,
    options: Options,
) -> BatchPreview:
    database = app_state.database
    target = await database.run(find_target, user.id, which)
    with app_state.store.open_incoming() as file:
        source = await read_source(request, app_state, file, options)
        rows = await asyncio.to_thread(source.make_rows, target)
    problems = list(rows.problems)
    if source.archive is None:
        problems += await database.run(unknown_assets, user.id, rows)
    return BatchPreview(
        columns=rows.columns,
        inputs=[each.name for each in target.graph.inputs],
        row_count=len(rows.rows),
        rows=[
            PreviewRow(number=number, inputs=row.input_values)
            for number, row in enumerate(rows.rows[:PREVIEW_ROWS], 1)
        ],
        notes=source.table.notes if source.table else [],
        problems=sorted(problems, key=lambda each: each.row or 0)[:MAX_PROBLEMS],
        problem_count=len(problems),
    )


async def _start(
    request: Request[Any, Any, Any],
    app_state: AppState,
    user: Identity,
    which: int | str,
    *,
    options: Options,
    key: str | None,
) -> Response[BatchRead]:
    database = app_state.database
    target = await database.run(find_target, user.id, which)
    with app_state.store.open_incoming() as file:
        source = await read_source(request, app_state, file, {**options, "of": str(which)})
        idempotency = IdempotentRequest(key, source.sha256) if key else None
        earlier = idempotency and await database.run(find_idempotent_batch, user.id, idempotency)
        if earlier:
            return _started(await database.run(read_batch, user.id, earlier))
        rows = await asyncio.to_thread(source.make_rows, target)
        refuse(rows.problems)
        values, assets, problems = await store_files(app_state, user.id, source, rows)
        refuse(problems)
        if source.archive is not None:
            rows = await asyncio.to_thread(source.make_rows, target, values)
    id = await database.run(
        _create,
        user.id,
        user.started_by,
        target,
        source,
        rows=rows,
        assets=assets,
        idempotency=idempotency,
    )
    return _started(await database.run(read_batch, user.id, id))


def _create(
    session: Session,
    owner_id: str,
    started_by: StartedBy | None,
    target: BatchTarget,
    source: BatchSource,
    *,
    rows: BatchRows,
    assets: Sequence[MediaValue],
    idempotency: IdempotentRequest | None,
) -> UUID:
    """Make the batch, unless this very request has made it before."""
    earlier = idempotency and find_idempotent_batch(session, owner_id, idempotency)
    if earlier:
        return earlier
    add_assets(session, owner_id, assets)
    refuse(unknown_assets(session, owner_id, rows))
    axes = [each.model_dump(mode="json") for each in source.create.axes]
    id = create_batch(
        session,
        NewBatch(
            owner_id=owner_id,
            workflow_id=target.workflow_id,
            version_id=target.version_id,
            revision=target.revision,
            function_name=target.function_name,
            name=source.create.name or target.name,
            strict_inputs=target.function_name is not None,
            inputs=rows.inputs,
            axes={"axes": axes} if axes else None,
            rows=rows.rows,
            started_by=started_by and started_by.model_dump(),
            idempotency=idempotency,
        ),
    )
    notify_batches(session)
    return id


def read_batch(session: Session, owner_id: str, id: UUID) -> BatchRead:
    """Give a batch and how far it is. Raises NotFoundError."""
    return present_batch(get_batch(session, owner_id, id))


def _started(batch: BatchRead) -> Response[BatchRead]:
    return Response(batch, status_code=202, headers={"Location": f"/api/batches/{batch.id}"})
