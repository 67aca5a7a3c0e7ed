"""The flow that deployments name: whichever Prefect worker runs it makes or takes a run by our rules.

Its tasks are those of the workflow's own flow (`flows.prefect.host.compile`).
"""

import logging
from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State

from flows.prefect.host.compile import RESULTS
from flows.prefect.host.standalone import run_standalone

logger = logging.getLogger(__name__)


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
    return await run_standalone(workflow_id=workflow_id, run_id=run_id, schedule_id=schedule_id)
