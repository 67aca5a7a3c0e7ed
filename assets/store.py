"""What every asset store can do, and which one `NODELOOM_ASSETS` names."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from assets.folder_store import FolderStore, IncomingFile
from assets.object_store import ObjectStore
from schemas.settings import Settings


class AssetStore(Protocol):
    """Bytes under the SHA-256 of themselves, for many processes at once; picklable.

    `FolderStore` keeps them in a folder, `ObjectStore` in a bucket. The methods wait for a disk or
    a network: call them in a thread.
    """

    @property
    def local(self) -> FolderStore:
        """The folder that this machine's child processes read from and write drafts to."""
        ...

    def path(self, sha256: str) -> Path:
        """Give a file of this machine with these bytes, fetched where it has to be.

        Raises NotFoundError, and ProviderError where the store does not answer.
        """
        ...

    def read(self, sha256: str) -> bytes:
        """Give the bytes. Raises as `path` does."""
        ...

    def read_range(self, sha256: str, first: int, length: int) -> Iterator[bytes]:
        """Give a part of the bytes, piece by piece. Raises as `path` does."""
        ...

    def contains(self, sha256: str) -> bool:
        """Say whether the store holds the bytes."""
        ...

    def probably_contains(self, sha256: str) -> bool:
        """Say the same where nobody may wait; what cannot be told at once counts as there."""
        ...

    def put(self, data: bytes) -> str:
        """Store bytes for good and give their SHA-256. Raises ProviderError."""
        ...

    def open_incoming(self) -> AbstractContextManager[IncomingFile]:
        """Open a file for bytes that are still to be judged. Raises ProviderError."""
        ...

    def put_draft(self, data: bytes) -> str:
        """Store bytes for this machine; a crash may lose them. Raises ProviderError."""
        ...

    def make_durable(self, sha256: str) -> None:
        """See to it that bytes outlive this machine's crash. Raises NotFoundError, ProviderError."""
        ...

    def free_bytes(self) -> int:
        """Give how much room this machine has left for pictures. Raises OSError."""
        ...

    def check_writable(self) -> None:
        """Try to write. Raises OSError or ProviderError."""
        ...

    def unused_since(self, before: float) -> Iterator[str]:
        """Give the SHA-256 of what nobody has put since a Unix time."""
        ...

    def remove(self, sha256: str, before: float) -> None:
        """Remove bytes that were not put since a Unix time."""
        ...

    def trashed_before(self, before: float) -> Iterator[str]:
        """Give what `remove` only put aside, before a Unix time."""
        ...

    def restore(self, sha256: str) -> None:
        """Put bytes back that `remove` put aside."""
        ...

    def purge(self, sha256: str) -> None:
        """Remove bytes for good that `remove` put aside."""
        ...

    def remove_partial_files(self, before: float) -> None:
        """Remove what a crash left behind before a Unix time."""
        ...


def open_store(settings: Settings) -> AssetStore:
    """Give the store that the settings name; nothing is opened yet."""
    if settings.assets is not None and settings.assets_in_bucket:
        cache = FolderStore(settings.home_folder / "cache" / "assets")
        return ObjectStore(settings.assets, cache, settings.assets_cache_mb * 1_000_000)
    return FolderStore(settings.assets_folder)
