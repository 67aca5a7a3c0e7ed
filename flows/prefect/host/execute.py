"""A run inside of the flow run of the current context, in whichever process that is."""

from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Cancelled, Completed, Failed

from flows.engine.run import RunExecution
from flows.prefect.host.compile import WorkflowFlow, compile_workflow
from flows.prefect.host.node_host import PrefectHost
from flows.prefect.names import LOST_STATE, flow_name
from flows.prefect.records.task_runs import TaskRuns
from schemas.wire.run import RunStatus


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
    await execution.run(PrefectHost(flow, task_runs))
    return final_state(execution)


def final_state(execution: RunExecution) -> State[None]:
    """Give the state that a run's flow run ends in."""
    match execution.status:
        case RunStatus.COMPLETED:
            return Completed(message=execution.summary)
        case RunStatus.FAILED:
            return Failed(message=execution.summary)
        case RunStatus.CANCELLED:
            return Cancelled(message=execution.summary)
        case _:
            return Failed(
                name=LOST_STATE, message="This worker was too slow: the run was taken from it."
            )
