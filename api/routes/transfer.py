"""Workflows as files: given out, with their pictures and videos if wanted, and taken in."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Annotated, Any, Final
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.responses import ETAG, LOCATION, documented_header, error_responses, revision_etag
from api.media.deadlines import READ_BYTES_PER_SECOND, call_store
from api.media.embedded import extract_images
from api.media.streams import log_failure
from api.openapi.examples import GRAPH_EXAMPLES
from api.openapi.operations import json_content, operation_docs
from api.routes.workflows import valid_workflow_id
from api.state.app_state import AppState
from api.views.graph import GRAPH_OPTIONS, parse_graph
from api.views.workflow import present_workflow
from assets.store import AssetStore
from db.assets import add_assets, find_assets
from db.workflows import create_workflow, get_workflow, graph_document
from flows.graph.check import asset_ids, check
from flows.graph.content import content_sha256
from flows.graph.read import read_graph
from flows.graph.wording import quoted
from flows.portable.archive import (
    Json,
    PackedFile,
    UnpackedWorkflow,
    asset_references,
    decode_file,
    pack_workflow,
    unpack_workflow,
)
from flows.portable.names import slug
from flows.runs.start import asset_problems
from schemas.errors import BadInputError, InvalidInputError, NotFoundError
from schemas.graph import MAX_NAME_LENGTH, Graph
from schemas.values import MediaValue
from schemas.wire.version import Origin
from schemas.wire.workflow import ImportRead
from tasks.registry import node_types

MAX_EMBEDDED_BYTES: Final = 24_000_000
"""Of all pictures and videos in one file, before base64 makes them a third longer."""
MAX_FILE_BYTES: Final = 34_000_000

FILE_NAME: Final = documented_header("Content-Disposition", "The name of the file.")

WithAssets = Annotated[
    bool, QueryParameter(description="Put pictures and videos into the file, as base64.")
]
Name = Annotated[
    str | None,
    QueryParameter(
        max_length=MAX_NAME_LENGTH,
        description="For a graph without a name, such as the name of its file.",
    ),
]


class TransferController(Controller):
    """Workflows in and out."""

    path = "/api/workflows"
    tags = ("Workflows",)

    @get(
        "/{workflow_id:int}/export",
        operation_id="exportWorkflow",
        summary="A workflow as a file",
        responses=error_responses(404, 422),
        response_description="The file",
        response_headers=[FILE_NAME],
        opt=operation_docs(content=json_content("WorkflowFile")),
    )
    async def export_workflow(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        assets: WithAssets = False,
    ) -> Response[Any]:
        """Give the graph as a file to download.

        With `assets` its pictures and videos are inside, under `assets`, and another Nodeloom can
        take it in; without, it names them, which helps only where they are.
        """
        document, found = await app_state.database.run(
            _read, user.id, valid_workflow_id(workflow_id)
        )
        wanted = await _fetch_files(app_state, found) if assets else []
        name = f"{slug(document['name']) or 'workflow'}.json"
        disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        headers = {"Content-Disposition": disposition}
        pieces = pack_workflow(document, _read_files(app_state, wanted))
        pieces = log_failure(f"the export of workflow {workflow_id}", pieces)
        return Stream(pieces, media_type="application/json", headers=headers)

    @post(
        "/import",
        operation_id="importWorkflow",
        summary="Take in a workflow as a file",
        responses=error_responses(507),
        request_max_body_size=MAX_FILE_BYTES,
        opt=GRAPH_OPTIONS | operation_docs(GRAPH_EXAMPLES, body=json_content("WorkflowFile")),
        response_headers=[ETAG, LOCATION],
    )
    async def import_workflow(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        data: JSONBody[Any],
        name: Name = None,
    ) -> Response[ImportRead]:
        """Store the graph of a file as a new workflow, with the pictures and videos inside of it.

        `notes` say what was left out or changed, `problems` what is to be done before it can run.
        What is no graph at all is refused.
        """
        arrival = unpack_workflow(data, name)
        kept = await _store_files(app_state, user.id, arrival)
        kept += await extract_images(app_state.uploads, user.id, arrival.document)
        graph = parse_graph(arrival.document)
        read = await app_state.database.run(
            store_imported, user.id, graph, kept, origin="imported", notes=arrival.notes
        )
        return imported_response(read)


def imported_response(read: ImportRead) -> Response[ImportRead]:
    """Answer that a workflow was made."""
    headers = {
        "ETag": revision_etag(read.workflow.revision),
        "Location": f"/api/workflows/{read.workflow.id}",
    }
    return Response(read, status_code=201, headers=headers)


def store_imported(
    session: Session,
    owner_id: str,
    graph: Graph,
    assets: list[MediaValue],
    *,
    origin: Origin,
    notes: list[str],
) -> ImportRead:
    """Store a graph from elsewhere with its files, and say what keeps it from running."""
    add_assets(session, owner_id, assets)
    document, content = graph.document(), content_sha256(graph)
    workflow = create_workflow(session, owner_id, graph.name, document, content, origin=origin)
    problems = [
        *check(graph, node_types()),
        *asset_problems(session, owner_id, graph, node_types()),
    ]
    read = present_workflow(workflow, graph_document(workflow))
    return ImportRead(workflow=read, problems=problems, notes=notes)


async def _store_files(
    app_state: AppState, owner_id: str, arrival: UnpackedWorkflow
) -> list[MediaValue]:
    """Store the files inside that nodes name, and let the nodes name what was stored."""
    kept: dict[str, MediaValue | None] = {}
    for source, id in asset_references(arrival.document):
        if id in arrival.files and id not in kept:
            kept[id] = await _store_file(app_state, owner_id, id, arrival)
        if (asset := kept.get(id)) is not None:
            source["assetId"] = str(asset.asset_id)
    return [asset for asset in kept.values() if asset is not None]


async def _store_file(
    app_state: AppState, owner_id: str, id: str, arrival: UnpackedWorkflow
) -> MediaValue | None:
    data = decode_file(arrival.files[id])
    why = "it is not valid base64."
    if data is not None:
        try:
            return await app_state.uploads.save(owner_id, data)
        except BadInputError as error:
            why = error.message
    arrival.notes.append(f"The file {quoted(id)} inside of the document cannot be used: {why}")
    return None


def _read(session: Session, owner_id: str, id: int) -> tuple[Json, list[MediaValue]]:
    """Give a workflow's document and the assets that it names."""
    document = graph_document(get_workflow(session, owner_id, id))
    graph = read_graph(document).graph
    ids = asset_ids(graph, node_types()).values() if graph else ()
    return document, list(find_assets(session, owner_id, list(ids)).values())


