"""The flow that deployments name: whichever Prefect worker runs it makes or takes a run by our rules.

Its tasks are those of the workflow's own flow (`flows.prefect.host.compile`).
"""

import asyncio
import logging
from contextvars import ContextVar
from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext

from flows.engine.host import RunningNode
from flows.engine.run import RunExecution
from flows.prefect.host.compile import RESULTS
from flows.prefect.host.execute import final_state
from flows.prefect.host.standalone import run_standalone
from flows.prefect.records.run_mirror import RunMirror
from flows.prefect.records.task_runs import TaskRuns

logger = logging.getLogger(__name__)

current_mirror: ContextVar[RunMirror | None] = ContextVar("nodeloom_mirror", default=None)
"""The run that this process executes and the flow is to show."""


@flow(name="run-workflow", persist_result=False, result_storage=RESULTS)
async def run_workflow(
    workflow_id: int | None = None, run_id: UUID | None = None, schedule_id: UUID | None = None
) -> State[None]:
    """Run a stored workflow, or a run that is waiting.

    Args:
        workflow_id: The workflow to run, as in its address: a new run of it is made.
        run_id: A run that is waiting to be executed; leave empty when you give a workflow.
        schedule_id: A schedule that is due; what its deployment says, and nobody else need.
    """
    mirror = current_mirror.get()
    if mirror is not None:
        return await mirror_nodes(mirror)
    return await run_standalone(workflow_id=workflow_id, run_id=run_id, schedule_id=schedule_id)


async def mirror_nodes(mirror: RunMirror) -> State[None]:
    """Be a task run beside each node, until the run has ended; give the flow's final state."""
    task_runs = _task_runs(mirror.execution)
    async with asyncio.TaskGroup() as group:
        async for running in mirror.started_nodes():
            group.create_task(_mirror_node(task_runs, running))
            await asyncio.sleep(0)  # a hundred at once would hold everything up
    return final_state(mirror.execution)


async def _mirror_node(task_runs: TaskRuns, running: RunningNode) -> None:
    try:
        await task_runs.mirror(running)
    except Exception:
        # That Prefect cannot show a node is no reason to stop showing the others.
        logger.warning("Prefect cannot show node %s", running.step.node_id, exc_info=True)


def _task_runs(execution: RunExecution) -> TaskRuns:
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    return TaskRuns.from_execution(execution, context.flow_run.id)
