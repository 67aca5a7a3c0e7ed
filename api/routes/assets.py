"""Pictures and videos: uploaded, given back, made small."""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from api.auth.identity import Identity
from api.http.allowed_methods import IDEMPOTENT
from api.http.multipart import receive_upload
from api.http.pagination import PAGE_SIZE, Cursor, Limit
from api.http.ranges import ByteRange, parse_range
from api.http.responses import ETAG, LOCATION, empty_responses, error_responses, etag_matches
from api.media.deadlines import READ_BYTES_PER_SECOND, call_store
from api.media.streams import log_failure
from api.openapi.operations import Schema, operation_docs
from api.state.app_state import AppState
from api.views.asset import present_asset, present_assets
from db.assets import add_asset, delete_asset, get_asset, list_assets
from schemas.errors import InvalidInputError
from schemas.values import MediaValue
from schemas.wire.asset import AssetPage, AssetRecord
from tasks.media.sniff import EXTENSIONS, IMAGE_MEDIA_TYPES
from tasks.media.videos import MAX_BYTES as MAX_VIDEO_BYTES

CHUNK_TIMEOUT_SECONDS: Final = 30.0
"""So long a download may wait for its next piece; then it breaks off."""
FORM_BYTES: Final = 65_536
"""What a form may need around its file."""
THUMBNAIL_WIDTHS: Final = (16, 2048)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; media-src 'self';"
    " style-src 'unsafe-inline'; frame-ancestors 'none'",
}
"""An asset never changes, and no browser may take it for a page of ours."""

CROSS_ORIGIN_HEADERS: Final = {"Cross-Origin-Resource-Policy": "cross-origin"}
"""Prefect's pages on this machine show small pictures of local mode's user. Browsers take two ports
of an address for two sites; who does not know an asset's id cannot show it, and nobody read it."""

FILE_SCHEMA: Final[Schema] = {"type": "string", "format": "binary"}
FILE_CONTENT: Final[dict[str, Schema]] = dict.fromkeys(
    ("image/*", "video/*", "application/octet-stream"), FILE_SCHEMA
)
FORM_SCHEMA: Final = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": FILE_SCHEMA},
}

Width = Annotated[
    int | None,
    QueryParameter(
        ge=THUMBNAIL_WIDTHS[0],
        le=THUMBNAIL_WIDTHS[1],
        description="A small picture of at most this many pixels across.",
    ),
]


class AssetController(Controller):
    """Files that workflows work on and make."""

    path = "/api/assets"
    tags = ("Assets",)

    @post(
        operation_id="uploadAsset",
        summary="Upload a picture or video",
        responses=error_responses(400, 413, 415, 422, 507),
        request_max_body_size=MAX_VIDEO_BYTES + FORM_BYTES,
        opt={"rate": "uploads"}
        | IDEMPOTENT
        | operation_docs(body={"multipart/form-data": FORM_SCHEMA}),
        response_headers=[LOCATION],
    )
    async def upload_asset(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
    ) -> Response[AssetRecord]:
        """Take a form with the field `file`; its content decides what it is, not its name.

        The same file again is the same asset.
        """
        asset = await receive_asset(request, app_state, user.id)
        record = present_asset(await app_state.database.run(add_asset, user.id, asset))
        return Response(record, status_code=201, headers={"Location": record.url})

    @get(operation_id="listAssets", summary="Stored pictures and videos, the newest first")
    async def list_assets(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
    ) -> AssetPage:
        """List what you have uploaded and what your runs have made."""
        page = await app_state.database.run(list_assets, user.id, limit=limit, cursor=cursor)
        return present_assets(page)

    @delete(
        "/{asset_id:uuid}",
        operation_id="deleteAsset",
        summary="Delete a stored picture or video",
        responses=error_responses(404, 409),
    )
    async def delete_asset(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        asset_id: FromPath[UUID],
    ) -> None:
        """Delete a file that nothing needs. 409 says which workflow, version, schedule or run does."""
        await app_state.database.run(delete_asset, user.id, asset_id)

    @get(
        "/{asset_id:uuid}",
        operation_id="readAsset",
        summary="The bytes of an asset",
        responses=error_responses(404, 416) | empty_responses(206, 304),
        response_description="The file, or a small picture of it",
        response_headers=[ETAG],
        opt=operation_docs(content=FILE_CONTENT),
    )
    async def read_asset(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        asset_id: FromPath[UUID],
        width: Width = None,
    ) -> Response[Any]:
        """Give the file, a `Range` of it, or with `width` a small picture of it."""
        asset = await app_state.database.run(get_asset, user.id, asset_id)
        return await send_asset(request, app_state, asset, width)


