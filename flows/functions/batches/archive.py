"""Files for a batch that come in a .zip, with a table in it that names them, or without one.

Names in an archive are only names: nothing is ever written under one. What an archive says of sizes is
checked before anything is read, and again while it is.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from flows.functions.batches.tables import MAX_TABLE_BYTES, Table, read_table, table_of_rows
from flows.graph.wording import printable, quoted
from schemas.errors import InvalidInputError

MAX_FILES: Final = 1_000
MAX_ARCHIVE_BYTES: Final = 200_000_000
"""Of the .zip itself."""
MAX_FILES_BYTES: Final = 500_000_000
"""Of all files in it together, unpacked."""
MAX_FILE_BYTES: Final = 100_000_000
FILE_COLUMN: Final = "file"
"""The column of a table that is made of the names of the files alone."""
_TABLES: Final = (".csv", ".tsv", ".jsonl", ".ndjson", ".json")
_PIECE_BYTES: Final = 1_000_000


@dataclass(frozen=True)
class FileArchive:
    """An archive that was judged by its directory; `table` is the one in it, or made of the names."""

    path: Path
    table: Table
    members: dict[str, zipfile.ZipInfo]
    """By the names that a table may use: the whole one, and the last part where that is unique."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the directory of an archive, and its table.

        Raises:
            InvalidInputError: `bad_archive`, or what `read_table` raises.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                files = _files(archive)
                tables = [each for each in files if _is_table(each.filename)]
                files = [each for each in files if not _is_table(each.filename)]
                if len(tables) > 1:
                    listed = ", ".join(quoted(each.filename) for each in tables[:5])
                    raise _bad_archive(f"It has several tables: {listed}. Leave one in it.")
                if tables:
                    table = read_table(b"".join(_pieces(archive, tables[0], MAX_TABLE_BYTES)))
                else:
                    names = sorted(_name(each) for each in files)
                    table = table_of_rows([{FILE_COLUMN: name} for name in names])
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise _bad_archive("It is broken, or packed in a way that is not read here.") from error
        return cls(path, table, _members(files))

    def read(self, name: str) -> Iterator[bytes]:
        """Give the bytes of a file in pieces. Raises InvalidInputError `bad_archive`."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                yield from _pieces(archive, self.members[name], MAX_FILE_BYTES)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise _bad_archive(f"The file {quoted(name)} in it is broken.") from error


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Give the files that count: no folders, and nothing that a system has put beside them."""
    found = [each for each in archive.infolist() if not each.is_dir() and not _is_hidden(each)]
    if not found:
        raise _bad_archive("It has no files.")
    if len(found) > MAX_FILES:
        raise _bad_archive(f"It has {len(found):,} files; {MAX_FILES:,} are allowed.")
    names: set[str] = set()
    for each in found:
        if each.flag_bits & 1:
            raise _bad_archive(f"The file {quoted(each.filename)} in it is encrypted.")
        if _name(each) in names:
            raise _bad_archive(f"The file {quoted(each.filename)} is in it twice.")
        if each.file_size > MAX_FILE_BYTES:
            most = MAX_FILE_BYTES // 1_000_000
            raise _bad_archive(f"The file {quoted(each.filename)} in it has more than {most} MB.")
        names.add(_name(each))
    if sum(each.file_size for each in found) > MAX_FILES_BYTES:
        most = MAX_FILES_BYTES // 1_000_000
        raise _bad_archive(f"Its files have more than {most} MB together, unpacked.")
    return found


def _members(files: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    found = {_name(each): each for each in files}
    short: dict[str, list[zipfile.ZipInfo]] = {}
    for each in files:
        short.setdefault(_name(each).rsplit("/", 1)[-1], []).append(each)
    return {name: each[0] for name, each in short.items() if len(each) == 1} | found


def _pieces(archive: zipfile.ZipFile, file: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """Unpack a file, and no more of it than is allowed, whatever its directory says."""
    size = 0
    with archive.open(file) as opened:
        while piece := opened.read(_PIECE_BYTES):
            size += len(piece)
            if size > most:
                what = (
                    f"The file {quoted(file.filename)} in it has more than {most // 1_000_000} MB."
                )
                raise _bad_archive(what)
            yield piece


def _name(file: zipfile.ZipInfo) -> str:
    return printable(file.filename.replace("\\", "/").removeprefix("./"))


def _is_hidden(file: zipfile.ZipInfo) -> bool:
    parts = _name(file).split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith(".") or parts[-1] == "Thumbs.db"


def _is_table(name: str) -> bool:
    return name.lower().endswith(_TABLES)


def _bad_archive(what: str) -> InvalidInputError:
    return InvalidInputError("bad_archive", f"The .zip cannot be used. {what}")
