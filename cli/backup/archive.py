"""The file of a backup: a tar archive that says at its end what it holds.

    format.json                     what kind of file this is
    tables/<name>/<number>.gz       the rows of a table, as PostgreSQL's COPY text
    assets/<sha256>                 a picture or video
    prefect/<number>                pg_dump's custom format of Prefect's database
    manifest.json                   what there must have been, with a hash over all of it

A stream whose length is not known is cut into members, so nothing has to be held in memory or
on a disk besides. A file without its manifest, or with another hash, is no backup.
"""

import gzip
import hashlib
import os
import tarfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.errors import ConflictError, InvalidInputError, UnavailableError

FORMAT: Final = b'{"nodeloom-backup": 1}\n'
PIECE_BYTES: Final = 4 * 1024 * 1024
"""What is read or written at once."""
_MAX_MEMBER_BYTES: Final = 2 * PIECE_BYTES
"""Of what is read at once; assets are as large as they are."""


class TableContent(BaseModel):
    """What there is of a table."""

    model_config = ConfigDict(frozen=True)

    name: str
    columns: list[str]
    rows: int


class Manifest(BaseModel):
    """What a backup holds; `damaged` are assets whose bytes were not those of their hash."""

    model_config = ConfigDict(frozen=True)

    created_at: str
    revision: str
    tables: list[TableContent]
    sequences: dict[str, int]
    assets: int
    asset_bytes: int
    missing: int = 0
    damaged: list[str] = Field(default_factory=list)
    prefect: bool = False
    files: dict[str, str] = Field(default_factory=dict)
    """Files of the home, by name."""
    sha256: str
    """Over name, size and bytes of every member before this one."""
    own_sha256: str | None = None
    """Over all the rest of this; what earlier versions wrote has none."""

    def signed(self) -> Self:
        """Give the same with the hash over itself."""
        text = self.model_dump_json(exclude={"own_sha256"})
        return self.model_copy(update={"own_sha256": _sha256(text)})

    @property
    def is_unchanged(self) -> bool:
        """Whether what was read is what was written, by this version or one with fewer fields."""
        text = self.model_dump_json(exclude={"own_sha256"}, exclude_unset=True)
        return self.own_sha256 in (None, _sha256(text))


