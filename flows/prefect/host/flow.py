"""The flow that deployments name: whichever Prefect worker runs it makes or takes a run by our rules.

Its tasks are those of the workflow's own flow (`flows.prefect.host.compile`).
"""

import logging
from typing import Any
from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import State

from flows.prefect.host.compile import RESULTS
from flows.prefect.host.run_parameters import ReuseKind, ScopeKind
from flows.prefect.host.standalone import run_standalone

logger = logging.getLogger(__name__)


@flow(name="run-workflow", persist_result=False, result_storage=RESULTS)
async def run_workflow(
    workflow_id: int,
    *,
    revision: int | None = None,
    scope: ScopeKind = "all",
    nodes: list[str] | None = None,
    reuse: ReuseKind = "auto",
    inputs: dict[str, Any] | None = None,
    run_id: UUID | None = None,
    schedule_id: UUID | None = None,
) -> State[None]:
    """Run a stored workflow, or a run that is waiting.

    Args:
        workflow_id: The workflow to run, as in its address: a new run of it is made.
        revision: An earlier revision of the workflow; the newest, if it is left empty.
        scope: All nodes; these nodes; a node and what depends on it; or a node and what it needs.
        nodes: The ids of the scope's nodes.
        reuse: Whether earlier results are used instead of running a node again.
        inputs: Values for what the workflow declares as inputs, by name.
        run_id: A run that is waiting to be executed; Nodeloom sets it, and nobody else need.
        schedule_id: A schedule that is due; what its deployment says, and nobody else need.
    """
    given = {
        "workflow_id": workflow_id,
        "revision": revision,
        "scope": scope,
        "nodes": nodes,
        "reuse": reuse,
        "inputs": inputs,
        "run_id": run_id,
        "schedule_id": schedule_id,
    }
    return await run_standalone(given)
