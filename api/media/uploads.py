"""Files from outside: judged in a child process, then stored."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assets.store import AssetStore
from flows.compute.process_pool import ChildProcessPool
from schemas.errors import BadInputError, NodeError
from schemas.values import MediaInfo, MediaValue, media_value
from tasks.media.probe import inspect_upload

INSPECTION_TIMEOUT_SECONDS: Final = 20.0
"""For a judgement that takes a tenth of a second, or two of a long video without an index."""


@dataclass(frozen=True)
class Uploads:
    """Judges and stores files that may be hostile."""

    children: ChildProcessPool
    store: AssetStore

    async def inspect(self, source: Path | bytes) -> MediaInfo:
        """Judge a file, or its bytes, by its content, in a child process.

        Raises:
            BadInputError: it is no picture or video that we read.
        """
        async with self.children.slots:
            try:
                return await self.children.call(
                    inspect_upload, source, seconds=INSPECTION_TIMEOUT_SECONDS
                )
            except NodeError as error:
                if error.code != "timed_out":
                    raise
                raise BadInputError(
                    "file_too_slow",
                    "This file takes too long to read: it is damaged, or far too complex. Export it"
                    " again and upload that.",
                ) from error

    async def save(self, owner_id: str, data: bytes) -> MediaValue:
        """Judge and store the bytes of a file; the asset still has to be made known.

        Raises:
            BadInputError: it is no picture or video that we read.
            ProviderError: the store failed.
        """
        info = await self.inspect(data)
        sha256 = await asyncio.to_thread(self.store.put, data)
        return media_value(owner_id, sha256, len(data), info)
