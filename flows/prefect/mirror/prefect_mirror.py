"""Runs runs, and has them shown in Prefect beside that, without importing Prefect.

Importing Prefect takes seconds of processor time: an executor that waited for it would start
late, and hold Prefect's own server up where both start together. It is imported in a thread
once that server listens or a run is there to be shown; runs that begin before are executed at
once and shown as soon as it is there.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator
from typing import Final

from flows.engine.observer import ignore
from flows.engine.run import RunExecution
from flows.engine.runtime import Runtime
from flows.prefect.loading import load_prefect
from flows.prefect.reachable import is_reachable
from flows.prefect.records.run_mirror import RunMirror

logger = logging.getLogger(__name__)

MAX_QUEUED: Final = 200
"""Runs that wait to be shown; what comes on top is executed only."""
MIRROR_AFTER_SECONDS: Final = 1.0
"""A run that ends sooner is shown when it has ended: until then the processor is its own."""
YIELD_CPU_SECONDS: Final = 0.15
"""While runs are in their first second, at most one is handed to Prefect in this time, and of
each run that is shown at most one node."""
YIELD_TO_CHILDREN_SECONDS: Final = 1.0
"""While every child works on a picture or video, one run is handed to Prefect in this time: showing
it costs as much processor as half a picture does, and there is none left over."""
YIELD_CPU_LONG_SECONDS: Final = 2.0
"""While runs are in their first second, at most one artifact is written in this time: each costs
Prefect's server 27 ms of processor."""
CLOSE_SECONDS: Final = 3.0
"""How long a stopping executor lets Prefect catch up."""
POLL_SECONDS: Final = 0.5


class PrefectMirror:
    """Executes runs, and shows them in Prefect beside that; a run never waits for Prefect."""

    def __init__(self, runtime: Runtime, ready_to_load: asyncio.Event) -> None:
        """Show runs on the Prefect server of the settings; where there is none, execute only.

        Prefect is imported once `startup_finished` is set.
        """
        self._ready_to_load = ready_to_load
        self._runtime = runtime
        self._url = runtime.settings.prefect_api_url
        self._delayed: asyncio.Queue[RunMirror] = asyncio.Queue()
        self._queued: asyncio.Queue[RunMirror | None] = asyncio.Queue()
        self._recent: set[RunMirror] = set()
        self._none_recent = asyncio.Event()

    @contextlib.asynccontextmanager
    async def mirroring(self) -> AsyncGenerator[None]:
        """Show the runs that are executed within."""
        if self._url is None:
            yield
            return
        mirroring = asyncio.create_task(self._mirror_runs(self._url), name="dashboard")
        submitting = asyncio.create_task(self._submit_runs(), name="hand over")
        try:
            yield
        finally:
            submitting.cancel()
            await asyncio.gather(submitting, return_exceptions=True)
            while not self._delayed.empty():
                self._queued.put_nowait(self._delayed.get_nowait())
            self._queued.put_nowait(None)
            await asyncio.wait({mirroring}, timeout=CLOSE_SECONDS)
            mirroring.cancel()
            await asyncio.gather(mirroring, return_exceptions=True)

    async def run(self, execution: RunExecution) -> None:
        """Run it to its end in our rows, whatever becomes of Prefect's record.

        Raises:
            Exception: a defect of ours; the caller abandons the run.
        """
        if self._url is None or self._queued.qsize() + self._delayed.qsize() >= MAX_QUEUED:
            await execution.run(ignore)
            return
        mirror = RunMirror(execution, self._yield_to_recent)
        delaying = asyncio.create_task(self._delay_mirroring(mirror))
        try:
            await mirror.run()
        finally:
            await delaying

    async def _delay_mirroring(self, mirror: RunMirror) -> None:
        """Have a run shown when it ends, or goes on for so long that people may look at it."""
        self._recent.add(mirror)
        self._none_recent.clear()
        if mirror.execution.claimed.flow_run_id is not None:  # somebody looks at it already
            self._delayed.put_nowait(mirror)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(mirror.execution.ended.wait(), MIRROR_AFTER_SECONDS)
        if mirror.execution.claimed.flow_run_id is None:
            self._delayed.put_nowait(mirror)
        self._recent.discard(mirror)
        if not self._recent:
            self._none_recent.set()

    async def _submit_runs(self) -> None:
        """Hand runs to Prefect one by one, with pauses as long as others are young."""
        while True:
            self._queued.put_nowait(await self._delayed.get())
            await self._yield_cpu()

    async def _yield_to_recent(self) -> None:
        """Leave the processor to runs in their first second, though not for ever."""
        if self._recent:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._none_recent.wait(), YIELD_CPU_SECONDS)

    async def _yield_to_children(self) -> None:
        """Leave the processor to pictures and videos, though not for ever."""
        ends = time.monotonic() + YIELD_TO_CHILDREN_SECONDS
        while self._runtime.children.busy and time.monotonic() < ends:  # noqa: ASYNC110
            await asyncio.sleep(YIELD_TO_CHILDREN_SECONDS / 10)

    async def _yield_cpu(self) -> None:
        """Leave the processor to everything that runs wait for."""
        await self._yield_to_recent()
        await self._yield_to_children()

    async def _yield_cpu_long(self) -> None:
        """Leave the processor to everything that runs wait for, and for longer: see artifacts."""
        if self._recent:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._none_recent.wait(), YIELD_CPU_LONG_SECONDS)
        await self._yield_to_children()

    async def _mirror_runs(self, url: str) -> None:
        try:
            while self._queued.empty() and not await is_reachable(url):  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)
            await self._ready_to_load.wait()
            mirror_module = await asyncio.to_thread(load_prefect, "flows.prefect.mirror.flow_runs")
            reconcile = await asyncio.to_thread(load_prefect, "flows.prefect.mirror.reconcile")
            limits = await asyncio.to_thread(load_prefect, "flows.prefect.tag_limits")
            side_tasks = [
                asyncio.create_task(
                    reconcile.Reconciler(self._runtime, url).run(), name="reconcile"
                ),
                asyncio.create_task(limits.sync_tag_limits(self._runtime), name="limits"),
            ]
            try:
                await mirror_module.mirror_runs(self._queued, self._yield_cpu_long)
            finally:
                for task in side_tasks:
                    task.cancel()
                await asyncio.gather(*side_tasks, return_exceptions=True)
        except Exception:
            logger.exception("runs are no longer shown in Prefect")
