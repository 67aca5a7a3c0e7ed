"""Our route in Prefect's API, behind the same password: it takes records of runs."""

from typing import Any

from prefect.server.api import server
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from flows.prefect.records.snapshot import (
    MAX_BODY_BYTES,
    RECORDS_PATH,
    RecordBatch,
    RecordResults,
)
from flows.prefect.server.state_events import publish_changes
from flows.prefect.server.store import write_records


def create_app() -> Any:
    """Make Prefect's application, with our route in its API."""
    app = server.create_app(final=True)
    routes: list[Any] = list(app.routes)
    api = next(each.app for each in routes if getattr(each, "path", None) == "/api")
    api.add_route(RECORDS_PATH, serve_records, methods=["POST"])
    return app


async def serve_records(request: Request) -> Response:
    """Write a batch of records; the answer says what became of each."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return _problem(413, f"A batch of records has at most {MAX_BODY_BYTES:,} bytes.")
    try:
        batch = RecordBatch.model_validate_json(bytes(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(each) for each in first["loc"])
        return _problem(
            422, f"The batch of records is wrong at {place or 'its root'}: {first['msg']}"
        )
    results, changes = await write_records(batch.runs)
    await publish_changes(changes)
    answer = RecordResults(results=results).model_dump_json()
    return Response(answer, media_type="application/json")


def _problem(status: int, message: str) -> Response:
    return JSONResponse({"exception_message": message}, status_code=status)
