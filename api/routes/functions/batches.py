"""Batches: listed, read row by row, cancelled, repeated, downloaded."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.pagination import PAGE_SIZE, Cursor, Limit
from api.http.responses import documented_header, error_responses
from api.media.streams import log_failure
from api.openapi.operations import operation_docs
from api.routes.functions.batch_results import write_csv, write_zip
from api.routes.functions.batch_starts import read_batch
from api.routes.functions.batch_views import present_row
from api.state.app_state import AppState
from db.lists.batches import (
    get_batch,
    list_rows,
    set_winner,
)
from db.queue.batches import cancel_batch, retry_batch
from schemas.errors import InvalidInputError
from schemas.wire.functions.batch import (
    BatchRead,
    BatchRowPage,
    BatchWinner,
)

FILE_NAME: Final = documented_header("Content-Disposition", "The name of the file.")


class BatchController(Controller):
    """What became of the rows of batches."""

    path = "/api"
    tags = ("Batches",)

    @get(
        "/batches/{batch_id:uuid}",
        operation_id="readBatch",
        summary="A batch and how far it is",
        responses=error_responses(404),
    )
    async def read_batch(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        batch_id: FromPath[UUID],
    ) -> BatchRead:
        """Give how many rows are where, and their tokens."""
        return await app_state.database.run(read_batch, user.id, batch_id)

    @get(
        "/batches/{batch_id:uuid}/rows",
        operation_id="listBatchRows",
        summary="Rows of a batch with their results",
        responses=error_responses(404, 422),
    )
    async def list_batch_rows(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        batch_id: FromPath[UUID],
        limit: Limit = PAGE_SIZE,
        cursor: Cursor = None,
    ) -> BatchRowPage:
        """Give rows in their order. `cursor` is the number of the row before, so that any place can be read."""

        def find(session: Session, owner_id: str) -> BatchRowPage:
            batch, after = get_batch(session, owner_id, batch_id), _number(cursor)
            rows = list_rows(session, batch, after, limit)
            last = rows[-1].row.number if rows else batch.row.row_count
            more = last < batch.row.row_count
            return BatchRowPage(
                items=[present_row(batch, each) for each in rows],
                next_cursor=str(last) if more else None,
            )

        return await app_state.database.run(find, user.id)

    @get(
        "/batches/{batch_id:uuid}/results.csv",
        operation_id="downloadBatchTable",
        summary="The rows of a batch as CSV",
        responses=error_responses(404),
        response_description="The file",
        response_headers=[FILE_NAME],
        opt=operation_docs(content={"text/csv": {"type": "string"}}),
    )
    async def download_batch_table(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        batch_id: FromPath[UUID],
    ) -> Response[Any]:
        """Give inputs, results and errors of all rows so far; no spreadsheet takes a text for a formula."""
        batch = await app_state.database.run(get_batch, user.id, batch_id)
        pieces = write_csv(app_state, user.id, batch)
        return _download(batch_id, pieces, "text/csv; charset=utf-8", "csv")

    @get(
        "/batches/{batch_id:uuid}/results.zip",
        operation_id="downloadBatchFiles",
        summary="The files that a batch made",
        responses=error_responses(404),
        response_description="The file",
        response_headers=[FILE_NAME],
        opt=operation_docs(content={"application/zip": {"type": "string", "format": "binary"}}),
    )
    async def download_batch_files(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        batch_id: FromPath[UUID],
    ) -> Response[Any]:
        """Give `results.csv` and every image, video and sound, named by row and result."""
        batch = await app_state.database.run(get_batch, user.id, batch_id)
        pieces = write_zip(app_state, user.id, batch)
        return _download(batch_id, pieces, "application/zip", "zip")

    @post(
        "/batches/{batch_id:uuid}/cancel",
        operation_id="cancelBatch",
        summary="Cancel a batch",
        status_code=202,
        responses=error_responses(404, 409),
    )
    async def cancel_batch(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        batch_id: FromPath[UUID],
    ) -> BatchRead:
        """Start no more rows, and cancel those that go on; what has completed stays."""
        return await _change(app_state, user, batch_id, cancel_batch)

    @post(
        "/batches/{batch_id:uuid}/retry",
        operation_id="retryBatch",
        summary="Run the failed rows of a batch once more",
        status_code=202,
        responses=error_responses(404, 409),
        opt={"rate": "runs"},
    )
    async def retry_batch(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        batch_id: FromPath[UUID],
    ) -> BatchRead:
        """Run rows that failed or were cancelled, and no others; their earlier runs stay in the history."""
        return await _change(app_state, user, batch_id, retry_batch)

    @put(
        "/batches/{batch_id:uuid}/winner",
        operation_id="setBatchWinner",
        summary="Mark the best row of a batch",
        responses=error_responses(404, 422),
        opt=operation_docs({"row": ("The first row", {"number": 1})}),
    )
    async def set_batch_winner(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        batch_id: FromPath[UUID],
        data: JSONBody[BatchWinner],
    ) -> BatchRead:
        """Mark a row as the best one, or none."""

        def mark(session: Session, owner_id: str, id: UUID) -> None:
            set_winner(session, owner_id, id, data.number)

        return await _change(app_state, user, batch_id, mark)


async def _change(
    app_state: AppState, user: Identity, id: UUID, change: Callable[[Session, str, UUID], object]
) -> BatchRead:
    """Change a batch, and give it as it is then."""
    await app_state.database.run(change, user.id, id)
    return await app_state.database.run(read_batch, user.id, id)


def _number(cursor: str | None) -> int:
    """Give the number of the row before. Raises InvalidInputError `bad_cursor`."""
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        raise InvalidInputError("bad_cursor", "The cursor is the number of a row of the batch.")
    return int(cursor)


def _download(
    id: UUID, pieces: AsyncIterator[Any], media_type: str, extension: str
) -> Response[Any]:
    name = quote(f"batch-{id}.{extension}")
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    pieces = log_failure(f"the results of batch {id}", pieces)
    return Stream(pieces, media_type=media_type, headers=headers)
