"""What a batch is made from: a JSON body, or a file sent as it is, with what is to be known beside it."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from litestar import Request
from pydantic import JsonValue, ValidationError

from api.http.strict_json import check_storable, parse_json
from api.media.deadlines import WRITE_BYTES_PER_SECOND, call_store
from api.state.app_state import AppState
from assets.folder_store import IncomingFile
from flows.functions.batches.archive import FILE_COLUMN, MAX_ARCHIVE_BYTES, FileArchive
from flows.functions.batches.rows import BatchRows, make_rows
from flows.functions.batches.start import BatchTarget
from flows.functions.batches.tables import MAX_TABLE_BYTES, Table, read_table, table_of_rows
from schemas.errors import BadInputError, InvalidInputError
from schemas.problem import ProblemCode
from schemas.values import MediaValue
from schemas.wire.functions.batch import BatchCreate, BatchProblem
from tasks.registry import node_types

MAX_BODY_BYTES: Final = MAX_ARCHIVE_BYTES
_ZIP: Final = b"PK\x03\x04"
_PLACEHOLDER: Final[JsonValue] = {"assetId": "00000000-0000-0000-0000-000000000000"}
"""Stands for a file of an archive until it is stored."""


@dataclass(frozen=True)
class BatchSource:
    """A table that was read, what is said about it, and the archive that it came in."""

    create: BatchCreate
    table: Table | None
    archive: FileArchive | None
    sha256: bytes
    """Over the whole request."""

    def make_rows(
        self, target: BatchTarget, files: Mapping[str, JsonValue] | None = None
    ) -> BatchRows:
        """Make the rows of a batch; without `files`, those of the archive count as stored."""
        if files is None and self.archive is not None:
            files = dict.fromkeys(self.archive.members, _PLACEHOLDER)
        mapping = self.create.mapping
        if mapping is None and self.table is not None and self.table.columns == [FILE_COLUMN]:
            mapping = self._file_mapping(target)
        return make_rows(
            target.graph,
            node_types(),
            self.table,
            mapping,
            self.create.axes,
            strict=target.function_name is not None,
            files=files,
        )

    def _file_mapping(self, target: BatchTarget) -> dict[str, str | None] | None:
        """Have files without a table be those of the only input that takes files."""
        types = {node.id: node_types().get(node.type) for node in target.graph.nodes}
        names = [
            each.name
            for each in target.graph.inputs
            if (found := types.get(each.node_id)) and found.asset_param == each.param
        ]
        return {FILE_COLUMN: names[0]} if self.archive and len(names) == 1 else None


async def read_source(
    request: Request[Any, Any, Any],
    app_state: AppState,
    file: IncomingFile,
    options: Mapping[str, str | None],
) -> BatchSource:
    """Read a request for a batch, whose body goes into `file`.

    `options` are what stands in the address beside a file: `name`, and as JSON `mapping` and `axes`.

    Raises:
        InvalidInputError: `invalid_request`, `invalid_json`; `bad_table`, `bad_archive` and more of what was sent.
    """
    await app_state.uploads.check_free_space(0)
    async for piece in request.stream():
        await call_store(len(piece) / WRITE_BYTES_PER_SECOND, file.write, piece)
    asked = json.dumps(options, sort_keys=True) + file.sha256
    sha256 = _digest(asked)
    head = await asyncio.to_thread(_read, file, 4)
    if request.content_type[0] == "application/json":
        create = _validated(await asyncio.to_thread(_parse, file))
        if create.table is not None and create.rows is not None:
            raise InvalidInputError("invalid_request", "Give table or rows, not both.")
        source = BatchSource(create, None, None, sha256)
        table = None
        if create.table is not None:
            table = await asyncio.to_thread(read_table, create.table)
        elif create.rows is not None:
            table = table_of_rows(create.rows)
        elif not create.axes:
            raise InvalidInputError("invalid_request", "Give table, rows or axes.")
        return _checked(replace(source, table=table))
    create = _validated(_read_options(options))
    if head == _ZIP:
        archive = await asyncio.to_thread(FileArchive.open, file.path)
        return _checked(BatchSource(create, archive.table, archive, sha256))
    if file.size > MAX_TABLE_BYTES:
        _check_size(file.size)
    table = await asyncio.to_thread(lambda: read_table(_read(file)))
    return _checked(BatchSource(create, table, None, sha256))


async def store_files(
    app_state: AppState, owner_id: str, source: BatchSource, rows: BatchRows
) -> tuple[dict[str, JsonValue], list[MediaValue], list[BatchProblem]]:
    """Store the files of an archive that rows name; give their values by name, the assets, and problems.

    The assets still have to be made known, in the transaction that makes the batch.
    """
    archive, table = source.archive, source.table
    if archive is None or table is None:
        return {}, [], []
    columns = {each.name for each in rows.columns if each.input is not None}
    values: dict[str, JsonValue] = {}
    assets: list[MediaValue] = []
    refused: dict[str, str] = {}
    problems: list[BatchProblem] = []
    for number, row in enumerate(table.rows, 1):
        for column in columns & row.keys():
            name = str(row[column]).strip()
            if name in archive.members and name not in values and name not in refused:
                try:
                    asset = await _store_file(app_state, owner_id, archive, name)
                except (BadInputError, InvalidInputError) as error:
                    refused[name] = error.message
                else:
                    values[name] = {"assetId": str(asset.asset_id)}
                    assets.append(asset)
            if name in refused:
                code = ProblemCode.BAD_INPUT_VALUE
                message = f"The file “{name[:60]}” cannot be used: {refused[name]}"
                problems.append(BatchProblem(code=code, message=message, row=number, column=column))
    return values, assets, problems


async def _store_file(
    app_state: AppState, owner_id: str, archive: FileArchive, name: str
) -> MediaValue:
    size = archive.members[name].file_size
    await app_state.uploads.check_free_space(size)
    with app_state.store.open_incoming() as file:
        await call_store(size / WRITE_BYTES_PER_SECOND, _unpack, archive, name, file)
        return await app_state.uploads.save_file(owner_id, file)


def _unpack(archive: FileArchive, name: str, file: IncomingFile) -> None:
    for piece in archive.read(name):
        file.write(piece)


def _checked(source: BatchSource) -> BatchSource:
    """Give a source that PostgreSQL can hold. Raises InvalidInputError `invalid_json`."""
    if source.table is not None:
        check_storable(source.table.rows)
    check_storable([axis.values for axis in source.create.axes])
    return source


def _read_options(options: Mapping[str, str | None]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": options.get("name")}
    for key in ("mapping", "axes"):
        text = options.get(key)
        if text is not None:
            try:
                found[key] = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise InvalidInputError("invalid_request", f"{key} is no JSON.") from error
    return found


def _validated(document: object) -> BatchCreate:
    try:
        return BatchCreate.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "The body"
        raise InvalidInputError("invalid_request", f"{where}: {first['msg']}.") from error


def _parse(file: IncomingFile) -> Any:
    _check_size(file.size)
    return parse_json(_read(file))


def _check_size(size: int) -> None:
    if size > MAX_TABLE_BYTES + 1_000_000:
        most = MAX_TABLE_BYTES // 1_000_000
        raise InvalidInputError(
            "table_too_large", f"The table has more than {most} MB: split it into several."
        )


def _read(file: IncomingFile, most: int = -1) -> bytes:
    with file.path.open("rb") as opened:
        return opened.read(most)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
