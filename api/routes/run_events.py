"""A run, live: what happens in it, while it happens."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from math import inf
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter
from litestar.response import Stream

from api.auth.identity import Identity
from api.http.responses import empty_responses, error_responses
from api.live.stream import BATCH_SIZE, MAX_OUTPUT_BYTES, stream_events
from api.openapi.operations import component_ref, operation_docs
from api.state.app_state import AppState
from api.state.database import Database
from db.queue.events import EventWithOutput, get_events_after, get_run_state

MAX_STREAM_SECONDS: Final = 300.0
"""After which somebody who signed in has to ask again: a key may have been revoked, a session may
have ended meanwhile. Clients resume where they were."""
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


LastEventId = Annotated[
    str | None,
    HeaderParameter(
        name="Last-Event-ID",
        description="The number of the last event that came; goes on after it.",
    ),
]
EVENT_SCHEMA: Final = {
    "type": "string",
    "contentMediaType": "text/event-stream",
    "contentSchema": component_ref("RunEvent"),
}
"""A text for generators, as OpenAPI 3.1 cannot say what the data of an event is."""


class RunEventController(Controller):
    """What happens in a run, while it happens."""

    path = "/api/runs/{run_id:uuid}/events"
    tags = ("Runs",)

    @get(
        operation_id="streamRunEvents",
        summary="A run, live",
        responses=error_responses(404)
        | empty_responses(204, description="The run has ended and there is nothing left to tell"),
        response_description="Server-sent events; the data of each is a `RunEvent`",
        opt=operation_docs(content={"text/event-stream": EVENT_SCHEMA}),
    )
    async def stream_run_events(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        run_id: FromPath[UUID],
        last_event_id: LastEventId = None,
    ) -> Response[Any]:
        """Stream `run` and `node` events with their numbers as ids until the run has ended.

        `token` and `preview` events in between, without a number, are what nodes show while they
        work: text from its beginning, also for who comes late, and pictures, of which the newest
        counts; the node's output is the truth.
        `Last-Event-ID` resumes after the event of that number. Where people sign in, a stream
        ends after five minutes: ask again, as browsers do. A run that has ended, with nothing
        left to tell, answers 204, on which browsers stop reconnecting.
        """
        last_seq = _last_event_id(last_event_id)
        if last_seq > 0:  # else there is something to tell: a run has one event at least
            status, newest = await app_state.database.call(get_run_state, user.id, run_id)
            last_seq = min(last_seq, newest)
            if status.terminal and last_seq == newest:
                return Response(None, status_code=204)
        events = stream_events(
            app_state.subscriptions.subscribe(run_id),
            app_state.stopping,
            partial(_read_events, app_state.database, user.id, run_id),
            last_seq,
            inf if user.signed_in_with == "machine" else MAX_STREAM_SECONDS,
        )
        first = await anext(events)  # whether there is such a run is known by its events
        body = _prepend(first, events)
        return Stream(body, media_type="text/event-stream; charset=utf-8", headers=HEADERS)


async def _prepend(first: str, rest: AsyncGenerator[str]) -> AsyncGenerator[str]:
    yield first
    async with aclosing(rest):
        async for text in rest:
            yield text


def _last_event_id(text: str | None) -> int:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0


async def _read_events(
    database: Database, owner_id: str, run_id: UUID, last_seq: int
) -> Sequence[EventWithOutput]:
    """Give the events after `last_seq`. Raises NotFoundError, UnavailableError."""
    return await database.call(
        get_events_after,
        owner_id,
        run_id,
        last_seq,
        limit=BATCH_SIZE,
        output_bytes=MAX_OUTPUT_BYTES,
    )
