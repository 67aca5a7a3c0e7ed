"""The live view of a run: server-sent events, read from the rows of `run_events`.

Streams pull: each reads its next events when its client can take them, so a slow client
costs nothing but its own delay. A notification wakes them; a look each second is the truth.
Live text (`token`) comes with notifications alone, and what a slow client cannot take is lost.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import Any, Final
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from api.auth.identity import Identity
from api.http.responses import errors
from api.live.subscriptions import Watch
from api.state import Parts
from api.views.presenters import present_event
from db.queue.events import Happened, happened_after, state_of
from schemas.errors import NotFoundError, UnavailableError
from schemas.wire.run import RunStatus

POLL_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 15.0
BATCH: Final = 200
"""Events read at a time."""
OUTPUT_BYTES: Final = 16_384
"""Of an output that comes with its event; every picture is a reference, so only texts are longer."""
SIGNED_IN_SECONDS: Final = 300.0
"""After which somebody who signed in has to ask again: a key may have been revoked, a session may
have ended meanwhile. Clients resume where they were."""
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True)
class SentEvent:
    """An event as it goes to the client."""

    seq: int
    text: str
    last: bool
    """Whether nothing comes after it."""


class EventController(Controller):
    """What happens in a run, while it happens."""

    path = "/api/runs/{run_id:uuid}/events"
    tags = ("Runs",)

    @get(operation_id="streamRunEvents", summary="A run, live", responses=errors(404))
    async def stream_run_events(
        self,
        request: Request[Any, Any, Any],
        parts: NamedDependency[Parts],
        user: NamedDependency[Identity],
        run_id: FromPath[UUID],
    ) -> Response[Any]:
        """Stream `run` and `node` events with their numbers as ids until the run has ended.

        `token` events in between, without a number, are live text of llm nodes: pieces may be
        missing, and `offset` says where each belongs; the whole text is the node's output.
        `Last-Event-ID` resumes after the event of that number. Where people sign in, a stream
        ends after five minutes: ask again, as browsers do. A run that has ended, with nothing
        left to tell, answers 204, on which browsers stop reconnecting.
        """
        status, newest = await parts.database.run_at_once(state_of, user.id, run_id)
        seen = min(_last_event_id(request.headers.get("last-event-id")), newest)
        if status.terminal and seen == newest:
            return Response(None, status_code=204)
        lasting = inf if user.signed_in_with == "machine" else SIGNED_IN_SECONDS
        events = stream(parts, user.id, run_id, seen, lasting)
        return Stream(events, media_type="text/event-stream; charset=utf-8", headers=HEADERS)


def _last_event_id(text: str | None) -> int:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0


async def stream(
    parts: Parts, owner_id: str, run_id: UUID, seen: int, lasting: float = inf
) -> AsyncIterator[str]:
    """Give the texts of the events after `seen`, and comments while nothing happens.

    It ends with the run, with the process, or after `lasting` seconds; then with a hint when to
    come back.
    """
    clock = asyncio.get_running_loop().time
    ends = clock() + lasting
    yield "retry: 1000\n\n"
    spoken, look_at = clock(), 0.0
    with parts.news.of(run_id) as watch:
        while not parts.stopping.is_set() and clock() < ends:
            watch.wake.clear()
            for text in _tokens(watch):
                yield text
                spoken = clock()
            if watch.due or clock() >= look_at:
                look_at, watch.due = clock() + POLL_SECONDS, False
                events = await _events(parts, owner_id, run_id, seen)
                if events is None:
                    return
                watch.due |= len(events) == BATCH
                for event in events:
                    for text in _tokens(watch) if event.last else ():
                        yield text
                    yield event.text
                    seen, spoken = event.seq, clock()
                    if event.last:
                        return
            if clock() - spoken >= HEARTBEAT_SECONDS:
                yield ": still here\n\n"
                spoken = clock()
            if not watch.due:
                with suppress(TimeoutError):
                    await asyncio.wait_for(watch.wake.wait(), max(0.0, look_at - clock()))
    yield f"retry: {random.randint(500, 3000)}\n\n"  # noqa: S311 - not all at the same moment


async def _events(parts: Parts, owner_id: str, run_id: UUID, seen: int) -> list[SentEvent] | None:
    """Give what happened since; None: the run was deleted, with its user."""
    try:
        rows = await parts.database.run_at_once(
            happened_after, owner_id, run_id, seen, limit=BATCH, output_bytes=OUTPUT_BYTES
        )
        return [_sent(row) for row in rows]
    except UnavailableError:
        return []  # the database is away: the client need not care
    except NotFoundError:
        return None


def _tokens(watch: Watch) -> list[str]:
    """Give live text as events; their data were written as JSON, in one line, by the sender."""
    return [f"event: token\ndata: {data}\n\n" for data in watch.take()]


def _sent(row: Happened) -> SentEvent:
    data = present_event(row).model_dump_json()
    last = row.kind == "run" and RunStatus(row.body["status"]).terminal
    return SentEvent(row.seq, f"id: {row.seq}\nevent: {row.kind}\ndata: {data}\n\n", last)
