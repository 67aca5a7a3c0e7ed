"""What a flow run of Prefect's asks for, and how one ends that brought a tick without a run."""

from typing import Final

from prefect.client.schemas import FlowRun
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Failed

from flows.prefect.host.run_parameters import RunParameters
from flows.prefect.host.run_request import RunRequest
from flows.prefect.names import is_own_slug
from flows.schedules.ticks import NoRun

SKIPPED: Final = "Skipped"
"""In place of Prefect's own name of a state, where nobody but ourselves has cancelled a flow run."""
_AWAITING_RETRY: Final = "AwaitingRetry"
"""The state in which Prefect's *Retry* puts a flow run."""


def to_run_request(
    flow_run: FlowRun, *, key: str, own_starts: int = 0, parameters: RunParameters | None = None
) -> RunRequest:
    """Give what a flow run that is to begin asks for; `own_starts` of its beginnings are this one.

    Raises:
        InvalidInputError: `bad_parameters`.
    """
    state = flow_run.state.name if flow_run.state else None
    parameters = parameters or RunParameters.read(flow_run.parameters)
    creator = flow_run.created_by if flow_run.auto_scheduled else None
    return RunRequest(
        flow_run_id=flow_run.id,
        key=key,
        parameters=parameters,
        tags=tuple(flow_run.tags),
        due_at=flow_run.expected_start_time if flow_run.auto_scheduled else None,
        lost_schedule=parameters.schedule_id is None
        and creator is not None
        and is_own_slug(creator.display_value),
        is_retry=state == _AWAITING_RETRY or flow_run.run_count > own_starts,
    )


def tick_end_state(tick: NoRun) -> State[None]:
    """Give the end of a flow run that brought a tick and shows no run."""
    if tick.outcome is None or tick.outcome.startswith("skipped"):
        return Cancelled(name=SKIPPED, message=tick.message)
    if tick.outcome == "refused":
        return Failed(message=tick.message)
    return Completed(name="Taken", message=tick.message)
