"""The content-addressed store in a bucket: S3 and compatible, Google Cloud Storage, Azure.

Child processes know nothing of it. They read from and write to a folder of this machine, `local`:
it holds what was fetched or made here, of bounded size, and each executor and API of the machine
shares it. A picture that a node makes is a draft there until a row is to refer to it: then it is
uploaded. So other machines see exactly what rows refer to, and a run that goes on elsewhere after a
crash finds it.

The race to think of is `remove` against somebody who puts the same bytes at that moment, because
buckets know no rename and no lock. Two things close it. Who is about to refer to an object older
than `REFRESH_SECONDS` puts it again, which its time then shows. And `remove` copies the object aside
before it deletes it; a day later, when every row that was being written is there, retention asks
again whether one names it, and only then is it gone. Who misses an object looks aside, too.
"""

import os
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assets.bucket import REFRESH_SECONDS, Bucket, open_bucket
from assets.folder_store import (
    FolderStore,
    IncomingFile,
    bytes_missing_error,
    key_prefix,
    read_file_range,
)
from schemas.errors import NotFoundError, ProviderError

_TRASH: Final = "removed"
_PROBE: Final = "probe"
MIN_CACHED_SECONDS: Final = 900.0
"""Files of the cache that were used so recently stay, whatever its size: somebody reads them."""
_EVICT_EVERY_FRACTION: Final = 20
"""The cache is looked through when a part of its size like this has come in."""


