"""What happens in a run, and to a workflow that is open somewhere, while it happens."""

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
from api.live.workflows import stream_saves
from api.openapi.operations import component_ref, operation_docs
from api.routes.workflows import valid_workflow_id
from api.state.app_state import AppState
from api.state.database import Database
from db.queue.events import EventWithOutput, get_events_after, get_run_state
from db.workflows import get_saved_state

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


def _event_docs(component: str) -> dict[str, Any]:
    """Give a text for generators, as OpenAPI 3.1 cannot say what the data of an event is."""
    schema = {
        "type": "string",
        "contentMediaType": "text/event-stream",
        "contentSchema": component_ref(component),
    }
    return operation_docs(content={"text/event-stream": schema})


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
        opt=_event_docs("RunEvent"),
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
        An API key for functions gets no values of nodes. `Last-Event-ID` resumes after the event of that number. Where people sign in, a stream
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
            _max_seconds(user),
            with_values=user.functions is None,
        )
        return await _stream(events)


class WorkflowEventController(Controller):
    """What others do to a workflow, while it is open."""

    path = "/api/workflows/{workflow_id:int}/events"
    tags = ("Workflows",)

    @get(
        operation_id="streamWorkflowEvents",
        summary="Saves of a workflow, live",
        responses=error_responses(404),
        response_description="Server-sent events; the data of each is a `WorkflowEventRead`",
        opt=_event_docs("WorkflowEventRead"),
    )
    async def stream_workflow_events(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
    ) -> Response[Any]:
        """Stream a `workflow` event now and after each save, restore or move of nodes, by whomever.

        It says that there is something to read, not what. The stream ends when the workflow is deleted
        and, where people sign in, after five minutes: ask again then.
        """
        id = valid_workflow_id(workflow_id)
        events = stream_saves(
            app_state.workflow_subscriptions.subscribe(id),
            app_state.stopping,
            lambda: app_state.database.run(get_saved_state, user.id, id),
            _max_seconds(user),
        )
        return await _stream(events)


def _max_seconds(user: Identity) -> float:
    return inf if user.signed_in_with == "machine" else MAX_STREAM_SECONDS


async def _stream(events: AsyncGenerator[str]) -> Response[Any]:
    """Answer with events. Raises what the first of them raises: whether there is anything to follow."""
    first = await anext(events)
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
