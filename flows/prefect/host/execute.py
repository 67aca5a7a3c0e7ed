"""A run inside of the flow run of the current context, in whichever process that is."""

import asyncio
import logging
from typing import Final
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.exceptions import Pause
from prefect.states import Cancelled, Completed, Failed

from flows.engine.run import RunExecution
from flows.prefect.host.compile import WorkflowFlow, compile_workflow
from flows.prefect.host.node_host import PrefectHost
from flows.prefect.names import flow_name
from flows.prefect.records.send_queue import SendQueue
from flows.prefect.records.task_events import flow_run_resources
from flows.prefect.records.task_runs import TaskRuns
from flows.prefect.states import paused_state
from schemas.wire.run import RunStatus

logger = logging.getLogger(__name__)

PAUSE_TIMEOUT_SECONDS: Final = 5.0


def compile_execution(execution: RunExecution) -> WorkflowFlow:
    """Compile what a run executes into a flow."""
    claimed = execution.claimed
    nodes = frozenset(execution.rows)
    name = flow_name(claimed.workflow_name, claimed.workflow_id)
    return compile_workflow(execution.version, nodes, name, claimed.revision)


async def execute_in_flow(
    execution: RunExecution, flow: WorkflowFlow, queue: SendQueue
) -> State[None]:
    """Execute a run, its nodes inside of their tasks; give the state that its flow run ends in.

    What happens to its task runs is sent from the queue.

    Raises:
        Pause: the run was paused, and its flow run is shown as suspended; or how it ended is not
            known here, and the reconciler says it.
        Exception: a defect of ours; the caller abandons the run.
    """
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    task_runs = TaskRuns.from_execution(execution, context.flow_run.id)
    # Prefect would break off the tasks of a flow run that is suspended; ours are paused instead.
    suspension = type(context.flow_run_suspension_request)()
    with context.model_copy(update={"flow_run_suspension_request": suspension}):
        resources = flow_run_resources(context.flow_run)
        await execution.run(PrefectHost(flow, task_runs, queue, resources))
    if execution.status is RunStatus.WAITING:
        await _show_pause(execution, context.flow_run.id)
        # Prefect's engine logs in which state it leaves a flow run.
        context.flow_run.state = paused_state(execution.claimed.id, RunStatus.WAITING)
    return final_state(execution)


def final_state(execution: RunExecution) -> State[None]:
    """Give the state that a run's flow run ends in.

    Raises:
        Pause: none, as far as is known here; leaves the flow run as it is. Where the run was lost,
            another executor goes on with it, or it has ended and the commit's answer was lost.
    """
    match execution.status:
        case RunStatus.COMPLETED:
            return Completed(message=execution.summary)
        case RunStatus.FAILED:
            return Failed(message=execution.summary)
        case RunStatus.CANCELLED:
            return Cancelled(message=execution.summary)
        case _:
            raise Pause


async def _show_pause(execution: RunExecution, flow_run_id: UUID) -> None:
    """Show that a run is paused; where Prefect does not answer the reconciler does it."""
    run_id = execution.claimed.id
    try:
        async with asyncio.timeout(PAUSE_TIMEOUT_SECONDS), get_client() as client:
            state = paused_state(run_id, RunStatus.WAITING)
            await client.set_flow_run_state(flow_run_id, state, force=True)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect, the run is paused
        logger.warning("Prefect does not show yet that run %s is paused: %s", run_id, error)
