"""What share links open: a form, files for it, its runs, and what they give. Nobody signs in here."""

from typing import Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from sqlalchemy.orm import Session

from api.auth.links import LINK_PATH, link_cookie, provide_link
from api.http.allowed_methods import IDEMPOTENT
from api.http.responses import LOCATION, empty_responses, error_responses
from api.http.strict_json import MAX_GRAPH_BODY_BYTES
from api.media.embedded import extract_input_files
from api.openapi.operations import operation_docs
from api.routes.assets import (
    FILE_CONTENT,
    FORM_BYTES,
    FORM_SCHEMA,
    Width,
    receive_asset,
    send_asset,
)
from api.routes.functions.calls import idempotent_call, read_json_inputs
from api.routes.functions.shared_runs import (
    link_idempotency,
    read_shared_function,
    read_shared_run,
    result_asset_ids,
    start_shared_run,
)
from api.routes.runs import IdempotencyKey
from api.state.app_state import AppState
from db.assets import add_asset, get_asset
from db.lists.links import (
    LinkAccess,
    add_upload,
    check_upload_limits,
    find_uploads,
    get_link_run,
)
from db.queue.recovery import request_cancel
from schemas.errors import NotFoundError
from schemas.values import MediaValue
from schemas.wire.functions.link import SharedFunction, SharedRun, SharedUpload
from schemas.wire.run import StartedBy

MAX_UPLOAD_BYTES: Final = 50_000_000
"""Of one file: those who upload it are not known."""
NO_STORE: Final = {"Cache-Control": "no-store"}
_FOR_LINK: Final = error_responses(404, 410)


