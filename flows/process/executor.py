"""The warm executor: claims runs from PostgreSQL and executes them in this process.

Start as many as you like, on as many machines as you like: they share nothing but the
database. A run that was acknowledged is executed even when nobody was listening at that
moment: the notification is a hint, the table is the truth.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final
from uuid import UUID

from db.limits.concurrency import LIMITS_CHANNEL
from db.postgres.background import Background, wait_for_event
from db.postgres.listen import listen
from db.postgres.notify import LIVE_REQUESTS_CHANNEL, WEBHOOKS_CHANNEL
from db.postgres.outage import OUTAGE_ERRORS
from db.queue.batches import BATCHES_CHANNEL
from db.queue.claims import ClaimedRun, claim_runs_at_once
from db.queue.leases import find_stop_requests, release_lease
from db.schedules import SCHEDULES_CHANNEL
from flows.engine.leases import LEASE_SECONDS, LeaseRenewer, make_executor_id
from flows.engine.run import RunExecution, abandon_run
from flows.engine.runtime import Runtime, open_runtime
from flows.functions.batches.feed import BatchFeeder
from flows.functions.webhooks import WebhookDeliverer
from flows.maintenance.retention import Retention
from flows.prefect.loading import load_prefect
from flows.process.isolation import Isolation
from flows.schedules.catch_up import TickPoller
from schemas.settings import Settings

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
IDLE_POLL_SECONDS: Final = 2.0
"""Between two looks at the queue while nothing is executed here, and no notification told of a run."""
STARTUP_SECONDS: Final = 3.0
STOP_SECONDS: Final = 2.0
"""How long hosts of runs that were released may go on."""
IDLE_RUNS_FACTOR: Final = 3
"""Times the number of its places: so many runs of an executor may wait beside those."""
_TICK_TRIGGERS: Final = frozenset({"schedule", "prefect"})

_RUNS_CHANNEL: Final = "nodeloom_runs"
_STOPS_CHANNEL: Final = "nodeloom_cancel"

ExecuteRun = Callable[[RunExecution], Awaitable[object]]
"""Executes a run to its end, wherever its nodes are worked on; raises what is a defect of ours."""


class Executor:
    """Claims and runs until told to stop."""

    def __init__(self, settings: Settings, runtime: Runtime, leases: LeaseRenewer) -> None:
        """Prepare; `run` does everything."""
        self.runtime = self._runtime = runtime
        self._leases = leases
        self._limit = settings.concurrent_runs
        self._drain_seconds = settings.drain_seconds
        self._database_url = settings.required_database_url
        self.startup_finished = asyncio.Event()
        """Set when the runs that waited for this executor's start have had time to begin."""
        self._execute_run: ExecuteRun = RunExecution.run
        self._wake = asyncio.Event()
        self._may_have_waiting = True
        """Whether there may be runs in the queue that the last claim did not see or had no room for."""
        self._stops_due_at = 0.0
        """When to ask for runs that are to be cancelled or paused, unless a notification comes before."""
        self._stopping = asyncio.Event()
        self._active: dict[UUID, RunExecution] = {}
        self._isolation = Isolation()
        self._ticks = TickPoller(runtime)
        self._batches = BatchFeeder(runtime)
        self._webhooks = WebhookDeliverer(runtime)
        self._runs = Background("runs")

    @property
    def active(self) -> int:
        """How many runs are executed here."""
        return len(self._active)

    async def warm_up(self) -> None:
        """Start the children and open the provider's client, so that no node waits for them."""
        self._runtime.children.start()
        if self._runtime.compute is not self._runtime.children:
            self._runtime.compute.start()
        await self._runtime.rate_limiter.prepare()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when the runs in flight ended or were released."""
        self._stopping.set()
        self._wake.set()

    async def run(
        self, on_ready: Callable[[], None], execute_run: ExecuteRun = RunExecution.run
    ) -> None:
        """Execute runs until `stop`; `on_ready` is called when the first claim was made."""
        self._execute_run = execute_run
        async with Background("executor") as background:
            background.every(POLL_SECONDS, self._listen, name="listen")
            Retention(self._runtime).start(background)
            self._webhooks.start(background)
            self._ticks.start(background)
            self._batches.start(background)
            self._runtime.concurrency_limiter.start()
            await self._claim_until_stopped(on_ready)
            await self._drain()
            await self._webhooks.stop()

    async def _claim_until_stopped(self, on_ready: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            await self._poll()
            on_ready()
            self._schedule_startup_finished()
            pause = POLL_SECONDS if self._active else IDLE_POLL_SECONDS
            pause = min(pause, self._isolation.probation_seconds)
            await wait_for_event(self._wake, max(0.0, pause))
            self._wake.clear()

    def _schedule_startup_finished(self) -> None:
        """Let runs begin before the processor is needed to import Prefect and to fork children.

        Those that wait for a start are mostly those of an executor that died a moment ago.
        """
        if not self.startup_finished.is_set():
            asyncio.get_running_loop().call_later(
                STARTUP_SECONDS if self._active or self._runs else 0, self.startup_finished.set
            )

    async def _poll(self) -> None:
        """Claim what there is room for, and see to runs that are to be cancelled or paused."""
        for id, execution in self._active.items():
            if execution.journal.final_statuses:
                self._isolation.clear(id)
        room, reserve = self._capacity()
        asked_at = time.monotonic()
        try:
            async with self._runtime.autocommit_sessions() as session:
                if room + reserve > 0:
                    self._may_have_waiting = False
                    claimed = await claim_runs_at_once(
                        self._runtime.functions,
                        session,
                        self._leases.executor_id,
                        room,
                        LEASE_SECONDS,
                        reserve=reserve,
                        recoveries_limit=self._isolation.recoveries_limit,
                    )
                    # While runs are recovered, others may have to wait.
                    recovered = any(run.recoveries for run in claimed)
                    self._may_have_waiting |= recovered or len(claimed) >= room
                    for run in claimed:
                        self._isolation.begin(run.id, run.recoveries, is_suspect=run.is_suspect)
                        if run.is_suspect:
                            self._wake.set()  # others had to wait for this one to be claimed
                        self._runs.spawn(self._execute(run, asked_at))
                if self._active and asked_at >= self._stops_due_at:
                    self._stops_due_at = asked_at + POLL_SECONDS
                    stop = await session.run_sync(find_stop_requests, self._leases.executor_id)
                    for execution in self._active.values():
                        execution.apply(stop)
        except OUTAGE_ERRORS as error:
            self._may_have_waiting, self._stops_due_at = True, 0.0
            logger.warning("the database is away: %s", error)

    def _capacity(self) -> tuple[int, int]:
        """Give how many runs may be claimed, and how many more of those whose executor is gone.

        A run that only waits for a model provider takes no place, up to a bound: others would
        wait for its provider, too. There are as many places again for runs whose executor is
        gone, so that of two executors one can take over all that the other had. While a suspect
        is alone here, there is none. Where memory is short, nothing begins beside anything else.
        """
        if self._isolation.is_closed:
            return 0, 0
        if self._runtime.memory.is_short:
            return int(not self._active), 0
        waiting = sum(execution.is_idle for execution in self._active.values())
        held = len(self._active) - min(waiting, IDLE_RUNS_FACTOR * self._limit)
        room = max(0, self._limit - held)
        return room, max(0, 2 * self._limit - held - room)

    async def _execute(self, claimed: ClaimedRun, claimed_at: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            execution = RunExecution(
                self._runtime,
                claimed,
                is_lease_fresh=lambda: self._leases.is_fresh(claimed.id, claimed.epoch),
            )
        except Exception as error:
            logger.exception("run %s cannot be planned", claimed.id)
            await abandon_run(self._runtime, claimed, error)
            self._isolation.end(claimed.id)
            return
        self._active[claimed.id] = execution
        self._leases.hold(
            claimed.id,
            claimed.epoch,
            lambda: loop.call_soon_threadsafe(execution.journal.lost.set),
            claimed_at,
        )
        self._runs.spawn(self._release_when_ended(execution))
        try:
            await self._execute_run(execution)
        except Exception as error:
            logger.exception("run %s failed unexpectedly", claimed.id)
            await abandon_run(self._runtime, claimed, error)
        finally:
            execution.ended.set()

    async def _release_when_ended(self, execution: RunExecution) -> None:
        """Free the place as soon as our rows are terminal; Prefect's record may take longer."""
        await execution.ended.wait()
        claimed = execution.claimed
        self._leases.release(claimed.id, claimed.epoch)
        if self._active.get(claimed.id) is execution:  # not a later claim of the same run
            del self._active[claimed.id]
            self._isolation.end(claimed.id)
        if self._may_have_waiting:
            self._wake.set()
        if claimed.trigger in _TICK_TRIGGERS:  # a tick may have waited for it
            self._ticks.wake.set()
        if claimed.trigger == "batch":
            self._batches.wake.set()

    async def _listen(self) -> None:
        channels = [
            _RUNS_CHANNEL,
            _STOPS_CHANNEL,
            LIVE_REQUESTS_CHANNEL,
            LIMITS_CHANNEL,
            SCHEDULES_CHANNEL,
            BATCHES_CHANNEL,
            WEBHOOKS_CHANNEL,
        ]
        await listen(self._database_url, channels, self._on_notification)

    def _on_notification(self, channel: str, payload: str | None) -> None:
        if channel == LIVE_REQUESTS_CHANNEL:
            self._runtime.live_output.replay(payload or "")
        elif channel == LIMITS_CHANNEL:
            self._runtime.concurrency_limiter.changed.set()
        elif channel == SCHEDULES_CHANNEL:
            self._ticks.wake.set()
        elif channel == BATCHES_CHANNEL:
            self._batches.wake.set()
        elif channel == WEBHOOKS_CHANNEL:
            self._webhooks.wake.set()
        else:
            if channel == _RUNS_CHANNEL:
                self._may_have_waiting = True
            else:
                self._stops_due_at = 0.0
            self._wake.set()

    async def _drain(self) -> None:
        """Let runs in flight end, then give the rest up so that others go on at once."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._drain_seconds):
                for execution in list(self._active.values()):
                    await execution.ended.wait()
        for execution in list(self._active.values()):
            await self._release_run(execution)
        await self._runs.wait(STOP_SECONDS)
        await self._runs.close()

    async def _release_run(self, execution: RunExecution) -> None:
        claimed = execution.claimed
        self._leases.release(claimed.id, claimed.epoch)
        execution.journal.lost.set()
        try:
            async with self._runtime.sessions.begin() as session:
                await session.run_sync(release_lease, claimed.id, claimed.epoch)
        except OUTAGE_ERRORS as error:
            logger.warning("run %s waits for its lease to end: %s", claimed.id, error)


@contextlib.asynccontextmanager
async def open_executor(settings: Settings) -> AsyncGenerator[Executor]:
    """Open what an executor needs, warm it up, and close it again."""
    leases = LeaseRenewer(settings.required_database_url, make_executor_id())
    url = settings.required_database_url
    async with open_runtime(settings, url, "nodeloom-worker", load_prefect) as runtime:
        leases.start(is_short_of_memory=lambda: runtime.memory.is_short)
        try:
            yield Executor(settings, runtime, leases)
        finally:
            leases.stop()
