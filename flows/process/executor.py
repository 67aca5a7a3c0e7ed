"""The warm executor: claims runs from PostgreSQL and executes them in this process.

Start as many as you like, on as many machines as you like: they share nothing but the
database. A run that was acknowledged is executed even when nobody was listening at that
moment: the notification is a hint, the table is the truth.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, Final
from uuid import UUID

from db.postgres.engine import sessions
from db.postgres.listen import listen
from db.queue.claims import ClaimedRun, cancel_requested, claim_runs
from db.queue.recovery import release_lease
from flows.engine.abandon import abandon
from flows.engine.context import Runtime, open_runtime
from flows.engine.durable import AWAY
from flows.engine.run import RunExecution
from flows.maintenance.retention import Retention
from flows.prefect.mirror.prefect_mirror import Dashboard
from flows.process.executor_id import executor_id
from flows.process.leases import LEASE_SECONDS, LeaseKeeper
from flows.schedules.catch_up import Sweep
from schemas.settings import Settings

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
SETTLE_SECONDS: Final = 3.0
WAITING_RUNS: Final = 3
"""Times the number of its places: so many runs of an executor may wait beside those."""


class Executor:
    """Claims and runs until told to stop."""

    def __init__(self, settings: Settings, runtime: Runtime, leases: LeaseKeeper) -> None:
        """Prepare; `run` does everything."""
        self.runtime = self._runtime = runtime
        self._at_once = sessions(runtime.at_once)
        self._leases = leases
        self._limit = settings.concurrent_runs
        self._drain_seconds = settings.drain_seconds
        self._database_url = settings.required_database_url
        self.settled = asyncio.Event()
        """Set when the runs that waited for this executor's start have had time to begin."""
        self._dashboard = Dashboard(runtime, self.settled)
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._active: dict[UUID, RunExecution] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def active(self) -> int:
        """How many runs are executed here."""
        return len(self._active)

    async def warm_up(self) -> None:
        """Start the children and open the provider's client, so that no node waits for them."""
        self._runtime.children.start()
        if self._runtime.compute is not self._runtime.children:
            self._runtime.compute.start()
        await self._runtime.turns.prepare()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when the runs in flight ended or were released."""
        self._stopping.set()
        self._wake.set()

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Execute runs until `stop`; `on_ready` is called when the first claim was made."""
        helpers = [
            asyncio.create_task(self._listen(), name="listen"),
            asyncio.create_task(Retention(self._runtime).run(), name="retention"),
            asyncio.create_task(Sweep(self._runtime).run(), name="schedules"),
        ]
        try:
            async with self._dashboard.shown():
                await self._claim_until_stopped(on_ready)
                await self._drain()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)

    async def _claim_until_stopped(self, on_ready: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            await self._look()
            on_ready()
            self._settle()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
            self._wake.clear()

    def _settle(self) -> None:
        """Let runs begin before the processor is needed to import Prefect and to fork children.

        Those that wait for a start are mostly those of an executor that died a moment ago.
        """
        if not self.settled.is_set():
            asyncio.get_running_loop().call_later(
                SETTLE_SECONDS if self._active or self._tasks else 0, self.settled.set
            )

    async def _look(self) -> None:
        """Claim what there is room for, and see to runs that are to be cancelled."""
        room, reserve = self._places()
        asked_at = time.monotonic()
        try:
            async with self._at_once() as session:
                if room + reserve > 0:
                    claim = (self._leases.executor_id, room, LEASE_SECONDS)
                    for run in await session.run_sync(claim_runs, *claim, reserve=reserve):
                        self._spawn(self._execute(run, asked_at))
                if self._active:
                    for id in await session.run_sync(cancel_requested, self._leases.executor_id):
                        if id in self._active:
                            self._active[id].cancel()
        except AWAY as error:
            logger.warning("the database is away: %s", error)

    def _places(self) -> tuple[int, int]:
        """Give how many runs may be claimed, and how many more of those whose executor is gone.

        A run that only waits for a model provider takes no place, up to a bound: others would
        wait for its provider, too. There are as many places again for runs whose executor is
        gone, so that of two executors one can take over all that the other had.
        """
        waiting = sum(execution.waits for execution in self._active.values())
        held = len(self._active) - min(waiting, WAITING_RUNS * self._limit)
        room = max(0, self._limit - held)
        return room, max(0, 2 * self._limit - held - room)

    async def _execute(self, claimed: ClaimedRun, claimed_at: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            execution = RunExecution(
                self._runtime, claimed, is_ours=lambda: self._leases.is_ours(claimed.id)
            )
        except Exception as error:
            logger.exception("run %s cannot be planned", claimed.id)
            await abandon(self._runtime, claimed, error)
            return
        self._active[claimed.id] = execution
        self._leases.hold(
            claimed.id,
            claimed.epoch,
            lambda: loop.call_soon_threadsafe(execution.journal.lost.set),
            claimed_at,
        )
        self._spawn(self._let_go_at_end(execution))
        try:
            await self._dashboard.run(execution)
        except Exception as error:
            logger.exception("run %s failed unexpectedly", claimed.id)
            await abandon(self._runtime, claimed, error)
        finally:
            execution.ended.set()

    async def _let_go_at_end(self, execution: RunExecution) -> None:
        """Free the place as soon as our rows are terminal; Prefect's record may take longer."""
        await execution.ended.wait()
        self._leases.release(execution.claimed.id)
        self._active.pop(execution.claimed.id, None)
        self._wake.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self) -> None:
        await listen(
            self._database_url,
            ["nodeloom_runs", "nodeloom_cancel"],
            self._notice,
        )

    def _notice(self, _channel: str, _payload: str | None) -> None:
        self._wake.set()

    async def _drain(self) -> None:
        """Let runs in flight end, then give the rest up so that others go on at once."""
        ends = [asyncio.create_task(run.ended.wait()) for run in self._active.values()]
        if ends:
            await asyncio.wait(ends, timeout=self._drain_seconds)
        for execution in list(self._active.values()):
            await self._give_up(execution)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=2)
            for task in late:
                task.cancel()

    async def _give_up(self, execution: RunExecution) -> None:
        claimed = execution.claimed
        self._leases.release(claimed.id)
        execution.journal.lost.set()
        try:
            async with self._runtime.sessions.begin() as session:
                await session.run_sync(release_lease, claimed.id, claimed.epoch)
        except AWAY as error:
            logger.warning("run %s waits for its lease to end: %s", claimed.id, error)


@contextlib.asynccontextmanager
async def open_executor(settings: Settings) -> AsyncGenerator[Executor]:
    """Open what an executor needs, warm it up, and close it again."""
    leases = LeaseKeeper(settings.required_database_url, executor_id())
    url = settings.required_database_url
    async with open_runtime(settings, url, "nodeloom-worker") as runtime:
        leases.start()
        try:
            yield Executor(settings, runtime, leases)
        finally:
            leases.stop()