async def send_asset(
    request: Request[Any, Any, Any], app_state: AppState, asset: MediaValue, width: int | None
) -> Response[Any]:
    """Answer with a file, the part of it that is asked for, or with `width` a small picture of it."""
    etag = f'"{asset.asset_id}"' if width is None else f'"{asset.asset_id}-{width}"'
    headers = HEADERS | {"ETag": etag, "Content-Disposition": _disposition(asset)}
    if etag_matches(request.headers.get("if-none-match"), etag):
        return Response(None, status_code=304, headers=headers)
    if width is not None:
        if app_state.settings.auth == "local":
            headers |= CROSS_ORIGIN_HEADERS
        return await _thumbnail(app_state, asset, width, headers)
    range_header = request.headers.get("range")
    if request.headers.get("if-range", etag) != etag:
        range_header = None
    return await _file(app_state, asset, parse_range(range_header, asset.bytes), headers)


async def receive_asset(
    request: Request[Any, Any, Any], app_state: AppState, owner_id: str
) -> MediaValue:
    """Store the file of a form; it still has to be made known. Raises as `receive_upload` does, and more."""
    length = request.headers.get("content-length", "")
    await app_state.uploads.check_free_space(int(length) if length.isdigit() else 0)
    with app_state.store.open_incoming() as file:
        await receive_upload(request, file, app_state.uploads.check_free_space)
        return await app_state.uploads.save_file(owner_id, file)


def _disposition(asset: MediaValue) -> str:
    """Let browsers show pictures and save the rest; the name is ours, never the uploader's."""
    shown = "inline" if asset.media_type in IMAGE_MEDIA_TYPES else "attachment"
    return f'{shown}; filename="{asset.asset_id}{EXTENSIONS.get(asset.media_type, ".bin")}"'


async def _thumbnail(
    app_state: AppState, asset: MediaValue, width: int, headers: dict[str, str]
) -> Response[bytes]:
    if asset.kind != "image":
        raise InvalidInputError("no_thumbnail", "Only pictures can be made small, not videos.")
    seconds = asset.bytes / READ_BYTES_PER_SECOND
    path = await call_store(seconds, app_state.store.path, asset.sha256)
    body, media_type = await app_state.thumbnails.get(asset.sha256, path, width)
    return Response(body, media_type=media_type, headers=headers)


async def _file(
    app_state: AppState, asset: MediaValue, part: ByteRange | None, headers: dict[str, str]
) -> Response[Any]:
    whole = ByteRange(0, asset.bytes - 1, asset.bytes)
    sent = part or whole
    headers = headers | {"Accept-Ranges": "bytes", "Content-Length": str(sent.length)}
    if part is not None:
        headers["Content-Range"] = part.content_range
    pieces = await call_store(0, app_state.store.read_range, asset.sha256, sent.first, sent.length)
    first = await call_store(0, next, pieces, b"")  # what is wrong is told before the headers
    return Stream(
        log_failure(f"asset {asset.asset_id}", _rest_of_file(first, pieces)),
        status_code=200 if part is None else 206,
        media_type=asset.media_type,
        headers=headers,
    )


async def _rest_of_file(first: bytes, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Give the rest of a file after its first piece, as fast as the client takes it."""
    yield first
    while piece := await call_store(CHUNK_TIMEOUT_SECONDS, next, pieces, b""):
        yield piece