class ArchiveWriter:
    """Writes members one after the other."""

    def __init__(self, file: IO[bytes]) -> None:
        """Write into an open file."""
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by `close`
        self._hash = hashlib.sha256()
        self.add("format.json", FORMAT)

    @property
    def sha256(self) -> str:
        """The hash over what was written so far."""
        return self._hash.hexdigest()

    def add(self, name: str, data: bytes) -> None:
        """Write a member."""
        self.add_stream(name, len(data), iter((data,)))

    def add_stream(self, name: str, size: int, pieces: Iterable[bytes]) -> None:
        """Write a member of exactly `size` bytes: more are cut off, missing ones are zeros."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._hash.update(_header(name, size))
        self._tar.addfile(member, cast("IO[bytes]", _SizedStream(pieces, size, self._hash.update)))
        cast("Any", self._tar).members.clear()  # tarfile would remember each of them

    def add_pieces(self, folder: str, pieces: Iterable[bytes], *, compress: bool) -> None:
        """Write a stream of any length as members of one folder, `compress`ed or not."""
        suffix = ".gz" if compress else ""
        for number, data in enumerate(_rejoin(pieces)):
            packed = gzip.compress(data, 3, mtime=0) if compress else data
            self.add(f"{folder}/{number:08}{suffix}", packed)

    def close(self) -> None:
        """Write the end of the archive."""
        self._tar.close()


class Member:
    """A member that is being read; `read` gives its bytes once, piece by piece."""

    def __init__(self, name: str, size: int, stream: IO[bytes]) -> None:
        """Take the open stream of a member."""
        self.name = name
        self.size = size
        self._stream = stream

    @property
    def folder(self) -> str:
        """The name without its last part."""
        return self.name.rpartition("/")[0]

    def pieces(self) -> Iterator[bytes]:
        """Give the bytes. Raises InvalidInputError."""
        while piece := self._read(PIECE_BYTES):
            yield piece

    def content(self) -> bytes:
        """Give the bytes at once, unpacked if need be. Raises InvalidInputError."""
        if self.size > _MAX_MEMBER_BYTES:
            raise not_whole(f"{self.name} is too large")
        data = self._read()
        if not self.name.endswith(".gz"):
            return data
        unpacker = zlib.decompressobj(wbits=31)
        try:
            content = unpacker.decompress(data, _MAX_MEMBER_BYTES)
        except zlib.error as error:
            raise not_whole(f"{self.name} cannot be unpacked") from error
        if not unpacker.eof:
            raise not_whole(f"{self.name} is cut off or too large")
        return content

    def _read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except tarfile.TarError as error:
            raise not_whole(f"{self.name}: {error}") from error


def read_members(file: Path) -> Iterator[Member]:
    """Give the members of a backup in their order, each to be read before the next.

    Raises:
        InvalidInputError: `backup_unreadable`: it is no backup, or not a whole one.
        UnavailableError: `backup_not_found`: it cannot be opened.
    """
    try:
        with file.open("rb") as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            for number, info in enumerate(tar):
                content = tar.extractfile(info) if info.isreg() else None
                if content is None:
                    raise not_whole(f"{info.name} is no file")
                if number == 0 and (info.name != "format.json" or content.read(100) != FORMAT):
                    raise InvalidInputError(
                        "backup_unreadable",
                        f"{file} is not a backup of Nodeloom, or one of a newer version: give a file"
                        " that `nodeloom backup` made.",
                    )
                yield Member(info.name, info.size, content)
                cast("Any", tar).members.clear()
    except tarfile.TarError as error:
        raise not_whole(f"{file}: {error}") from error
    except OSError as error:
        raise UnavailableError(
            "backup_not_found", f"{file} cannot be read: {error.strerror or error}."
        ) from error


def verify(file: Path) -> Manifest:
    """Read a backup from its beginning to its end and give what it says of itself.

    Raises:
        InvalidInputError: `backup_unreadable`.
        UnavailableError: `backup_not_found`.
    """
    digest, manifest = hashlib.sha256(), None
    for member in read_members(file):
        if manifest is not None:
            raise not_whole("something follows its end")
        if member.name == "manifest.json":
            manifest = _read_manifest(member, digest.hexdigest())
            continue
        digest.update(_header(member.name, member.size))
        if member.name == "format.json":
            digest.update(FORMAT)
        size = 0
        for piece in member.pieces():
            digest.update(piece)
            size += len(piece)
        if size != member.size and member.name != "format.json":
            raise not_whole("it ends in the middle")
    if manifest is None:
        raise not_whole("its end is missing")
    return manifest


@contextmanager
def new_archive(file: Path) -> Generator[ArchiveWriter]:
    """Write a backup beside its place; it gets its name when all of it is on the disk.

    Raises:
        ConflictError: `file_exists`.
        UnavailableError: `backup_not_written`: there is no room or no permission.
    """
    if file.exists():
        raise ConflictError(
            "file_exists", f"{file} is there already: give another name, or remove it first."
        )
    partial = file.with_name(f"{file.name}.partial-{os.getpid()}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            archive = ArchiveWriter(out)
            yield archive
            archive.close()
            out.flush()
            os.fsync(out.fileno())
        partial.rename(file)
        _sync(file.parent)
    except OSError as error:
        raise UnavailableError(
            "backup_not_written",
            f"{file} cannot be written: {error.strerror or error}. Nothing is left of it.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def not_whole(reason: str) -> InvalidInputError:
    """Give the error of a file that is no whole backup."""
    return InvalidInputError(
        "backup_unreadable",
        f"This backup is not whole ({reason}): nothing was restored from it. Use another one.",
    )


def _read_manifest(member: Member, sha256: str) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(member.content())
    except ValidationError as error:
        raise not_whole("its manifest cannot be read") from error
    if manifest.sha256 != sha256 or not manifest.is_unchanged:
        raise not_whole("its bytes are not those that were written")
    return manifest


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _header(name: str, size: int) -> bytes:
    return f"{name}\n{size}\n".encode()


def _rejoin(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give the same bytes in pieces of about `PIECE_BYTES`, at least one."""
    buffer = bytearray()
    count = 0
    for piece in pieces:
        buffer += piece
        while len(buffer) >= PIECE_BYTES:
            yield bytes(buffer[:PIECE_BYTES])
            del buffer[:PIECE_BYTES]
            count += 1
    if buffer or not count:
        yield bytes(buffer)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _SizedStream:
    """A stream of exactly `size` bytes from pieces; `observe` sees them as they are read."""

    def __init__(
        self, pieces: Iterable[bytes], size: int, observe: Callable[[bytes], None]
    ) -> None:
        self._pieces = iter(pieces)
        self._left = size
        self._observe = observe
        self._buffer = bytearray()

    def read(self, size: int) -> bytes:
        wanted = min(size, self._left)
        while len(self._buffer) < wanted:
            piece = next(self._pieces, None)
            self._buffer += bytes(wanted - len(self._buffer)) if piece is None else piece
        given = bytes(self._buffer[:wanted])
        del self._buffer[:wanted]
        self._left -= wanted
        self._observe(given)
        return given
