"""When something may be written to Prefect: the processor belongs to the runs."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Generator
from typing import Final

REST_FACTOR: Final = 2
"""Times as long as a piece of work took, nothing more is written; a second at most, as a call that
hangs is no sign of work."""
BUSY_SECONDS: Final = 0.15
"""So long a piece of work waits at most for runs in their first second."""
VERY_BUSY_SECONDS: Final = 1.0
"""The same while every child works on an image, and for what can wait: showing a run costs as much
processor as half an image does, an artifact 27 ms of Prefect's server."""
POLL_SECONDS: Final = 0.05


class Pacer:
    """Spaces out what is written to Prefect; without arguments only by what that costs."""

    def __init__(self, children_busy: Callable[[], bool] = lambda: False) -> None:
        """`children_busy` says whether every child process is at work."""
        self._children_busy = children_busy
        self._urgent = 0
        self._closing = False

    @contextlib.contextmanager
    def urgent(self) -> Generator[None]:
        """Have all that is written wait for what is done in this block."""
        self._urgent += 1
        try:
            yield
        finally:
            self._urgent -= 1

    async def rest(self, seconds: float = 0.0, *, deferrable: bool = False) -> None:
        """Leave the processor alone after a piece of work that took so many seconds.

        Then wait until nothing is urgent any more, though not for ever.
        """
        if self._closing:
            return
        await asyncio.sleep(min(seconds * REST_FACTOR, VERY_BUSY_SECONDS))
        limit = VERY_BUSY_SECONDS if deferrable or self._children_busy() else BUSY_SECONDS
        deadline = time.monotonic() + limit
        while self._is_busy() and time.monotonic() < deadline:  # noqa: ASYNC110 - of two kinds
            await asyncio.sleep(POLL_SECONDS)

    def close(self) -> None:
        """Rest no more: the process is ending."""
        self._closing = True

    def _is_busy(self) -> bool:
        return not self._closing and (self._urgent > 0 or self._children_busy())
