"""Holds back flow runs of deployments with a concurrency limit, as Prefect's own workers do.

Prefect counts slots with leases that the process which took one renews. Ours are counted anew each time, from the
flow runs of the deployment that are under way and our runs that wait for a worker, so a worker that dies leaves no
slot behind, and none is lost while a run waits. Two recorders do not count at the same time.

What has no slot is made due some time later, or so many of those would hide what may begin. It is made due now
once a slot is free.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID
from weakref import WeakValueDictionary

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas import FlowRun
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterId,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Scheduled

from db.limits.fair_queue import lock_queue
from db.mirror.mirrored_runs import find_open_flow_runs
from flows.engine.runtime import Runtime

AWAITING_SLOT: Final = "AwaitingConcurrencySlot"
"""Prefect's name for a flow run that waits for its deployment's limit."""
LIMIT_TTL_SECONDS: Final = 5.0
"""So long it is believed that a deployment has this limit, or none."""
FULL_SECONDS: Final = 2.0
"""So long it is believed that a deployment is full, and between two looks for a slot that is free."""
WAIT_SECONDS: Final = 60.0
"""So much later what waits for a slot is due by itself, as a recorder may end that has seen it."""
SLOT_SECONDS: Final = 10.0
"""So long Prefect may take while a slot is given: PostgreSQL ends a session that does nothing for longer."""
MAX_CONNECTIONS: Final = 2
"""Connections to the database that wait for Prefect, of those that runs use, too."""
RELEASED_PER_PASS: Final = 20
"""Deployments that are looked at for a slot that is free, of those with something that waits."""
MAX_KNOWN: Final = 1_000
MAX_OPEN_RUNS: Final = 1_000
PAGE_SIZE: Final = 200
_COUNTED: Final = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_LIMIT: Final = "The concurrency limit of this deployment"
_LIMIT_OF_PREFECT: Final = "Deployment concurrency limit reached."
"""What Prefect's own workers have it say."""
_NEW: Final = ("Scheduled", "Late")
_WAITING: Final = [AWAITING_SLOT, "AwaitingRetry", "Resuming"]


def is_cancelled_by_limit(state: State[Any]) -> bool:
    """Whether nobody but the limit of its deployment has cancelled a flow run."""
    return (state.message or "").startswith((_LIMIT, _LIMIT_OF_PREFECT))


@dataclass(frozen=True)
class DeploymentLimit:
    """How many flow runs of a deployment may be under way, and what becomes of others."""

    deployment_id: UUID
    slots: int
    cancels: bool
    """Others are cancelled instead of waiting."""
    full: bool = False

    def state_of(self, flow_run: FlowRun, *, shows_open_run: bool) -> State[None]:
        """Give the state of one that has no slot; one whose run goes on waits, as that has begun."""
        if self.cancels and not shows_open_run:
            return Cancelled(message=f"{self._reached()} New runs are cancelled then.")
        name = flow_run.state.name if flow_run.state else None
        return Scheduled(
            name=AWAITING_SLOT if name is None or name in _NEW else name,
            scheduled_time=datetime.now(UTC) + timedelta(seconds=WAIT_SECONDS),
            message=f"{self._reached()} It begins when one of its runs has ended.",
        )

    def _reached(self) -> str:
        return f"{_LIMIT}, {self.slots}, is reached."


