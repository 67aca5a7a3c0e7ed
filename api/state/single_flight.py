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
        self._found_at = float("-inf")
        self._task: asyncio.Task[T] | None = None

    async def get(self, load: Callable[[], Awaitable[T]]) -> T:
        """Give the answer, looking again if it is old. Who goes does not end it for the others."""
        task = self._task
        if task is None or (task.done() and monotonic() - self._found_at >= self._seconds):
            task = self._task = asyncio.create_task(self._load(load))
        return await asyncio.shield(task)

    async def _load(self, load: Callable[[], Awaitable[T]]) -> T:
        value = await load()
        self._found_at = monotonic()
        return value
