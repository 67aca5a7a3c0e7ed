"""Small pictures for lists and nodes: made once, kept in memory up to a limit."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from api.media.deadlines import wait_for_child
from flows.compute.process_pool import ChildProcessPool
from tasks.media.images import thumbnail

MAX_CACHE_BYTES: Final = 32_000_000
"""Of all that are kept; the ones nobody asked for the longest go first."""
TIMEOUT_SECONDS: Final = 30.0
"""To make one."""

Thumbnail = tuple[bytes, str]
"""The bytes and their media type."""
ThumbnailKey = tuple[str, int]
"""SHA-256 of the picture, width in pixels."""


@dataclass
class ThumbnailCache:
    """Makes small pictures in child processes; who asks for the same one waits for the same work."""

    children: ChildProcessPool
    max_bytes: int = MAX_CACHE_BYTES
    _cache: OrderedDict[ThumbnailKey, Thumbnail] = field(
        default_factory=OrderedDict[ThumbnailKey, Thumbnail], init=False
    )
    _cached_bytes: int = field(default=0, init=False)
    _pending: dict[ThumbnailKey, asyncio.Task[Thumbnail]] = field(
        default_factory=dict[ThumbnailKey, asyncio.Task[Thumbnail]], init=False
    )

    async def get(self, sha256: str, path: Path, width: int) -> Thumbnail:
        """Give a stored picture at most `width` pixels wide.

        Raises:
            BadInputError: the picture cannot be read.
            NodeError: `timed_out`.
            UnavailableError: `media_busy`: it is still being made.
        """
        key = (sha256, width)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        if key not in self._pending:
            making = asyncio.create_task(self._generate(path, width))
            making.add_done_callback(lambda done: self._finish(key, done))
            self._pending[key] = making
        # One who leaves takes it from nobody, and who comes again finds it.
        return await wait_for_child(asyncio.shield(self._pending[key]))

    async def _generate(self, path: Path, width: int) -> Thumbnail:
        async with self.children.slots:
            return await self.children.call(thumbnail, path, width, seconds=TIMEOUT_SECONDS)

    def _finish(self, key: ThumbnailKey, done: asyncio.Task[Thumbnail]) -> None:
        del self._pending[key]
        if done.cancelled() or done.exception() is not None:
            return
        self._cache[key] = done.result()
        self._cached_bytes += len(done.result()[0])
        while self._cached_bytes > self.max_bytes:
            _, (body, _) = self._cache.popitem(last=False)
            self._cached_bytes -= len(body)
