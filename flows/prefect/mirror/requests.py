"""What operators ask of runs by changing the states of flow runs in Prefect.

Cancelled or marked as failed: our run is cancelled. Suspended or paused: our run is paused. Marked as
completed: that cannot be, and is set back. What is done or not is said in the state that follows, and our own
pauses are shown as *Suspended*. *Resume* makes a flow run due, as a start does, so whoever serves its work pool
sees to it. Everything here may be done twice.
"""

import contextlib
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from prefect.client.schemas.objects import State, StateType
from prefect.states import Cancelling, Pending, Running
from sqlalchemy.orm import Session

from db.mirror.mirrored_runs import (
    OpenMirroredRun,
    find_open_mirrored,
    find_running_mirrored,
    find_waiting_mirrored,
)
from db.queue.pauses import request_pause
from db.queue.recovery import request_cancel
from flows.engine.runtime import Runtime
from flows.prefect.mirror.api import PAGE_SIZE, PrefectRunApi
from flows.prefect.states import (
    StateRequest,
    find_state_request,
    paused_state,
    waiting_message,
)
from schemas.errors import ConflictError, NotFoundError
from schemas.wire.run import RunStatus

logger = logging.getLogger(__name__)

OPEN_RUNS_PER_PASS: Final = 5 * PAGE_SIZE
_ASKING: Final = (
    StateType.CANCELLING,
    StateType.CANCELLED,
    StateType.FAILED,
    StateType.COMPLETED,
    StateType.CRASHED,
    StateType.PAUSED,
    StateType.SCHEDULED,
    StateType.PENDING,
)
_GOING_ON: Final = (StateType.PENDING, StateType.RUNNING, StateType.SCHEDULED)


class RequestReader:
    """Reads what operators ask for, of a bounded number of runs at a time."""

    def __init__(self, runtime: Runtime) -> None:
        """Begin with any runs."""
        self._runtime = runtime
        self._after: UUID | None = None

    async def apply_requests(self, api: PrefectRunApi) -> None:
        """Do what operators ask for, a bounded part of it, and show pauses.

        Of all runs that are executed, and of some of those that wait, which may be many: the next time
        of the next ones.
        """
        find = self._runtime.run_in_transaction
        running = await find(partial(find_running_mirrored, limit=OPEN_RUNS_PER_PASS))
        waiting = await find(
            partial(find_waiting_mirrored, after=self._after, limit=OPEN_RUNS_PER_PASS)
        )
        self._after = waiting[-1].id if len(waiting) == OPEN_RUNS_PER_PASS else None
        found = running + waiting
        for first in range(0, len(found), PAGE_SIZE):
            runs = {run.flow_run_id: run for run in found[first : first + PAGE_SIZE]}
            for flow_run in await api.list_in_states(list(runs), _ASKING):
                if flow_run.state is not None:
                    await _apply(self._runtime, api, runs[flow_run.id], flow_run.state)
            paused = [id for id, run in runs.items() if run.status is RunStatus.WAITING]
            for flow_run in await api.list_in_states(paused, _GOING_ON) if paused else ():
                # One of a work pool is to be resumed by whoever serves that.
                if not (flow_run.state_type is StateType.SCHEDULED and flow_run.work_pool_name):
                    await _show(self._runtime, api, runs[flow_run.id])


async def _apply(
    runtime: Runtime, api: PrefectRunApi, run: OpenMirroredRun, state: State[Any]
) -> None:
    request = find_state_request(run, state)
    if request in (StateRequest.CANCEL, StateRequest.FAIL):
        logger.info("run %s was cancelled in Prefect (%s)", run.id, state.name)
        if await _request(runtime, request_cancel, run) and request is StateRequest.FAIL:
            message = f"Marked as {state.name} here: run {run.id} is cancelled for that."
            await api.set_state(run.flow_run_id, Cancelling(message=message))
    elif request is StateRequest.PAUSE:
        logger.info("run %s was paused in Prefect", run.id)
        await _request(runtime, request_pause, run)
        await _show(runtime, api, run)
    elif request is StateRequest.COMPLETE:
        hint = "what has not completed cannot be marked so. Cancel it to end it."
        await _show(runtime, api, run, f"Run {run.id} goes on: {hint}")
    elif request is StateRequest.SHOW:
        await _show(runtime, api, run, f"Run {run.id} goes on.")


async def _request(
    runtime: Runtime, request: Callable[[Session, str, UUID], object], run: OpenMirroredRun
) -> bool:
    """Ask for something in the owner's name; False: the run has ended meanwhile."""
    with contextlib.suppress(ConflictError, NotFoundError):
        await runtime.run_in_transaction(lambda session: request(session, run.owner_id, run.id))
        return True
    return False


async def _show(
    runtime: Runtime, api: PrefectRunApi, run: OpenMirroredRun, message: str = ""
) -> None:
    """Show a run that has still not ended, as it is now."""
    for each in await runtime.run_in_transaction(partial(find_open_mirrored, id=run.id)):
        if each.flow_run_id != run.flow_run_id:
            continue
        if each.pausing:
            await api.set_state(each.flow_run_id, paused_state(each.id, each.status))
        elif each.status is RunStatus.RUNNING:
            await api.set_state(each.flow_run_id, Running(message=message))
        elif each.queued:
            await api.set_state(each.flow_run_id, Pending(message=waiting_message(each.id)))
