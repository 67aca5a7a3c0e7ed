"""News of saved workflows: who has one open learns at once that somebody else changed it.

A stream tells only that there is something to read. A notification wakes it; a look each quarter of a
minute, which also keeps its connection alive, is the truth.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from math import inf
from typing import Final

from db.workflows import SavedState
from schemas.errors import NotFoundError, UnavailableError
from schemas.wire.event import WorkflowEventRead

POLL_SECONDS: Final = 15.0
StateReader = Callable[[], Awaitable[SavedState]]
"""Gives what a workflow is at. Raises NotFoundError, UnavailableError."""


class WorkflowSubscriptions:
    """Wakes those who have a workflow open; only a hint, as whoever waits also looks by itself."""

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._wakes: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def subscribe(self, workflow_id: int) -> Generator[asyncio.Event]:
        """Follow one workflow; what the caller may see is the caller's business."""
        key, wake = str(workflow_id), asyncio.Event()
        self._wakes[key].add(wake)
        try:
            yield wake
        finally:
            self._wakes[key].discard(wake)
            if not self._wakes[key]:
                del self._wakes[key]

    def dispatch(self, payload: str | None) -> None:
        """Take a notification; None: some may have been missed."""
        if payload is None:
            self.notify_all()
        for wake in self._wakes.get(payload or "", ()):
            wake.set()

    def notify_all(self) -> None:
        """Wake everybody, to look or to leave."""
        for wakes in self._wakes.values():
            for wake in wakes:
                wake.set()


async def stream_saves(
    subscribed: AbstractContextManager[asyncio.Event],
    stopping: asyncio.Event,
    read_state: StateReader,
    max_seconds: float = inf,
) -> AsyncGenerator[str]:
    """Give a `workflow` event with what the workflow is at, and one after each save or move.

    It ends with the workflow, with the process, or after `max_seconds`; then with a hint when to
    come back, which is all that somebody gets who comes while the process ends.

    Raises:
        NotFoundError, UnavailableError: the workflow cannot be read, and nothing was given yet.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + max_seconds
    known: SavedState | None = None
    with subscribed as wake:
        while not stopping.is_set() and clock() < deadline:
            wake.clear()
            state = known
            try:
                state = await read_state()
            except (NotFoundError, UnavailableError) as error:
                if known is None:
                    raise
                if isinstance(error, NotFoundError):
                    return
            if state is not None and state != known:
                moved = known is not None and state.positions != known.positions
                event = WorkflowEventRead(revision=state.revision, moved=moved)
                yield f"event: workflow\ndata: {event.model_dump_json()}\n\n"
                known = state
            else:
                yield ": still here\n\n"
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), min(POLL_SECONDS, deadline - clock()))
    yield f"retry: {random.randint(500, 3000)}\n\n"  # noqa: S311 - not all at the same moment
