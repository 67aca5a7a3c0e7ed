"""The Prefect flow: one for all workflows, its tasks drawn from the stored graph.

The warm executor runs it beside a run it has claimed. As a deployment (`prefect.yaml`) any
Prefect worker can run it: then it makes or takes the run itself, by the same rules.
"""

from contextvars import ContextVar
from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State

from flows.prefect_mirror import Mirror
from flows.run_here import run_here

current_mirror: ContextVar[Mirror | None] = ContextVar("nodeloom_mirror", default=None)
"""The run that this process executes and the flow is to show."""


@flow(name="run-workflow", persist_result=False)
async def run_workflow(workflow_id: int | None = None, run_id: UUID | None = None) -> State[None]:
    """Run a stored workflow, or a run that is waiting.

    Args:
        workflow_id: The workflow to run, as in its address: a new run of it is made.
        run_id: A run that is waiting to be executed; leave empty when you give a workflow.
    """
    mirror = current_mirror.get()
    if mirror is not None:
        return await mirror.show()
    return await run_here(workflow_id=workflow_id, run_id=run_id)
