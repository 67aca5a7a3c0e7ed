"""A run inside of the flow run of the current context, in whichever process that is."""

import logging
from typing import Any
from uuid import UUID

from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.exceptions import Pause
from prefect.states import Cancelled, Completed, Failed

from flows.engine.run import RunExecution
from flows.prefect.host.compile import WorkflowFlow, compile_workflow
from flows.prefect.host.node_host import PrefectHost
from flows.prefect.names import LOST_STATE, flow_name
from flows.prefect.records.task_runs import TaskRuns
from schemas.wire.run import RunStatus

logger = logging.getLogger(__name__)


def compile_execution(execution: RunExecution) -> WorkflowFlow:
    """Compile what a run executes into a flow."""
    claimed = execution.claimed
    nodes = frozenset(execution.rows)
    name = flow_name(claimed.workflow_name, claimed.workflow_id)
    return compile_workflow(execution.version, nodes, name, claimed.revision)


async def execute_in_flow(execution: RunExecution, flow: WorkflowFlow) -> State[None]:
    """Execute a run, its nodes inside of their tasks; give the state that its flow run ends in.

    Raises:
        Exception: a defect of ours; the caller abandons the run.
    """
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    task_runs = TaskRuns.from_execution(execution, context.flow_run.id)
    # Prefect would break off the tasks of a flow run that is suspended; ours are paused instead.
    suspension = type(context.flow_run_suspension_request)()
    with context.model_copy(update={"flow_run_suspension_request": suspension}):
        await execution.run(PrefectHost(flow, task_runs))
    if execution.status is RunStatus.WAITING:
        await _stay_suspended(context.client, context.flow_run.id)
    return final_state(execution)


async def _stay_suspended(client: Any, flow_run_id: UUID) -> None:
    """Leave a flow run that was suspended in Prefect as it is, so that it can be resumed there."""
    try:
        state = (await client.read_flow_run(flow_run_id)).state
    except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect, the run is paused
        logger.warning("flow run %s is paused, and Prefect does not answer: %s", flow_run_id, error)
        return
    if state is not None and state.is_paused():
        raise Pause(state=state)


def final_state(execution: RunExecution) -> State[None]:
    """Give the state that a run's flow run ends in."""
    match execution.status:
        case RunStatus.COMPLETED:
            return Completed(message=execution.summary)
        case RunStatus.FAILED:
            return Failed(message=execution.summary)
        case RunStatus.CANCELLED:
            return Cancelled(message=execution.summary)
        case RunStatus.WAITING:
            # An end of its own kind: the run goes on by another claim, which has its own flow run.
            message = f"Paused: {execution.summary}. Once resumed it goes on in another flow run."
            return Completed(name="Paused", message=message)
        case _:
            return Failed(
                name=LOST_STATE, message="This worker was too slow: the run was taken from it."
            )
