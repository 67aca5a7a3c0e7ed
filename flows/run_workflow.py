"""The Prefect flow: one for all workflows, its tasks made from the stored graph.

The warm executor runs it in its own process for a run it has claimed. As a deployment
(`prefect.yaml`) any Prefect worker can run it: then it makes or takes the run itself, by the
same rules.
"""

from contextvars import ContextVar
from uuid import UUID

from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Completed, Failed

from flows.execution.run_execution import RunExecution
from flows.prefect_names import run_tags
from flows.prefect_tasks import PrefectTasks
from flows.run_here import run_here
from prefect import flow
from schemas.run import RunStatus

current_execution: ContextVar[RunExecution | None] = ContextVar("nodeloom_run", default=None)
"""The run that this process has claimed and now runs inside of the flow."""


@flow(name="run-workflow", persist_result=False)
async def run_workflow(workflow_id: int | None = None, run_id: UUID | None = None) -> State[None]:
    """Run a stored workflow, or a run that is waiting.

    Args:
        workflow_id: The workflow to run, as in its address: a new run of it is made.
        run_id: A run that is waiting to be executed; leave empty when you give a workflow.
    """
    execution = current_execution.get()
    if execution is not None:
        return await run_in_flow(execution)
    return await run_here(run_in_flow, workflow_id=workflow_id, run_id=run_id)


async def run_in_flow(execution: RunExecution) -> State[None]:
    """Run a claimed run's nodes as task runs of the current flow run; give its final state."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    claimed = execution.claimed
    status = await execution.run(
        PrefectTasks(
            context.flow_run.id,
            {row.node_id: row.id for row in claimed.executions},
            claimed.epoch,
            run_tags(claimed.workflow_id, claimed.id),
        )
    )
    if status is RunStatus.COMPLETED:
        return Completed(message=execution.summary)
    if status is RunStatus.FAILED:
        return Failed(message=execution.summary)
    return Failed(name="Lost", message="Another executor has taken this run over.")