@dataclass(frozen=True)
class ObjectStore:
    """A bucket with a folder before it; `cache_bytes` is how large the folder may be."""

    url: str
    local: FolderStore
    cache_bytes: int

    @property
    def _bucket(self) -> Bucket:
        return open_bucket(self.url)

    def path(self, sha256: str) -> Path:
        """Give a file of the cache, fetched where it is not there.

        Raises:
            NotFoundError: the store does not hold the bytes.
            ProviderError: `storage_failed`, also where the object is not what its name says.
        """
        cached = self._cached_file(sha256)
        if cached is not None:
            return cached
        self._fetch(sha256)
        return self.local.path(sha256)

    def read(self, sha256: str) -> bytes:
        """Give the bytes. Raises as `path` does."""
        return self.path(sha256).read_bytes()

    def read_range(self, sha256: str, first: int, length: int) -> Iterator[bytes]:
        """Give a part of the bytes, from the bucket directly where they are not here."""
        cached = self._cached_file(sha256)
        if cached is not None:
            yield from read_file_range(cached, first, length)
            return
        found = self._bucket.get(_key(sha256), (first, first + length))
        if found is None:
            self._restore_or_raise(sha256)
            yield from self.read_range(sha256, first, length)
        else:
            yield from found.chunks

    def contains(self, sha256: str) -> bool:
        """Ask the bucket, unless it was asked a short while ago."""
        return (
            self._bucket.is_known(_key(sha256))
            or self._bucket.modified_at(_key(sha256)) is not None
        )

    def probably_contains(self, sha256: str) -> bool:
        """Trust that it does: this is asked where nobody may wait for a network."""
        return True

    def put(self, data: bytes) -> str:
        """Store bytes in the bucket and give their SHA-256. Raises ProviderError."""
        sha256 = self.local.put_draft(data)
        self.make_durable(sha256)
        return sha256

    @contextmanager
    def open_incoming(self) -> Generator[IncomingFile]:
        """Open a file of the cache for bytes that are still to be judged. Raises ProviderError."""
        with self.local.open_incoming() as file:
            file.redirect_to(self)
            yield file

    def add_file(self, file: Path, sha256: str) -> None:
        """Upload a file of the cache and keep it there. Raises OSError, ProviderError."""
        self._bucket.put(_key(sha256), file)
        self.local.add_file(file, sha256)
        self._count_cached(file_size(self.local, sha256))

    def put_draft(self, data: bytes) -> str:
        """Store bytes for this machine until `make_durable`."""
        return self.local.put_draft(data)

    def make_durable(self, sha256: str) -> None:
        """Have the bytes in the bucket, put not long ago, before a row refers to them.

        Raises:
            NotFoundError: neither this machine nor the bucket holds them.
            ProviderError: `storage_failed` or `storage_full`.
        """
        key = _key(sha256)
        if not self._bucket.is_known(key):
            modified = self._bucket.modified_at(key)
            if modified is None or time.time() - modified >= REFRESH_SECONDS:
                self._bucket.put(key, self.path(sha256))
            else:
                self._bucket.mark_known(key, modified)
        if self.local.promote_draft(sha256):
            self._count_cached(file_size(self.local, sha256))

    def free_bytes(self) -> int:
        """Give how much room the cache's disk has: the bucket has no end. Raises OSError."""
        return self.local.free_bytes()

    def check_writable(self) -> None:
        """Write to the cache and to the bucket. Raises OSError, ProviderError."""
        self.local.check_writable()
        self._bucket.probe(_PROBE)

    def unused_since(self, before: float) -> Iterator[str]:
        """Give what nobody has put since a Unix time, by listing the bucket."""
        for key, modified in self._bucket.list_objects(None):
            if (
                len(name := key.rpartition("/")[2]) == 64
                and key == _key(name)
                and modified < before
            ):
                yield name

    def remove(self, sha256: str, before: float) -> None:
        """Move an object aside that was not put since a Unix time; `purge` ends it."""
        key = _key(sha256)
        modified = self._bucket.modified_at(key)
        if modified is None or modified >= before:
            return
        self._bucket.invalidate_known(key)
        self._bucket.copy(key, _trash_key(sha256))
        self._bucket.delete(key)
        self.local.remove(sha256, before)

    def trashed_before(self, before: float) -> Iterator[str]:
        """Give what was moved aside before a Unix time."""
        for key, modified in self._bucket.list_objects(_TRASH):
            if modified < before:
                yield key.rpartition("/")[2]

    def restore(self, sha256: str) -> None:
        """Copy an object back that was moved aside, unless somebody put it again."""
        if self._bucket.modified_at(_key(sha256)) is None:
            self._bucket.copy(_trash_key(sha256), _key(sha256))
        self.purge(sha256)

    def purge(self, sha256: str) -> None:
        """Delete an object that was moved aside."""
        self._bucket.delete(_trash_key(sha256))

    def remove_partial_files(self, before: float) -> None:
        """Tidy up the cache of this machine."""
        self.local.remove_partial_files(before)
        self.evict()

    def evict(self) -> None:
        """Remove what was used the longest ago from the cache, until it has the size it may have."""
        files = sorted(self.local.list_files(), key=lambda each: each[2])
        total = sum(size for _, size, _ in files)
        keep_from = time.time() - MIN_CACHED_SECONDS
        for sha256, size, used in files:
            if total <= self.cache_bytes or used >= keep_from:
                return
            self.local.remove(sha256, keep_from)
            total -= size

    def _cached_file(self, sha256: str) -> Path | None:
        """Give the file of the cache, and say that it is used."""
        try:
            path = self.local.path(sha256)
            os.utime(path)
        except (NotFoundError, FileNotFoundError):
            _key(sha256)
            return None
        return path

    def _fetch(self, sha256: str) -> None:
        key = _key(sha256)
        found = self._bucket.get(key)
        if found is None:
            self._restore_or_raise(sha256)
            self._fetch(sha256)
            return
        with self.local.open_incoming() as file:
            for piece in found.chunks:
                file.write(piece)
            if file.sha256 != sha256:
                raise ProviderError(
                    "storage_failed",
                    f"The object {key} in {self.url} is damaged: its bytes are not those that its"
                    " name stands for. Restore it from a backup.",
                    retryable=False,
                )
            self._bucket.mark_known(key, found.modified)
            self.local.add_file(file.path, sha256)
            self._count_cached(file.size)

    def _restore_or_raise(self, sha256: str) -> None:
        """Have an object back that was moved aside a moment too early. Raises NotFoundError."""
        if self._bucket.modified_at(_trash_key(sha256)) is None:
            raise bytes_missing_error(sha256)
        self.restore(sha256)

    def _count_cached(self, size: int) -> None:
        """Look through the cache now and then."""
        self._bucket.cached_bytes += size
        if self._bucket.cached_bytes > self.cache_bytes / _EVICT_EVERY_FRACTION:
            self._bucket.cached_bytes = 0
            self.evict()


def file_size(store: FolderStore, sha256: str) -> int:
    """Give the size of a file of the cache; 0 where it has just gone."""
    try:
        return store.path(sha256).stat().st_size
    except (NotFoundError, FileNotFoundError):
        return 0


def _key(sha256: str) -> str:
    """Give the name of an object: spread over prefixes, because buckets limit each of them."""
    return f"{key_prefix(sha256)}/{sha256}"


def _trash_key(sha256: str) -> str:
    return f"{_TRASH}/{sha256}"
