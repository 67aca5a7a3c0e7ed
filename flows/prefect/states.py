"""Which end Prefect is told of a run and of a node. Ours decides; Prefect's is written to match."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, Final
from uuid import UUID

from prefect.client.schemas.objects import State, StateType
from prefect.states import Cancelled, Completed, Crashed, Failed, Suspended

from db.mirror.mirrored_runs import MirroredRun, OpenMirroredRun
from db.queue.recovery import RECOVERY_EXECUTOR_ID
from db.tables import NodeExecution
from flows.engine.outcome import Outcome
from flows.prefect.names import PAUSE_KEY, describe_media
from schemas.values import (
    AssetValue,
    ItemValue,
    TextValue,
    Value,
    items_of,
    outputs_adapter,
)
from schemas.wire.run import NodeStatus, RunError, RunStatus

GRACE_SECONDS: Final = 10.0
"""So long after a run's end its executor may still be telling Prefect itself."""
WORKER_STOPPED: Final = "Its worker stopped."
"""How the state of a flow run begins to speak whose run another worker goes on with."""
BEGIN_SECONDS: Final = 5.0
"""So long after it was due a flow run may still be about to say itself that it runs."""
_WORKER_LOST: Final = "executor_lost"


def flow_run_end_state(run: MirroredRun, claim: int, *, current: bool) -> State[None] | None:
    """Give the end of the flow run that shows one claim of a run; None: leave it as it is.

    `current` says whether our row names this flow run.
    """
    swept = run.executor_id == RECOVERY_EXECUTOR_ID and claim == run.epoch - 1
    if run.status.terminal and (swept or claim == run.epoch):
        return _end_state(run) if run.ended_seconds_ago >= GRACE_SECONDS else None
    if run.epoch == 0:  # it was asked for in Prefect and waits for its first worker
        return None
    if claim > run.epoch or (
        claim == run.epoch and run.status in (RunStatus.RUNNING, RunStatus.WAITING)
    ):
        return None
    return Crashed(message=f"{WORKER_STOPPED} {_takeover_message(run, current=current)}")


class StateRequest(Enum):
    """What the state of a flow run asks of our run, or of Prefect's record."""

    CANCEL = auto()
    FAIL = auto()
    COMPLETE = auto()
    PAUSE = auto()
    SHOW = auto()
    """It shows something else than what the run does."""


def find_state_request(run: OpenMirroredRun, state: State[Any]) -> StateRequest | None:
    """Tell what the state that a flow run is in asks for, while our run has not ended.

    Of a run that its executor has given up nothing is asked but its end.
    """
    if state.is_cancelling() or state.is_cancelled():
        return StateRequest.CANCEL
    if run.status is RunStatus.PENDING and not run.queued:
        return None
    if state.is_paused() and state.state_details.pause_key == PAUSE_KEY:
        if run.status is RunStatus.PENDING:
            return None
        shown = run.pausing and state.message == paused_state(run.id, run.status).message
        return None if shown else StateRequest.SHOW
    if state.is_pending() or state.is_scheduled():  # it goes on where it is
        waited = datetime.now(UTC) - _due_at(state) > timedelta(seconds=BEGIN_SECONDS)
        return StateRequest.SHOW if run.status is RunStatus.RUNNING and waited else None
    asked = {
        StateType.FAILED: StateRequest.FAIL,
        StateType.COMPLETED: StateRequest.COMPLETE,
        StateType.PAUSED: StateRequest.PAUSE,
        StateType.CRASHED: StateRequest.SHOW,
    }
    return asked.get(state.type)


def _due_at(state: State[Any]) -> datetime:
    """Give since when a flow run may begin in this state."""
    due = state.state_details.scheduled_time
    return max(state.timestamp, due) if due and due < datetime.now(UTC) else state.timestamp


def deleted_run_state(status: RunStatus) -> State[None]:
    """Give the end of a flow run whose run was deleted here, and how it was then."""
    make = {RunStatus.COMPLETED: Completed, RunStatus.FAILED: Failed}.get(status, Cancelled)
    return make(message=f"Recorded later: the run was {status} when it was deleted.")


def paused_state(run_id: UUID, status: RunStatus) -> State[None]:
    """Give the state in which a flow run shows that our run is paused, or is to be."""
    what = f"Run {run_id} is paused"
    if status is RunStatus.RUNNING:
        what = f"Run {run_id} begins no further node; it is paused when those at work have ended"
    how = "Resume it here, if this flow run has a deployment, or in Nodeloom's editor."
    return Suspended(message=f"{what}. {how}", pause_key=PAUSE_KEY)


def waiting_message(run_id: UUID) -> str:
    """Say that a run waits in the queue."""
    return f"Run {run_id} waits for a worker with room."


def task_run_end_state(outcome: Outcome) -> State[None]:
    """Give the end of a task run."""
    if outcome.reused_from is not None:
        return Completed(name="Cached", message=f"taken over from run {outcome.reused_from}")
    if outcome.completed:
        return Completed(message=_describe_outputs(outcome.values))
    error = outcome.error
    message = f"{error.code}: {error.message}" if error else None
    if outcome.status is NodeStatus.CANCELLED:
        return Cancelled(message=message)
    return Failed(message=message)


def to_outcome(row: NodeExecution) -> Outcome:
    """Give how a node ended, from its row."""
    return Outcome(
        NodeStatus(row.status),
        values=outputs_adapter.validate_python(row.outputs),
        error=RunError.model_validate(row.error) if row.error else None,
        reused_from=row.reused_from,
    )


def _end_state(run: MirroredRun) -> State[None]:
    message = _recorded_later_message(run)
    match run.status:
        case RunStatus.COMPLETED:
            return Completed(message=message)
        case RunStatus.CANCELLED:
            return Cancelled(message=message)
        case _ if run.error and run.error.get("code") == _WORKER_LOST:
            return Crashed(message=message)
        case _:
            return Failed(message=message)


def _recorded_later_message(run: MirroredRun) -> str:
    """Say what Prefect's own times do not: it takes those of the moment in which it is told."""
    times = [
        moment.isoformat(" ", "seconds") for moment in (run.started_at, run.finished_at) if moment
    ]
    error = f" {run.error['message']}" if run.error else ""
    return f"Recorded later: {run.status}, {' to '.join(times)}.{error}"


def _takeover_message(run: MirroredRun, *, current: bool) -> str:
    name = f"Run {run.id}"
    if run.status.terminal:
        return f"{name} was taken over and ended as {run.status}{_flow_run_hint(run, current=current)}."
    if run.status is RunStatus.PENDING:
        return f"{name} waits for another one."
    return f"{name} goes on in another one{_flow_run_hint(run, current=current)}."


def _flow_run_hint(run: MirroredRun, *, current: bool) -> str:
    return "" if current or run.flow_run_id is None else f": flow run {run.flow_run_id}"


def _describe_outputs(values: Mapping[str, Value]) -> str | None:
    """Say what came out, without showing it."""
    found = [text for value in items_of(values.values()) if (text := _describe(value))]
    more = f"; {len(found) - 1} more" if found[1:] else ""
    return f"{found[0]}{more}" if found else None


def _describe(value: ItemValue) -> str | None:
    if isinstance(value, TextValue):
        return f"{len(value.text):,} characters of text"
    return describe_media(value) if isinstance(value, AssetValue) else None
