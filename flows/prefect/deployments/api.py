"""What is asked of Prefect's API about deployments."""

import contextlib
import logging
from itertools import count
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from flows.prefect.host.flow import run_workflow
from flows.prefect.host.retention_flow import run_retention
from flows.prefect.names import MOVED_ENTRYPOINTS

logger = logging.getLogger(__name__)

PAGE_SIZE: Final = 200


async def free_name(client: PrefectClient, flow_name: str, name: str, tag: str) -> str:
    """Give the name of a deployment that no other installation has taken; `tag` is that of ours."""
    try:
        taken = await client.read_deployment_by_name(f"{flow_name}/{name}")
    except ObjectNotFound:
        return name
    return name if tag in taken.tags else f"{name} · {tag.partition(':')[2]}"


async def list_deployments(client: PrefectClient, **filters: Any) -> list[DeploymentResponse]:
    """Give all deployments that fit."""
    found: list[DeploymentResponse] = []
    while True:
        page = await client.read_deployments(**filters, limit=PAGE_SIZE, offset=len(found))
        found += page
        if len(page) < PAGE_SIZE:
            return found


async def move_entrypoints(client: PrefectClient) -> None:
    """Point deployments of earlier versions to our flows: workers of other pools import them."""
    ours = FlowFilter(name=FlowFilterName(any_=[run_workflow.name, run_retention.name]))
    for each in await list_deployments(client, flow_filter=ours):
        entrypoint = MOVED_ENTRYPOINTS.get(each.entrypoint or "")
        if entrypoint is not None:
            await client.update_deployment(each.id, DeploymentUpdate(entrypoint=entrypoint))
            logger.info("deployment %s is pointed to %s", each.name, entrypoint)


async def retire(client: PrefectClient, deployment: DeploymentResponse) -> None:
    """Delete a deployment, once what somebody has started there has begun: it would be deleted, too."""
    with contextlib.suppress(ObjectNotFound):
        for each in deployment.schedules:  # with them Prefect deletes what it has planned
            await client.delete_deployment_schedule(deployment.id, each.id)
        if not await _has_waiting_start(client, deployment.id):
            await client.delete_deployment(deployment.id)
            logger.info("deployment %s is gone with its schedules", deployment.name)


async def _has_waiting_start(client: PrefectClient, deployment_id: UUID) -> bool:
    """Whether something that somebody has started there has not begun."""
    for offset in count(step=PAGE_SIZE):
        page = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
            ),
            sort=FlowRunSort.ID_DESC,
            limit=PAGE_SIZE,
            offset=offset,
        )
        if not all(each.auto_scheduled for each in page):
            return True
        if len(page) < PAGE_SIZE:
            break
    return False
