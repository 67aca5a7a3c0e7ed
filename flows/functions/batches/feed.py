"""Has the rows of batches run: as many at a time as the queue takes beside everything else.

Any executor does it; a batch that one is at is passed by the others. A row's run is made in the
transaction that marks the row, so it is made once, whoever is killed meanwhile.
"""

import asyncio
import logging
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from db.lists.webhooks import record_function_call
from db.postgres.background import Background
from db.postgres.outage import OUTAGE_ERRORS
from db.queue.batches import (
    MAX_OPEN_ROWS,
    MAX_QUEUED_ROWS,
    count_open_batches,
    find_open_batches,
    find_pending_rows,
    lock_open_batch,
    mark_refused,
    mark_started,
    settle_rows,
    stop_batch,
)
from db.tables import Batch, BatchRow
from flows.engine.runtime import Runtime
from flows.runs.public_message import public_message
from flows.runs.start import StartRequest, start_run
from schemas.errors import AppError, NotFoundError
from schemas.wire.run import RunCreate, RunError, StartedBy

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
"""Between two polls while a batch goes on; the end of a run of one wakes it before that."""
IDLE_SECONDS: Final = 5.0
"""The same while none does, and no notification told of one."""
ROWS_PER_TRANSACTION: Final = 8
"""Few, so that the loop of the executor comes to its runs in between."""


class BatchFeeder:
    """Starts rows as long as the executor lives."""

    def __init__(self, runtime: Runtime) -> None:
        """Prepare; `start` begins."""
        self._runtime = runtime
        self.wake = asyncio.Event()
        """Set when a batch was made or a run of one has ended."""

    def start(self, background: Background) -> None:
        """Poll as long as the executor lives."""
        background.every(
            POLL_SECONDS, self.poll, name="batches", wake=self.wake, begins_with_pause=True
        )

    async def poll(self) -> float:
        """Start what there is room for; give the seconds until there may be something to do again."""
        run = self._runtime.run_in_transaction
        going_on = await run(find_open_batches)
        for id in going_on:
            has_room = True
            while has_room:
                has_room = await run(partial(feed_batch, id=id))
        return POLL_SECONDS if going_on else IDLE_SECONDS


def feed_batch(session: Session, id: UUID, limit: int = ROWS_PER_TRANSACTION) -> bool:
    """Take over how runs have ended and start a few rows; whether there is room for more."""
    batch = lock_open_batch(session, id)
    if batch is None:
        return False
    found = settle_rows(session, batch)
    share = max(1, count_open_batches(session, batch.owner_id))
    room = min(
        max(1, MAX_OPEN_ROWS // share) - found.running,
        max(1, MAX_QUEUED_ROWS // share) - found.queued,
    )
    if room <= 0 or not found.pending:
        return False
    for row in find_pending_rows(session, batch, min(room, limit)):
        if not _start_row(session, batch, row):
            return False
    return found.pending > limit and room > limit


def _start_row(session: Session, batch: Batch, row: BatchRow) -> bool:
    """Make the run of a row; False where the workflow is gone, and the batch ends."""
    try:
        with session.begin_nested():
            run_id = start_run(session, _request(batch, row))
            mark_started(session, row, run_id)
            if batch.function_name is not None:
                record_function_call(session, batch.owner_id, run_id, batch.function_name, None)
    except OUTAGE_ERRORS:
        raise
    except NotFoundError:  # it was deleted
        stop_batch(session, batch)
        return False
    except AppError as error:
        mark_refused(session, row, RunError(code=error.code, message=public_message(error)))
    except Exception:
        logger.exception("row %d of batch %s cannot be started", row.number, batch.id)
        what = "The worker could not start it; see its log."
        mark_refused(session, row, RunError(code="internal_error", message=what))
    return True


def _request(batch: Batch, row: BatchRow) -> StartRequest:
    return StartRequest(
        owner_id=batch.owner_id,
        workflow_id=batch.workflow_id,
        trigger="batch",
        started_by=None if batch.started_by is None else StartedBy.model_validate(batch.started_by),
        run=RunCreate(inputs=row.input_values),
        overrides=row.overrides or {},
        revision=batch.revision,
        version_id=batch.version_id,
        strict_inputs=batch.strict_inputs,
    )
