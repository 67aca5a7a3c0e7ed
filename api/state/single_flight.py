"""An answer that is expensive to find and good for a moment: found once for all who ask."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlightCache(Generic[T]):
    """Keeps an answer for some seconds after it came; who asks meanwhile waits for the same one."""

    def __init__(self, seconds: float) -> None:
        """Begin without an answer."""
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._cached: tuple[float, T] | None = None

    async def get(self, load: Callable[[], Awaitable[T]]) -> T:
        """Give the answer, looking again if it is old."""
        async with self._lock:
            if self._cached is None or monotonic() - self._cached[0] >= self._seconds:
                value = await load()
                self._cached = (monotonic(), value)
            return self._cached[1]
