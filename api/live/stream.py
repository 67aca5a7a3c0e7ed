"""The live view of a run: server-sent events, read from the rows of `run_events`.

Streams pull: each reads its next events when its client can take them, so a slow client
costs nothing but its own delay. A notification wakes them; a look each second is the truth.
Live output (`token`, `preview`) comes with notifications alone: see `subscriptions`.
"""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from math import inf
from typing import Final

from api.live.subscriptions import Subscription
from api.views.event import present_event, present_live
from db.queue.events import EventWithOutput
from schemas.errors import NotFoundError, UnavailableError
from schemas.wire.run import NodeStatus, RunStatus

POLL_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 15.0
BATCH_SIZE: Final = 200
"""Events read at a time."""
MAX_OUTPUT_BYTES: Final = 16_384
"""Of an output that comes with its event; every picture is a reference, so only texts are longer."""

EventReader = Callable[[int], Awaitable[Sequence[EventWithOutput]]]
"""Gives the events after a number, in order. Raises NotFoundError, UnavailableError."""


@dataclass(frozen=True)
class SentEvent:
    """An event as it goes to the client."""

    seq: int
    text: str
    last: bool
    """Whether nothing comes after it."""
    ended_node: str | None
    """The node that it ends."""


async def stream_events(
    subscribed: AbstractContextManager[Subscription],
    stopping: asyncio.Event,
    read_events: EventReader,
    last_seq: int,
    max_seconds: float = inf,
    *,
    with_values: bool = True,
) -> AsyncGenerator[str]:
    """Give the texts of the events after `last_seq`, many at a time, and comments while nothing happens.

    It ends with the run, with the process, or after `max_seconds`; then with a hint when to come
    back. Without `with_values` nobody learns what nodes give.

    Raises:
        NotFoundError, UnavailableError: the events cannot be read, and nothing was given yet.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + max_seconds
    texts = ["retry: 1000\n\n"]
    last_sent_at, next_poll_at = clock(), 0.0
    answered = False
    polled = False  # what has happened comes first, then what is shown now
    with subscribed as subscription:
        while not stopping.is_set() and clock() < deadline:
            subscription.wake.clear()
            if polled:
                texts += _live_events(subscription, with_values=with_values)
            if subscription.poll_due or clock() >= next_poll_at:
                next_poll_at, subscription.poll_due = clock() + POLL_SECONDS, False
                rows = await _read(read_events, last_seq, answered=answered)
                if rows is None:
                    return
                events = [_to_sent_event(row, with_values=with_values) for row in rows]
                texts += _event_texts(events, subscription, reads_along=polled and with_values)
                if events and events[-1].last:
                    yield "".join(texts)
                    return
                last_seq = events[-1].seq if events else last_seq
                subscription.poll_due |= len(events) == BATCH_SIZE
                polled = polled or len(events) < BATCH_SIZE
            if not texts and clock() - last_sent_at >= HEARTBEAT_SECONDS:
                texts.append(": still here\n\n")
            if texts:
                yield "".join(texts)
                texts.clear()
                last_sent_at, answered = clock(), True
            if not subscription.poll_due and not subscription.live_due:
                with suppress(TimeoutError):
                    await asyncio.wait_for(
                        subscription.wake.wait(), max(0.0, next_poll_at - clock())
                    )
    reconnect_ms = random.randint(500, 3000)  # noqa: S311 - not all at the same moment
    yield "".join([*texts, f"retry: {reconnect_ms}\n\n"])


def _live_events(subscription: Subscription, *, with_values: bool = True) -> list[str]:
    """Give live output as events, in ASCII: a model may write what is no whole character yet."""
    live = subscription.drain()
    return [
        f"event: {event.kind}\ndata: {json.dumps(present_live(event.kind, event.data))}\n\n"
        for event in (live if with_values else ())
    ]


async def _read(
    read_events: EventReader, last_seq: int, *, answered: bool
) -> Sequence[EventWithOutput] | None:
    """Read; once the client has an answer, None where the run was deleted, with its user."""
    try:
        return await read_events(last_seq)
    except NotFoundError:
        if not answered:
            raise
        return None
    except UnavailableError:  # the database is away: a client that waits need not care
        if not answered:
            raise
        return []


def _event_texts(
    events: Sequence[SentEvent], subscription: Subscription, *, reads_along: bool
) -> Iterator[str]:
    """Give events as texts; before one that ends a node the last of its live output.

    That is let go of then, and is not given to late readers, who need it no more.
    """
    for event in events:
        if event.ended_node is not None:
            if reads_along:
                yield from _live_events(subscription)
            subscription.end_node(event.ended_node)
        yield event.text


def _to_sent_event(row: EventWithOutput, *, with_values: bool) -> SentEvent:
    event = present_event(row)
    if row.kind == "node" and not with_values:
        event = event.model_copy(update={"output": None, "outputs": {}})
    data = event.model_dump_json()
    status = row.body.get("status")  # which events of other kinds do not have
    last = row.kind == "run" and RunStatus(status).terminal
    ended = row.body["nodeId"] if row.kind == "node" and NodeStatus(status).terminal else None
    return SentEvent(row.seq, f"id: {row.seq}\nevent: {row.kind}\ndata: {data}\n\n", last, ended)
