"""Small pictures for lists and nodes: made once, kept in memory up to a limit."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from flows.compute.process_pool import ChildProcessPool
from tasks.media.images import thumbnail

MAX_BYTES: Final = 32_000_000
"""Of all that are kept; the ones nobody asked for the longest go first."""
SECONDS: Final = 30.0
"""To make one."""

Small = tuple[bytes, str]
"""The bytes and their media type."""
Key = tuple[str, int]
"""SHA-256 of the picture, width in pixels."""


@dataclass
class Thumbnails:
    """Makes small pictures in child processes; who asks for the same one waits for the same work."""

    children: ChildProcessPool
    max_bytes: int = MAX_BYTES
    _kept: OrderedDict[Key, Small] = field(default_factory=OrderedDict[Key, Small], init=False)
    _bytes: int = field(default=0, init=False)
    _making: dict[Key, asyncio.Task[Small]] = field(
        default_factory=dict[Key, asyncio.Task[Small]], init=False
    )

    async def get(self, sha256: str, path: Path, width: int) -> Small:
        """Give a stored picture at most `width` pixels wide.

        Raises:
            BadInputError: the picture cannot be read.
            NodeError: `timed_out`.
        """
        key = (sha256, width)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._making:
            making = asyncio.create_task(self._make(path, width))
            making.add_done_callback(lambda done: self._keep(key, done))
            self._making[key] = making
        return await asyncio.shield(self._making[key])  # one who leaves takes it from nobody

    async def _make(self, path: Path, width: int) -> Small:
        async with self.children.slots:
            return await self.children.call(thumbnail, path, width, seconds=SECONDS)

    def _keep(self, key: Key, done: asyncio.Task[Small]) -> None:
        del self._making[key]
        if done.cancelled() or done.exception() is not None:
            return
        self._kept[key] = done.result()
        self._bytes += len(done.result()[0])
        while self._bytes > self.max_bytes:
            _, (body, _) = self._kept.popitem(last=False)
            self._bytes -= len(body)