class SharedFunctionController(Controller):
    """A function, for whoever has a share link to it."""

    path = LINK_PATH + "{link_id:uuid}"
    tags = ("Share links",)
    dependencies = {"link": Provide(provide_link, sync_to_thread=False)}  # noqa: RUF012 - Litestar's way

    @get(
        operation_id="readSharedFunction",
        summary="The form of a share link",
        responses=_FOR_LINK,
    )
    async def read_shared_function(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        link: NamedDependency[LinkAccess],
    ) -> Response[SharedFunction]:
        """Give what the function takes and gives, and how often it can be run still.

        The token comes as `Authorization: Bearer nls_…`; the answer sets it as a cookie for the addresses of this link.
        """
        read = await app_state.database.run(read_shared_function, link.owner_id, link)
        return Response(read, headers=NO_STORE, cookies=[link_cookie(request.scope, link)])

    @post(
        "/uploads",
        operation_id="uploadSharedFile",
        summary="Upload a file for an input",
        responses=_FOR_LINK | error_responses(400, 413, 415, 422, 507),
        request_max_body_size=MAX_UPLOAD_BYTES + FORM_BYTES,
        opt={"rate": "uploads"}
        | IDEMPOTENT
        | operation_docs(body={"multipart/form-data": FORM_SCHEMA}),
    )
    async def upload_shared_file(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        link: NamedDependency[LinkAccess],
    ) -> SharedUpload:
        """Take a form with the field `file`, 50 MB at most. What no run is given is deleted after a day."""
        database = app_state.database
        await database.run(check_upload_limits, link.owner_id, link.id, 0)
        file = await receive_asset(request, app_state, link.owner_id)

        def add(session: Session, owner_id: str) -> MediaValue:
            asset = add_asset(session, owner_id, file)
            add_upload(session, owner_id, link.id, asset.asset_id, asset.bytes)
            return asset

        asset = await database.run(add, link.owner_id)
        return SharedUpload(
            asset_id=asset.asset_id,
            media_type=asset.media_type,
            url=f"{LINK_PATH}{link.id}/uploads/{asset.asset_id}",
        )

    @get(
        "/uploads/{asset_id:uuid}",
        operation_id="readSharedUpload",
        summary="A file that was uploaded",
        responses=_FOR_LINK | error_responses(416) | empty_responses(206, 304),
        opt=operation_docs(content=FILE_CONTENT),
    )
    async def read_shared_upload(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        link: NamedDependency[LinkAccess],
        asset_id: FromPath[UUID],
        *,
        width: Width = None,
    ) -> Response[Any]:
        """Give the file back, or with `width` a small picture of it."""

        def read(session: Session, owner_id: str) -> MediaValue:
            if not find_uploads(session, owner_id, link.id, {asset_id}):
                raise _asset_not_found(asset_id)
            return get_asset(session, owner_id, asset_id)

        asset = await app_state.database.run(read, link.owner_id)
        return await send_asset(request, app_state, asset, width)

    @post(
        "/runs",
        operation_id="startSharedRun",
        summary="Run the function of a share link",
        status_code=202,
        responses=_FOR_LINK | error_responses(409),
        request_max_body_size=MAX_GRAPH_BODY_BYTES,
        opt={"rate": "runs"}
        | IDEMPOTENT
        | operation_docs(
            {"slogan": ("Inputs by name", {})}, body={"application/json": {"type": "object"}}
        ),
        response_headers=[LOCATION],
    )
    async def start_shared_run(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        link: NamedDependency[LinkAccess],
        *,
        idempotency_key: IdempotencyKey = None,
    ) -> Response[SharedRun]:
        """Start a run with these inputs; it counts, however it ends. Without a run left: 410.

        The body is an object of inputs. Stored files are those that were uploaded through this link.
        """
        database = app_state.database
        given = await read_json_inputs(request)
        idempotency = idempotent_call(idempotency_key, link.function_name, given)
        inputs, files = await extract_input_files(app_state.uploads, link.owner_id, given)
        run_id = await database.run(
            start_shared_run,
            link.owner_id,
            link,
            given=given,
            inputs=inputs,
            files=files,
            started_by=StartedBy(kind="link", name=link.title),
            idempotency=link_idempotency(link, idempotency),
        )
        read = await database.run(read_shared_run, link.owner_id, link, run_id)
        headers = NO_STORE | {"Location": f"{LINK_PATH}{link.id}/runs/{run_id}"}
        return Response(read, status_code=202, headers=headers)

    @get(
        "/runs/{run_id:uuid}",
        operation_id="readSharedRun",
        summary="A run of a share link",
        responses=_FOR_LINK,
    )
    async def read_shared_run(
        self,
        app_state: NamedDependency[AppState],
        link: NamedDependency[LinkAccess],
        run_id: FromPath[UUID],
    ) -> Response[SharedRun]:
        """Give how far it is, and its results by name; also when the time of the link is over."""
        read = await app_state.database.run(read_shared_run, link.owner_id, link, run_id)
        return Response(read, headers=NO_STORE)

    @post(
        "/runs/{run_id:uuid}/cancel",
        operation_id="cancelSharedRun",
        summary="Cancel a run of a share link",
        status_code=202,
        responses=_FOR_LINK | error_responses(409),
    )
    async def cancel_shared_run(
        self,
        app_state: NamedDependency[AppState],
        link: NamedDependency[LinkAccess],
        run_id: FromPath[UUID],
    ) -> Response[SharedRun]:
        """Ask for the end of the run. After its end: 409."""

        def cancel(session: Session, owner_id: str) -> SharedRun:
            get_link_run(session, owner_id, link.id, run_id)
            request_cancel(session, owner_id, run_id)
            return read_shared_run(session, owner_id, link, run_id)

        return Response(await app_state.database.run(cancel, link.owner_id), status_code=202)

    @get(
        "/runs/{run_id:uuid}/assets/{asset_id:uuid}",
        operation_id="readSharedResult",
        summary="A file that a run of a share link gave",
        responses=_FOR_LINK | error_responses(416) | empty_responses(206, 304),
        opt=operation_docs(content=FILE_CONTENT),
    )
    async def read_shared_result(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        link: NamedDependency[LinkAccess],
        run_id: FromPath[UUID],
        asset_id: FromPath[UUID],
        *,
        width: Width = None,
    ) -> Response[Any]:
        """Give a file among the results, or with `width` a small picture of it; no other file."""

        def read(session: Session, owner_id: str) -> MediaValue:
            outputs = read_shared_run(session, owner_id, link, run_id).outputs
            if asset_id not in result_asset_ids(outputs):
                raise _asset_not_found(asset_id)
            return get_asset(session, owner_id, asset_id)

        asset = await app_state.database.run(read, link.owner_id)
        return await send_asset(request, app_state, asset, width)


def _asset_not_found(id: UUID) -> NotFoundError:
    return NotFoundError("asset_not_found", f"There is no file {id}.")
