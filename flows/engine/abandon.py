"""Ends a run that met a defect of ours: its open nodes are skipped, the run is FAILED."""

import asyncio

from sqlalchemy.orm import Session

from db.queue.claims import ClaimedRun
from db.queue.recovery import fail_run
from flows.engine.context import Runtime
from flows.engine.durable import write_durably
from schemas.errors import AppError, InvalidGraphError
from schemas.wire.run import RunError


async def abandon(runtime: Runtime, claimed: ClaimedRun, error: Exception) -> None:
    """Fail the run now rather than after five fruitless recoveries."""
    public = _public(claimed, error)

    def write(session: Session) -> None:
        fail_run(session, claimed.id, claimed.epoch, public)

    what = f"failure of run {claimed.id}"
    await write_durably(runtime.sessions, write, lost=asyncio.Event(), what=what)


def _public(claimed: ClaimedRun, error: Exception) -> RunError:
    if isinstance(error, InvalidGraphError):
        first = error.problems[0].message if error.problems else error.message
        return RunError(code=error.code, message=f"This version can no longer run: {first}")
    if isinstance(error, AppError):
        return RunError(code=error.code, message=error.message)
    return RunError(
        code="internal_error",
        message="Something went wrong inside Nodeloom; the worker's log has the details under"
        f" {claimed.id}.",
    )