class DeploymentLimits:
    """The limits of deployments, as this process knows them."""

    def __init__(self, runtime: Runtime, client: PrefectClient) -> None:
        """Know none."""
        self._runtime = runtime
        self._client = client
        self._known: dict[UUID, tuple[float, DeploymentLimit | None]] = {}
        self._full_until: dict[UUID, float] = {}
        self._waiting: dict[UUID, None] = {}
        """Deployments of which something waits."""
        self._locks = WeakValueDictionary[UUID, asyncio.Lock]()
        self._connections = asyncio.Semaphore(MAX_CONNECTIONS)

    @asynccontextmanager
    async def slot(self, flow_run: FlowRun) -> AsyncGenerator[DeploymentLimit | None]:
        """Give the limit that goes for a flow run, and whether it is full; None: there is none.

        Until this is left nobody else is given a slot of it: by then our run is there, and counts.

        Raises:
            TimeoutError: Prefect did not answer in time.
        """
        limit = await self._find(flow_run.deployment_id)
        if limit is None:
            yield None
            return
        id, sessions = limit.deployment_id, self._runtime.sessions
        async with self._locks.setdefault(id, asyncio.Lock()):
            if time.monotonic() >= self._full_until.get(id, 0.0):
                async with (
                    self._connections,
                    asyncio.timeout(SLOT_SECONDS),
                    sessions.begin() as session,
                ):
                    await session.run_sync(lock_queue, f"deployment {id}")
                    shown = await session.run_sync(find_open_flow_runs, MAX_OPEN_RUNS)
                    if await self._count(id, shown - {flow_run.id}, flow_run.id) < limit.slots:
                        yield limit
                        return
                self._full_until[id] = time.monotonic() + FULL_SECONDS
        if len(self._waiting) < MAX_KNOWN:
            self._waiting[id] = None
        yield replace(limit, full=True)

    async def release(self) -> bool:
        """Make due what has a slot now of what waits, the earliest first; whether there was some."""
        if not self._waiting:
            return False
        shown = await self._runtime.run_in_transaction(
            partial(find_open_flow_runs, limit=MAX_OPEN_RUNS)
        )
        released = False
        for id in list(self._waiting)[:RELEASED_PER_PASS]:
            del self._waiting[id]
            limit = await self._find(id)
            free = PAGE_SIZE if limit is None else limit.slots - await self._count(id, shown)
            waiting = await self._find_waiting(id, max(min(free, PAGE_SIZE), 1))
            if waiting:
                self._waiting[id] = None  # behind the others
            for each in waiting if free > 0 else ():
                self._full_until.pop(id, None)
                released = True
                state = Scheduled(name=each.state_name, message="A slot of its deployment is free.")
                with contextlib.suppress(ObjectNotFound):
                    await self._client.set_flow_run_state(each.id, state, force=True)
        return released

    async def _find_waiting(self, deployment_id: UUID, limit: int) -> list[FlowRun]:
        """Give flow runs that wait for a slot and are not due yet."""
        now = datetime.now(UTC)
        before = FlowRunFilterExpectedStartTime.model_validate({"before_": now})
        later = FlowRunFilterNextScheduledStartTime.model_validate({"after_": now})
        return await self._client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]),
                state=FlowRunFilterState(
                    type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]),
                    name=FlowRunFilterStateName(any_=_WAITING),
                ),
                expected_start_time=before,
                next_scheduled_start_time=later,
            ),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=limit,
        )

    async def _count(
        self, deployment_id: UUID, shown: Collection[UUID], besides: UUID | None = None
    ) -> int:
        """Count what is under way of a deployment; `shown` are the flow runs of open runs of ours.

        Those that Prefect does not hold to have begun go first: one that begins meanwhile counts twice.
        """
        taken = await self._count_flow_runs(deployment_id, [StateType.SCHEDULED], shown)
        return taken + await self._count_flow_runs(deployment_id, _COUNTED, besides=besides)

    async def _count_flow_runs(
        self,
        deployment_id: UUID,
        types: Sequence[StateType],
        ids: Collection[UUID] | None = None,
        besides: UUID | None = None,
    ) -> int:
        if ids is not None and not ids:
            return 0
        return await self._client.count_flow_runs(
            flow_run_filter=FlowRunFilter(
                id=FlowRunFilterId(
                    any_=None if ids is None else list(ids),
                    not_any_=None if besides is None else [besides],
                ),
                deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types))),
            )
        )

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
