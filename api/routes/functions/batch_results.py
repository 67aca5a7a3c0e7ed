"""The results of a batch as files: a table for spreadsheets, and an archive with what its rows made."""

import csv
import io
import json
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final

from sqlalchemy.orm import Session

from api.media.deadlines import READ_BYTES_PER_SECOND, call_store
from api.routes.functions.batch_views import present_row_outputs
from api.state.app_state import AppState
from db.assets import find_assets
from db.lists.batches import BatchProgress, ListedRow, list_rows
from flows.functions.results import files_of
from schemas.errors import AppError
from schemas.wire.asset import AssetRead
from tasks.media.sniff import EXTENSIONS

ROWS_PER_READ: Final = 100
MAX_RESULT_BYTES: Final = 1_000_000
"""Of a result in a table; a longer one is left out, and named in the column `leftOut`."""
MARK: Final = "\ufeff"
"""By which spreadsheets know that a CSV is UTF-8."""
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_TAIL_BYTES: Final = 1_000_000


def escape_text(text: str) -> str:
    """Keep spreadsheets from executing a text: one that begins like a formula has an apostrophe before it.

    Numbers are no formulas, whatever their sign.
    """
    if not text.startswith(_FORMULA_STARTS):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


async def write_csv(
    app_state: AppState, owner_id: str, batch: BatchProgress
) -> AsyncGenerator[str]:
    """Write the rows in their order, as they are read."""
    inputs = batch.row.inputs
    outputs = [f"{name} (result)" if name in inputs else name for name in batch.outputs]
    params = [
        f"{axis['nodeId']}.{axis['param']}"
        for axis in (batch.row.axes or {}).get("axes", [])
        if not axis.get("input")
    ]
    yield MARK + _line(["row", "status", *inputs, *params, *outputs, "error", "leftOut", "runId"])
    async for listed in _rows(app_state, owner_id, batch):
        row = listed.row
        values, left_out = present_row_outputs(batch, listed)
        yield _line(
            [
                row.number,
                listed.run_status or row.status,
                *(_input_cell(row.input_values.get(name)) for name in inputs),
                *(_input_cell(_param(row.overrides, each)) for each in params),
                *(_output_cell(values[name]) for name in batch.outputs),
                (row.error or {}).get("message", ""),
                " ".join(left_out),
                row.run_id or "",
            ]
        )


async def write_zip(
    app_state: AppState, owner_id: str, batch: BatchProgress
) -> AsyncGenerator[bytes]:
    """Write the table and every file that rows made, named by row and result, in pieces."""
    target = _Pieces()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        with archive.open("results.csv", "w", force_zip64=True) as table:
            async for line in write_csv(app_state, owner_id, batch):
                table.write(line.encode())
                if target.size > _TAIL_BYTES:
                    yield target.take()
        async for listed in _rows(app_state, owner_id, batch):
            for name, value in _assets(batch, listed):
                async for piece in _read(
                    app_state, owner_id, archive, target, name=name, value=value
                ):
                    yield piece
    yield target.take()


class _Pieces(io.RawIOBase):
    """What a ZipFile writes, until somebody takes it; nothing seeks in it."""

    def __init__(self) -> None:
        self.size = 0
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self.size += len(piece)
        return len(piece)

    def take(self) -> bytes:
        """Give what was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces, self.size = [], 0
        return taken


async def _read(
    app_state: AppState,
    owner_id: str,
    archive: zipfile.ZipFile,
    target: _Pieces,
    *,
    name: str,
    value: AssetRead,
) -> AsyncIterator[bytes]:
    """Write a file into an archive; one that the store has lost is left out."""
    found = await app_state.database.run(find_assets, owner_id, [value.asset_id])
    asset = found.get(value.asset_id)
    if asset is None:
        return
    try:
        pieces = await call_store(0, app_state.store.read_range, asset.sha256, 0, asset.bytes)
        piece = await call_store(0, next, pieces, b"")
    except AppError:
        return
    with archive.open(name, "w", force_zip64=True) as file:
        while piece:
            file.write(piece)
            yield target.take()
            seconds = len(piece) / READ_BYTES_PER_SECOND
            piece = await call_store(seconds, next, pieces, b"")


def _assets(batch: BatchProgress, listed: ListedRow) -> list[tuple[str, AssetRead]]:
    """Give the files of a row, each with its name in the archive."""
    found: list[tuple[str, AssetRead]] = []
    values, _ = present_row_outputs(batch, listed)
    for name, value in values.items():
        files = files_of(value)
        for place, each in enumerate(files, 1):
            suffix = f"-{place}" if len(files) > 1 else ""
            end = EXTENSIONS.get(each.media_type, ".bin")
            found.append((f"{listed.row.number:05}-{name}{suffix}{end}", each))
    return found


async def _rows(
    app_state: AppState, owner_id: str, batch: BatchProgress
) -> AsyncIterator[ListedRow]:
    """Read all rows, a few at a time, each time in a transaction of its own."""
    after = 0

    def find(session: Session, _owner_id: str, after: int) -> list[ListedRow]:
        return list_rows(session, batch, after, ROWS_PER_READ, MAX_RESULT_BYTES)

    while True:
        rows = await app_state.database.run(find, owner_id, after)
        for row in rows:
            yield row
        if len(rows) < ROWS_PER_READ:
            return
        after = rows[-1].row.number


def _param(overrides: Any, place: str) -> Any:
    node_id, _, param = place.rpartition(".")
    return ((overrides or {}).get(node_id) or {}).get(param)


def _input_cell(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1 and value.keys() <= {"assetId", "url"}:
        return next(iter(value.values()))
    return _json_cell(value)


def _json_cell(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _output_cell(value: Any) -> Any:
    if value is None:
        return ""
    items = getattr(value, "items", None)
    if items is not None:
        return "\n".join(str(_output_cell(each)) for each in items)
    for name in ("text", "number", "boolean", "data", "url"):
        if name in type(value).model_fields:
            return _json_cell(getattr(value, name))
    return ""


def _line(cells: list[Any]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow(escape_text(str(cell)) for cell in cells)
    return target.getvalue()
