"""Holds back flow runs of deployments with a concurrency limit, as Prefect's own workers do.

Prefect counts slots with leases that the process which took one renews. Ours are counted anew each time, from the
flow runs of the deployment that are under way and our runs that wait for a worker, so a worker that dies leaves no
slot behind, and none is lost while a run waits. Two recorders do not count at the same time.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
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
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Scheduled

from db.limits.fair_queue import lock_queue
from db.mirror.mirrored_runs import count_open_shown
from flows.engine.runtime import Runtime

AWAITING_SLOT: Final = "AwaitingConcurrencySlot"
"""Prefect's name for a flow run that waits for its deployment's limit."""
LIMIT_TTL_SECONDS: Final = 5.0
"""So long it is believed that a deployment has this limit, or none."""
HELD_SECONDS: Final = 30.0
"""So long ticks are left to Prefect after it was seen to hold them back; it may go away meanwhile."""
FULL_SECONDS: Final = 2.0
"""So long a deployment is left alone that was found to be full."""
MAX_KNOWN: Final = 1_000
PAGE_SIZE: Final = 200
_COUNTED: Final = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


@dataclass(frozen=True)
class DeploymentLimit:
    """How many flow runs of a deployment may be under way, and what becomes of others."""

    deployment_id: UUID
    slots: int
    cancels: bool
    """Others are cancelled instead of waiting."""
    full: bool = False

    def state_of(self, flow_run: FlowRun) -> State[None] | None:
        """Give the state in which one that has no slot is shown; None: it is shown so."""
        if self.cancels:
            return Cancelled(message=f"{self._reached()} New runs are cancelled then.")
        if flow_run.state is None or flow_run.state.name not in ("Scheduled", "Late"):
            return None
        return Scheduled(
            name=AWAITING_SLOT,
            scheduled_time=flow_run.next_scheduled_start_time,
            message=f"{self._reached()} It begins when one of its runs has ended.",
        )

    def _reached(self) -> str:
        return f"The concurrency limit of this deployment, {self.slots}, is reached."


class DeploymentLimits:
    """The limits of deployments, as this process knows them."""

    def __init__(self, runtime: Runtime, client: PrefectClient) -> None:
        """Know none."""
        self._runtime = runtime
        self._client = client
        self._known: dict[UUID, tuple[float, DeploymentLimit | None]] = {}
        self._full_until: dict[UUID, float] = {}
        self._lock = asyncio.Lock()

    def is_full(self, deployment_id: UUID | None) -> bool:
        """Whether a deployment was found to be full a moment ago."""
        return deployment_id is not None and time.monotonic() < self._full_until.get(
            deployment_id, 0.0
        )

    @asynccontextmanager
    async def slot(self, flow_run: FlowRun) -> AsyncGenerator[DeploymentLimit | None]:
        """Give the limit that goes for a flow run, and whether it is full; None: there is none.

        Until this is left nobody else is given a slot of it: by then our run is there, and counts.
        """
        limit = await self._find(flow_run.deployment_id)
        if limit is None:
            yield None
            return
        async with self._lock:
            if self.is_full(limit.deployment_id):
                yield replace(limit, full=True)
                return
            async with self._runtime.sessions.begin() as session:
                await session.run_sync(lock_queue, f"deployment {limit.deployment_id}")
                full = await self._count(flow_run, limit.deployment_id) >= limit.slots
                if full:
                    self._full_until[limit.deployment_id] = time.monotonic() + FULL_SECONDS
                yield replace(limit, full=full)

    async def _count(self, flow_run: FlowRun, deployment_id: UUID) -> int:
        """Count what is under way of a deployment, beside this flow run."""
        found = await self._client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]),
                state=FlowRunFilterState(
                    type=FlowRunFilterStateType(any_=[*_COUNTED, StateType.SCHEDULED])
                ),
                expected_start_time=FlowRunFilterExpectedStartTime.model_validate(
                    {"before_": datetime.now(UTC)}
                ),
            ),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=PAGE_SIZE,
        )
        others = [each for each in found if each.id != flow_run.id]
        taken = [each.id for each in others if each.state_type is StateType.SCHEDULED]
        counted = await self._runtime.run_in_transaction(partial(count_open_shown, ids=taken))
        return counted + len(others) - len(taken)

    async def _find(self, deployment_id: UUID | None) -> DeploymentLimit | None:
        if deployment_id is None:
            return None
        now = time.monotonic()
        asked_at, limit = self._known.get(deployment_id, (float("-inf"), None))
        if now - asked_at > LIMIT_TTL_SECONDS:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
                self._full_until.clear()
            limit = await self._read(deployment_id)
            self._known[deployment_id] = now, limit
        return limit

    async def _read(self, deployment_id: UUID) -> DeploymentLimit | None:
        try:
            found = await self._client.read_deployment(deployment_id)
        except ObjectNotFound:
            return None
        limit, options = found.global_concurrency_limit, found.concurrency_options
        if limit is None or not limit.active:
            return None
        strategy = options.collision_strategy if options else ConcurrencyLimitStrategy.ENQUEUE
        cancels = strategy is ConcurrencyLimitStrategy.CANCEL_NEW
        return DeploymentLimit(deployment_id, limit.limit, cancels)
