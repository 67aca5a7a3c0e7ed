"""Our routes in Prefect's API, behind the same password: they take records of runs, and artifacts."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import prefect.plugins
from prefect.server.api import server
from prefect.server.database.configurations import ENGINES
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from db.postgres.background import Background
from flows.compute.malloc import release_free_memory
from flows.prefect.records.snapshot import (
    ARTIFACTS_PATH,
    MAX_BODY_BYTES,
    RECORDS_PATH,
    ArtifactBatch,
    RecordBatch,
    RecordResults,
)
from flows.prefect.server.background_worker import use_background_worker
from flows.prefect.server.state_events import publish_changes
from flows.prefect.server.store import write_artifacts, write_records

Batch = TypeVar("Batch", bound=BaseModel)

RELEASE_SECONDS: Final = 180.0
"""Between two releases of memory that is not needed."""


def create_app() -> Any:
    """Make Prefect's application, with our routes in its API."""
    use_background_worker()
    # What block types there are stands in a file of Prefect's; packages that bring some, such as the one for
    # Kubernetes, would take 70 MB.
    prefect.plugins.load_prefect_collections = _no_collections
    app = server.create_app(final=True)
    routes: list[Any] = list(app.routes)
    api = next(each.app for each in routes if getattr(each, "path", None) == "/api")
    api.add_route(RECORDS_PATH, serve_records, methods=["POST"])
    api.add_route(ARTIFACTS_PATH, serve_artifacts, methods=["POST"])
    lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan_with_release(app: Any) -> AsyncGenerator[Any]:
        async with lifespan(app) as state, Background("memory") as background:
            background.every(RELEASE_SECONDS, release_idle_memory, begins_with_pause=True)
            yield state

    app.router.lifespan_context = lifespan_with_release
    return app


async def release_idle_memory() -> None:
    """Close connections that nobody uses at the moment: PostgreSQL may hold 15 MB for each of them."""
    pools: list[tuple[Any, Any]] = [(engine, engine.pool) for engine in ENGINES.values()]
    for engine, pool in pools:
        if not pool.checkedout() and pool.checkedin() > 1:
            await engine.dispose()
    release_free_memory()


def _no_collections() -> dict[str, Any]:
    return {}


async def serve_records(request: Request) -> Response:
    """Write a batch of records; the answer says what became of each."""
    batch = await _read(request, RecordBatch)
    if isinstance(batch, Response):
        return batch
    results, changes = await write_records(batch.runs)
    await publish_changes(changes)
    answer = RecordResults(results=results).model_dump_json()
    return Response(answer, media_type="application/json")


async def serve_artifacts(request: Request) -> Response:
    """Write the artifacts of a flow run."""
    batch = await _read(request, ArtifactBatch)
    if isinstance(batch, Response):
        return batch
    await write_artifacts(batch)
    return Response(status_code=204)


async def _read(request: Request, kind: type[Batch]) -> Batch | Response:
    """Give the body of a request, or the answer that says what is wrong with it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return _problem(413, f"A batch of records has at most {MAX_BODY_BYTES:,} bytes.")
    try:
        return kind.model_validate_json(bytes(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(each) for each in first["loc"])
        return _problem(
            422, f"The batch of records is wrong at {place or 'its root'}: {first['msg']}"
        )


def _problem(status: int, message: str) -> Response:
    return JSONResponse({"exception_message": message}, status_code=status)
