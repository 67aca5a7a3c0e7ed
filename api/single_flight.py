"""An answer that is expensive to find and good for a moment: found once for all who ask."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class Fresh(Generic[T]):
    """Keeps an answer for some seconds; who comes while it is looked for waits for it."""

    def __init__(self, seconds: float) -> None:
        """Begin without an answer."""
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._known: tuple[float, T] | None = None

    async def get(self, look: Callable[[], Awaitable[T]]) -> T:
        """Give the answer, looking again if it is old."""
        async with self._lock:
            if self._known is None or monotonic() - self._known[0] >= self._seconds:
                self._known = (monotonic(), await look())
            return self._known[1]
