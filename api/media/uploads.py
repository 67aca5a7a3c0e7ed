"""Files from outside: judged in a child process, then stored."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.media.deadlines import WRITE_BYTES_PER_SECOND, call_store, wait_for_child
from assets.folder_store import IncomingFile
from assets.store import AssetStore
from flows.compute.process_pool import ChildProcessPool, call_with_limit
from schemas.errors import InvalidInputError, ProviderError
from schemas.values import MediaInfo, MediaValue, media_value
from tasks.media.images import MAX_BYTES as MAX_IMAGE_BYTES
from tasks.media.probe import inspect_upload

RESERVED_BYTES: Final = 100_000_000
"""So much room uploads leave to runs, which store what their nodes make."""
START_SECONDS: Final = 15.0
"""More that the first request after a start may wait."""
INSPECTION_TIMEOUT_SECONDS: Final = 20.0
"""After which a child is killed for whom no request waits any more."""
INSPECTION_CPU_SECONDS: Final = 3.5
"""Of a processor, for a judgement that takes a tenth, or two for a long video without an index."""


@dataclass(frozen=True)
class Uploads:
    """Judges and stores files that may be hostile."""

    children: ChildProcessPool
    store: AssetStore

    async def check_free_space(self, size: int) -> None:
        """Refuse a file of some bytes that would fill the store.

        Raises:
            ProviderError: `storage_full`.
        """
        free = await call_store(0, self.store.free_bytes)
        if free - size < RESERVED_BYTES:
            raise no_space_error(free)

    async def inspect(self, source: Path | bytes) -> MediaInfo:
        """Judge a file, or its bytes, by its content, in a child process.

        Raises:
            BadInputError: it is no picture or video that we read, or `file_too_slow`.
            UnavailableError: `media_busy`: every child process is at work for long, or hangs.
        """
        await wait_for_child(self.children.slots.acquire())
        try:
            return await wait_for_child(
                self.children.call(
                    call_with_limit,
                    INSPECTION_CPU_SECONDS,
                    inspect_upload,
                    source,
                    seconds=INSPECTION_TIMEOUT_SECONDS,
                ),
                allowance=0.0 if self.children.warm else START_SECONDS,
            )
        finally:
            self.children.slots.release()

    async def save(self, owner_id: str, data: bytes) -> MediaValue:
        """Judge and store the bytes of a file; the asset still has to be made known.

        Raises:
            BadInputError: it is no picture or video that we read.
            ProviderError: the store failed, or `storage_full`.
        """
        await self.check_free_space(len(data))
        info = await self.inspect(data)
        sha256 = await call_store(len(data) / WRITE_BYTES_PER_SECOND, self.store.put, data)
        return media_value(owner_id, sha256, len(data), info)

    async def save_file(self, owner_id: str, file: IncomingFile) -> MediaValue:
        """Judge and store a file that has arrived; the asset still has to be made known.

        Raises:
            BadInputError: it is no picture or video that we read.
            InvalidInputError: `asset_too_large`.
            ProviderError: the store failed.
        """
        info = await self.inspect(file.path)
        if info.kind == "image" and file.size > MAX_IMAGE_BYTES:
            raise InvalidInputError(
                "asset_too_large", f"A picture may have {MAX_IMAGE_BYTES // 1_000_000} MB at most."
            )
        sha256 = await call_store(file.size / WRITE_BYTES_PER_SECOND, file.commit)
        return media_value(owner_id, sha256, file.size, info)


def no_space_error(free: int) -> ProviderError:
    """Give the error of a store that has so many bytes left, too few for uploads."""
    return ProviderError(
        "storage_full",
        f"The asset store is nearly full: {free / 1e6:.0f} MB are free, of which runs keep"
        f" {RESERVED_BYTES / 1e6:.0f} MB. Nothing more can be uploaded; what is there can be read"
        " and deleted. Free some space where NODELOOM_ASSETS points.",
    )
