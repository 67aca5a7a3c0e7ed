"""Files from outside: judged in a child process, then stored."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assets.store import AssetStore
from db.assets import NewAsset
from flows.compute.process_pool import ChildProcessPool
from schemas.errors import BadInputError, NodeError
from tasks.media.probe import ImageInfo, VideoInfo, inspect_upload
from tasks.node_type.definition import asset_id

INSPECTION_TIMEOUT_SECONDS: Final = 20.0
"""For a judgement that takes a tenth of a second, or two of a long video without an index."""


@dataclass(frozen=True)
class Uploads:
    """Judges and stores files that may be hostile."""

    children: ChildProcessPool
    store: AssetStore

    async def inspect(self, source: Path | bytes) -> ImageInfo | VideoInfo:
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

    async def save(self, owner_id: str, data: bytes) -> NewAsset:
        """Judge and store the bytes of a file; the asset still has to be made known.

        Raises:
            BadInputError: it is no picture or video that we read.
            ProviderError: the store failed.
        """
        info = await self.inspect(data)
        sha256 = await asyncio.to_thread(self.store.put, data)
        return new_asset(owner_id, sha256, len(data), info)


def new_asset(owner_id: str, sha256: str, size: int, info: ImageInfo | VideoInfo) -> NewAsset:
    """Describe a stored file; `size` in bytes."""
    video = info if isinstance(info, VideoInfo) else None
    return NewAsset(
        id=asset_id(owner_id, sha256, info.media_type),
        sha256=sha256,
        media_type=info.media_type,
        kind="video" if video else "image",
        width=info.width,
        height=info.height,
        bytes=size,
        duration_seconds=video.duration_seconds if video else None,
    )
