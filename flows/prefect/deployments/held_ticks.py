"""Ticks whose flow runs Prefect holds back, or that somebody has cancelled there, are not taken by ourselves.

A tick that Prefect has not brought in time is taken by an executor (`flows.schedules.catch_up`). That is right
while Prefect is away, and wrong while its flow run is there and waits on purpose: the work pool or queue is
paused, a limit is reached, or it belongs to a pool of other workers.
"""

import logging
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas import FlowRun
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from db.schedule_ticks import find_due_schedules, hold_deployments, hold_schedules
from db.tables import Schedule
from flows.engine.runtime import Runtime
from flows.prefect.host.deployment_limits import AWAITING_SLOT, is_cancelled_by_limit
from flows.prefect.host.flow_run import SKIPPED
from flows.prefect.names import WORK_POOL
from flows.prefect.offered import find_offered
from flows.schedules.ticks import refuse_tick
from schemas.wire.run import RunError

logger = logging.getLogger(__name__)

OVERDUE_SECONDS: Final = 1.0
"""Long enough for a worker to have taken what Prefect does not hold back."""
LOOKAHEAD_SECONDS: Final = 10.0
"""So long before they are due it is asked whether ticks were cancelled."""
PAUSED_SECONDS: Final = 24 * 3600.0
"""The same for a paused pool or queue: somebody wants nothing to begin, whether Prefect is there or not."""
PAGE_SIZE: Final = 200
MAX_PAGES: Final = 25
"""Of schedules that are due, and of flow runs of a page of those."""
CANCELLED: Final = RunError(
    code="cancelled_in_prefect", message="Its flow run was cancelled in Prefect before it began."
)
FULL_LIMIT: Final = RunError(
    code="concurrency_limit_reached",
    message="Prefect's concurrency limit of its workflow was reached, and cancels new runs then.",
)
_NOT_BEGUN: Final = [
    StateType.SCHEDULED,
    StateType.PENDING,
    StateType.RUNNING,
    StateType.PAUSED,
    StateType.CANCELLING,
    StateType.CANCELLED,
]
"""The states of flow runs whose tick was not decided about, in all work pools."""


class HeldTicks:
    """Finds what Prefect holds back, in rounds."""

    def __init__(self, runtime: Runtime) -> None:
        """Prepare; `find` does a round."""
        self._runtime = runtime
        self._offered: list[set[UUID] | None] = []
        """In a round that has asked for it: what may be taken."""

    async def find(self, client: PrefectClient, deployments: Sequence[DeploymentResponse]) -> None:
        """Hold back the ticks that Prefect holds back, and drop those that were cancelled there."""
        if not deployments:
            return
        self._offered.clear()
        paused = await _find_paused(client, deployments)
        by_id, last = {each.id: each for each in deployments}, None
        for _ in range(MAX_PAGES):
            find = partial(find_due_schedules, seconds=LOOKAHEAD_SECONDS, limit=PAGE_SIZE)
            due = await self._runtime.run_in_transaction(partial(find, after=last, besides=paused))
            if due:
                await self._find_due(client, by_id, due)
            if len(due) < PAGE_SIZE:
                break
            last = due[-1]
        hold = partial(hold_deployments, ids=paused, seconds=PAUSED_SECONDS)
        await self._runtime.run_in_transaction(hold)

    async def _find_due(
        self,
        client: PrefectClient,
        deployments: dict[UUID, DeploymentResponse],
        due: Sequence[Schedule],
    ) -> None:
        schedules = {str(each.id): each for each in due}
        overdue_since = datetime.now(UTC) - timedelta(seconds=OVERDUE_SECONDS)
        held: set[UUID] = set()
        async for flow_run in _read_due(client, due):
            schedule = schedules.get(str(flow_run.parameters.get("schedule_id")))
            due_at = flow_run.expected_start_time
            if not (schedule and schedule.next_at and due_at and flow_run.state) or (
                not flow_run.auto_scheduled or due_at < schedule.next_at
            ):
                continue
            if flow_run.state.name == SKIPPED:  # by us, so that says nothing about the tick
                continue
            if flow_run.state.is_cancelled() or flow_run.state.is_cancelling():
                reason = FULL_LIMIT if is_cancelled_by_limit(flow_run.state) else CANCELLED
                refuse = partial(refuse_tick, schedule_id=schedule.id, due_at=due_at, reason=reason)
                await self._runtime.run_in_transaction(refuse)
                continue
            if schedule.id in held:
                continue
            deployment = deployments.get(flow_run.deployment_id or flow_run.id)
            # Others take what is in another pool; that is known before it is due, and not left to a round in time.
            is_elsewhere = deployment is not None and deployment.work_pool_name != WORK_POOL
            if is_elsewhere or (
                due_at <= overdue_since
                and flow_run.state.is_scheduled()
                and (
                    flow_run.state.name == AWAITING_SLOT
                    or not await self._is_offered(client, flow_run)
                )
            ):
                held.add(schedule.id)
        if held:
            logger.info("Prefect holds back ticks of %d schedules", len(held))
            await self._runtime.run_in_transaction(partial(hold_schedules, ids=held))

    async def _is_offered(self, client: PrefectClient, flow_run: FlowRun) -> bool:
        """Whether it may be taken, also where what may be taken is more than can be read."""
        if not self._offered:
            self._offered.append(await find_offered(client))
        [offered] = self._offered
        return offered is None or flow_run.id in offered


async def _find_paused(
    client: PrefectClient, deployments: Sequence[DeploymentResponse]
) -> list[UUID]:
    """Give the deployments whose work pool or queue is paused."""
    paused: set[tuple[str, str | None]] = set()
    pools = {each.work_pool_name for each in deployments if each.work_pool_name}
    for name in pools:
        try:
            pool = await client.read_work_pool(name)
            queues = await client.read_work_queues(work_pool_name=name, limit=PAGE_SIZE)
        except ObjectNotFound:
            continue
        paused |= {(name, each.name) for each in queues if pool.is_paused or each.is_paused}
    return [
        each.id
        for each in deployments
        if each.work_pool_name and (each.work_pool_name, each.work_queue_name) in paused
    ]


async def _read_due(client: PrefectClient, due: Sequence[Schedule]) -> AsyncGenerator[FlowRun]:
    """Give the flow runs of ticks that are due, or will be at once, the earliest first."""
    first = min(each.next_at for each in due if each.next_at)
    last = datetime.now(UTC) + timedelta(seconds=LOOKAHEAD_SECONDS)
    ids = {each.prefect_deployment_id for each in due if each.prefect_deployment_id}
    for page_number in range(MAX_PAGES):
        page = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=list(ids)),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_NOT_BEGUN)),
                expected_start_time=FlowRunFilterExpectedStartTime.model_validate(
                    {"after_": first, "before_": last}
                ),
            ),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=PAGE_SIZE,
            offset=page_number * PAGE_SIZE,
        )
        for flow_run in page:
            yield flow_run
        if len(page) < PAGE_SIZE:
            return