async def _fetch_files(app_state: AppState, assets: list[MediaValue]) -> list[MediaValue]:
    """Have the files on this machine before the answer begins; what the store has lost is left out.

    Raises:
        InvalidInputError: `too_large_to_embed`.
        ProviderError: the store is away.
    """
    total = sum(asset.bytes for asset in assets)
    if total > MAX_EMBEDDED_BYTES:
        raise InvalidInputError(
            "too_large_to_embed",
            f"The pictures and videos have {total / 1e6:.0f} MB; a file can take"
            f" {MAX_EMBEDDED_BYTES // 1_000_000} MB. Export the workflow without them, and take"
            " them along yourself.",
        )
    return await call_store(total / READ_BYTES_PER_SECOND, _fetched, app_state.store, assets)


def _fetched(store: AssetStore, assets: list[MediaValue]) -> list[MediaValue]:
    found: list[MediaValue] = []
    for asset in assets:
        with suppress(NotFoundError):
            store.path(asset.sha256)
            found.append(asset)
    return found


async def _read_files(app_state: AppState, assets: list[MediaValue]) -> AsyncGenerator[PackedFile]:
    """Read one file after the other, as the reader takes them."""
    for asset in assets:
        seconds = asset.bytes / READ_BYTES_PER_SECOND
        data = await call_store(seconds, app_state.store.read, asset.sha256)
        yield PackedFile(str(asset.asset_id), asset.media_type, data)
