"""The content-addressed store: bytes under the SHA-256 of themselves, in a folder.

What comes from outside is written piece by piece into an `IncomingFile` file, judged there by its
path, and only then kept: no process ever holds a whole video in memory. No name or path of a
user reaches this module.
"""

import errno
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from schemas.errors import NotFoundError, ProviderError
from telemetry.metrics import metrics

CHUNK_BYTES: Final = 262_144
_PARTIAL: Final = ".new-"
_INCOMING: Final = "incoming"
"""The folder of files that nobody has judged yet."""


class FileStore(Protocol):
    """A store that takes files."""

    def add_file(self, file: Path, sha256: str) -> None:
        """Take a synced file of this disk. Raises OSError, ProviderError."""
        ...


class IncomingFile:
    """A file on its way into the store, hashed while it is written; `path` is where it stands.

    Nobody else sees it, and it is gone with its `FolderStore.open_incoming` block unless it was kept.
    """

    def __init__(self, store: FileStore, handle: int, path: Path) -> None:
        """Write to an open file descriptor."""
        self.path = path
        self.size = 0
        """In bytes, so far."""
        self._store = store
        self._file = os.fdopen(handle, "wb", buffering=0)
        self._hash = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Add bytes. Raises ProviderError `storage_full` or `storage_failed`."""
        try:
            rest = memoryview(piece)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise _storage_error(error) from error
        self._hash.update(piece)
        self.size += len(piece)

    @property
    def sha256(self) -> str:
        """The hash of what was written so far, as hex."""
        return self._hash.hexdigest()

    def redirect_to(self, store: FileStore) -> None:
        """Have another store keep it."""
        self._store = store

    def commit(self) -> str:
        """Put the file into the store and give its SHA-256 as hex; syncs, so call it in a thread.

        Raises:
            ProviderError: `storage_full` or `storage_failed`.
        """
        sha256 = self.sha256
        try:
            os.fsync(self._file.fileno())
            self._store.add_file(self.path, sha256)
            metrics().bytes_stored(self.size)
        except OSError as error:
            raise _storage_error(error) from error
        return sha256

    def close(self) -> None:
        """Remove it, if it was not kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class FolderStore:
    """A folder of immutable files; picklable, safe to use from many processes at once."""

    folder: Path

    @property
    def local(self) -> "FolderStore":
        """Itself: child processes may use it as it is."""
        return self

    def path(self, sha256: str) -> Path:
        """Give the file of these bytes.

        Raises:
            NotFoundError: the store does not hold them.
        """
        target = self._path(sha256)
        for path in (target, self._draft(sha256), target):  # a draft may just have got its name
            if _is_regular_file(path):
                return path
        raise bytes_missing_error(sha256)

    def read(self, sha256: str) -> bytes:
        """Give the bytes. Raises NotFoundError where the store does not hold them."""
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:  # a draft that was just made durable
            return self.path(sha256).read_bytes()

    def read_range(self, sha256: str, first: int, length: int) -> Iterator[bytes]:
        """Give a part of the bytes, piece by piece. Raises NotFoundError."""
        return read_file_range(self.path(sha256), first, length)

    def contains(self, sha256: str) -> bool:
        """Say whether the store holds the bytes."""
        try:
            self.path(sha256)
        except NotFoundError:
            return False
        return True

    probably_contains = contains

    def put(self, data: bytes) -> str:
        """Store bytes and give their SHA-256 as hex; the same bytes again are a no-op.

        A crash leaves no half-written file visible: the bytes are synced under a temporary
        name, then renamed.

        Raises:
            ProviderError: `storage_full` or `storage_failed`.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        target = self._path(sha256)
        try:
            if not _touch(target):
                self._write(target, data)
                metrics().bytes_stored(len(data))
        except OSError as error:
            raise _storage_error(error) from error
        return sha256

    @contextmanager
    def open_incoming(self) -> Generator[IncomingFile]:
        """Open a file for bytes that are still to be judged.

        Raises:
            ProviderError: `storage_full` or `storage_failed`.
        """
        try:
            folder = self.folder / _INCOMING
            folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=folder, prefix=_PARTIAL)
        except OSError as error:
            raise _storage_error(error) from error
        file = IncomingFile(self, handle, Path(name))
        try:
            yield file
        finally:
            file.close()

    def add_file(self, file: Path, sha256: str) -> None:
        """Rename a synced file of this disk into its place. Raises OSError."""
        target = self._path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.utime(file)  # says that it is wanted: see `remove`
        file.replace(target)
        _sync_folder(target.parent)

    def free_bytes(self) -> int:
        """Give how much room is left where the store is, or will be. Raises OSError."""
        places = (self.folder.absolute(), *self.folder.absolute().parents)
        return shutil.disk_usage(next(place for place in places if place.exists())).free

    def check_writable(self) -> None:
        """Write a byte and remove it. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.folder) as file:
            file.write(b"\0")

    def put_draft(self, data: bytes) -> str:
        """Store bytes without waiting for the disk; a crash of the machine may lose them.

        Everybody can read them at once. Who refers to them in a row calls `make_durable` first.

        Raises:
            ProviderError: `storage_full` or `storage_failed`.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            if not _touch(self._path(sha256)):
                self._write(self._draft(sha256), data, sync=False)
                metrics().bytes_stored(len(data))
        except OSError as error:
            raise _storage_error(error) from error
        return sha256

    def make_durable(self, sha256: str) -> None:
        """See to it that a draft outlives a crash of the machine; of other bytes, do nothing.

        The file only gets its own name once it is on the disk: what has that name is whole.

        Raises:
            NotFoundError: the store does not hold the bytes.
            ProviderError: `storage_full` or `storage_failed`.
        """
        target, draft = self._path(sha256), self._draft(sha256)
        if self.path(sha256) == target:
            return
        try:
            with draft.open("rb") as file:
                os.fsync(file.fileno())
                draft.rename(target)
                synced = os.fstat(file.fileno()).st_ino
            with target.open("rb") as file:  # another run may have put the same bytes just then
                if os.fstat(file.fileno()).st_ino != synced:
                    os.fsync(file.fileno())
            _sync_folder(target.parent)
        except FileNotFoundError:
            self.path(sha256)  # another process was quicker
        except OSError as error:
            raise _storage_error(error) from error

    def unused_since(self, before: float) -> Iterator[str]:
        """Give the SHA-256 of what nobody has put since a Unix time."""
        for file in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            if len(file.name) == 64 and _modified(file) < before:
                yield file.name

    def remove(self, sha256: str, before: float) -> None:
        """Remove bytes, unless somebody puts them at this moment.

        The file is renamed first. Whoever puts the same bytes has touched it before that, which
        its time then shows, or does not find it any more and writes it anew.
        """
        target = self._path(sha256)
        trashed = target.with_name(f"{_PARTIAL}{sha256}")
        try:
            target.rename(trashed)
            if _modified(trashed) >= before and not target.exists():
                trashed.rename(target)
            else:
                trashed.unlink()
        except FileNotFoundError:
            return  # another process was quicker

    def trashed_before(self, before: float) -> Iterator[str]:
        """Give nothing: a file is removed in one step."""
        return iter(())

    def restore(self, sha256: str) -> None:
        """Do nothing: nothing is put aside."""

    def purge(self, sha256: str) -> None:
        """Do nothing: nothing is put aside."""

    def promote_draft(self, sha256: str) -> bool:
        """Give a draft its own name without waiting for the disk; False where there is none."""
        try:
            self._draft(sha256).rename(self._path(sha256))
        except FileNotFoundError:
            return False
        return True

    def list_files(self) -> Iterator[tuple[str, int, float]]:
        """Give name, size in bytes and time of last use of each file that is no draft."""
        for file in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            with suppress(FileNotFoundError):
                if len(file.name) == 64:
                    found = file.stat()
                    yield file.name, found.st_size, found.st_mtime

    def remove_partial_files(self, before: float) -> None:
        """Remove what a crash left behind half-written before a Unix time."""
        for folder in ("[0-9a-f][0-9a-f]", _INCOMING):
            for file in self.folder.glob(f"{folder}/{_PARTIAL}*"):
                if _modified(file) < before:
                    file.unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        return self.folder / key_prefix(sha256) / sha256

    def _draft(self, sha256: str) -> Path:
        target = self._path(sha256)
        return target.with_name(f"{_PARTIAL}draft-{target.name}")

    def _write(self, target: Path, data: bytes, *, sync: bool = True) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=_PARTIAL)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                if sync:
                    file.flush()
                    os.fsync(file.fileno())
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        if sync:
            _sync_folder(target.parent)


def key_prefix(sha256: str) -> str:
    """Give what the names of stored bytes are spread by. Raises NotFoundError for no name at all."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise NotFoundError("asset_bytes_missing", "That is not the name of an asset.")
    return sha256[:2]


