"""What a flow run of Prefect's asks for, and how one ends that brought a tick without a run."""

from typing import Final
from uuid import UUID

from prefect.client.schemas import FlowRun
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Failed

from flows.prefect.host.run_request import RunRequest
from flows.schedules.ticks import NoRun

_AWAITING_RETRY: Final = "AwaitingRetry"
"""The state in which Prefect's *Retry* puts a flow run."""


def to_run_request(flow_run: FlowRun, *, key: str, own_starts: int = 0) -> RunRequest:
    """Give what a flow run that is to begin asks for; `own_starts` of its beginnings are this one."""
    parameters = flow_run.parameters
    state = flow_run.state.name if flow_run.state else None
    return RunRequest(
        flow_run_id=flow_run.id,
        key=key,
        tags=tuple(flow_run.tags),
        workflow_id=_integer(parameters.get("workflow_id")),
        run_id=_uuid(parameters.get("run_id")),
        schedule_id=_uuid(parameters.get("schedule_id")),
        due_at=flow_run.expected_start_time if flow_run.auto_scheduled else None,
        is_retry=state == _AWAITING_RETRY or flow_run.run_count > own_starts,
    )


def tick_end_state(tick: NoRun) -> State[None]:
    """Give the end of a flow run that brought a tick and shows no run."""
    if tick.outcome is None or tick.outcome.startswith("skipped"):
        return Cancelled(name="Skipped", message=tick.message)
    if tick.outcome == "refused":
        return Failed(message=tick.message)
    return Completed(name="Taken", message=tick.message)


def _integer(value: object) -> int | None:
    try:
        return None if value is None else int(str(value))
    except ValueError:
        return None


def _uuid(value: object) -> UUID | None:
    try:
        return None if value is None else UUID(str(value))
    except ValueError:
        return None
