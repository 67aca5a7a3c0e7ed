"""The live view of a run: server-sent events, read from the rows of `run_events`.

Streams pull: each reads its next events when its client can take them, so a slow client
costs nothing but its own delay. A notification wakes them; a look each second is the truth.
Live output (`token`, `preview`) comes with notifications alone: see `subscriptions`.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from math import inf
from typing import Final

from api.live.subscriptions import Subscription
from api.views.event import present_event, present_live
from db.queue.events import EventWithOutput
from schemas.wire.run import NodeStatus, RunStatus

POLL_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 15.0
BATCH_SIZE: Final = 200
"""Events read at a time."""
MAX_OUTPUT_BYTES: Final = 16_384
"""Of an output that comes with its event; every picture is a reference, so only texts are longer."""

EventReader = Callable[[int], Awaitable[Sequence[EventWithOutput] | None]]
"""Gives the events after a number, in order; None: the run is not there any more."""


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
) -> AsyncIterator[str]:
    """Give the texts of the events after `last_seq`, and comments while nothing happens.

    It ends with the run, with the process, or after `max_seconds`; then with a hint when to come
    back.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + max_seconds
    yield "retry: 1000\n\n"
    last_sent_at, next_poll_at = clock(), 0.0
    polled = False  # what has happened comes first, then what is shown now
    with subscribed as subscription:
        while not stopping.is_set() and clock() < deadline:
            subscription.wake.clear()
            for text in _live_events(subscription) if polled else ():
                yield text
                last_sent_at = clock()
            if subscription.poll_due or clock() >= next_poll_at:
                next_poll_at, subscription.poll_due = clock() + POLL_SECONDS, False
                rows = await read_events(last_seq)
                if rows is None:
                    return
                events = [_to_sent_event(row) for row in rows]
                subscription.poll_due |= len(events) == BATCH_SIZE
                for event in events:
                    for text in (*_end_node(event, subscription, polled), event.text):
                        yield text
                    last_seq, last_sent_at = event.seq, clock()
                    if event.last:
                        return
                polled = polled or len(events) < BATCH_SIZE
            if clock() - last_sent_at >= HEARTBEAT_SECONDS:
                yield ": still here\n\n"
                last_sent_at = clock()
            if not subscription.poll_due and not subscription.live_due:
                with suppress(TimeoutError):
                    await asyncio.wait_for(
                        subscription.wake.wait(), max(0.0, next_poll_at - clock())
                    )
    yield f"retry: {random.randint(500, 3000)}\n\n"  # noqa: S311 - not all at the same moment


def _live_events(subscription: Subscription) -> list[str]:
    """Give live output as events, in ASCII: a model may write what is no whole character yet."""
    return [
        f"event: {event.kind}\ndata: {json.dumps(present_live(event.kind, event.data))}\n\n"
        for event in subscription.drain()
    ]


def _end_node(event: SentEvent, subscription: Subscription, reads_along: bool) -> list[str]:
    """Let go of the live output of a node that ends; give the last of it, which late readers need not."""
    if event.ended_node is None:
        return []
    last = _live_events(subscription) if reads_along else []
    subscription.end_node(event.ended_node)
    return last


def _to_sent_event(row: EventWithOutput) -> SentEvent:
    data = present_event(row).model_dump_json()
    status = row.body.get("status")  # which events of other kinds do not have
    last = row.kind == "run" and RunStatus(status).terminal
    ended = row.body["nodeId"] if row.kind == "node" and NodeStatus(status).terminal else None
    return SentEvent(row.seq, f"id: {row.seq}\nevent: {row.kind}\ndata: {data}\n\n", last, ended)