def bytes_missing_error(sha256: str) -> NotFoundError:
    """Give the error of an asset whose bytes are gone."""
    return NotFoundError(
        "asset_bytes_missing",
        f"The bytes of asset {sha256[:12]} are not in the asset store; restore the store"
        " from a backup or upload the file again.",
    )


def read_file_range(path: Path, first: int, length: int) -> Iterator[bytes]:
    """Read a part of a file, piece by piece."""
    with path.open("rb") as file:
        file.seek(first)
        while length > 0 and (piece := file.read(min(length, CHUNK_BYTES))):
            length -= len(piece)
            yield piece


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _is_regular_file(path: Path) -> bool:
    """Whether there is a file of ours: a symbolic link never is one."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _touch(path: Path) -> bool:
    """Say of a file of ours that it is wanted (see `FolderStore.remove`); False: there is none."""
    try:
        os.utime(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return _is_regular_file(path)


def _modified(file: Path) -> float:
    """Give the time of the last change; now, where the file has just gone."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _storage_error(error: OSError) -> ProviderError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ProviderError(
            "storage_full",
            "There is no space left for pictures: free some space where NODELOOM_ASSETS points"
            " (default: the folder assets in NODELOOM_HOME), then run again.",
            retryable=False,
        )
    return ProviderError(
        "storage_failed",
        f"The asset store could not write a file ({error.strerror}): check that the folder"
        " NODELOOM_ASSETS exists and belongs to the user who runs Nodeloom.",
        retryable=True,
    )
