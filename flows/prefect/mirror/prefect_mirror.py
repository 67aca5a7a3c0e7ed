"""Has runs shown in Prefect beside their execution, without importing Prefect.

Importing Prefect takes seconds of processor time: an executor that waited for it would start
late, and hold Prefect's own server up where both start together. It is imported in a thread
once that server listens or a run is there to be shown; runs that begin before are executed at
once and shown as soon as it is there.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from typing import Final

from db.postgres.background import Background, wait_for_event
from flows.engine.host import NodeObserver, ignore
from flows.engine.run import RunExecution
from flows.engine.runtime import Runtime
from flows.prefect.loading import is_reachable, load_prefect
from flows.prefect.records.pacer import Pacer
from flows.prefect.records.run_mirror import RunMirror

logger = logging.getLogger(__name__)

MAX_QUEUED: Final = 200
"""Runs that wait to be shown; what comes on top is executed only."""
MIRROR_AFTER_SECONDS: Final = 1.0
"""A run that ends sooner is shown when it has ended: until then the processor is its own."""
CLOSE_SECONDS: Final = 3.0
"""How long a stopping executor lets Prefect catch up."""
POLL_SECONDS: Final = 0.5


class PrefectMirror:
    """Shows runs in Prefect beside their execution; a run never waits for Prefect."""

    def __init__(self, runtime: Runtime, ready_to_load: asyncio.Event) -> None:
        """Show runs on the Prefect server of the settings; where there is none, show none.

        Prefect is imported once `ready_to_load` is set.
        """
        self._ready_to_load = ready_to_load
        self._runtime = runtime
        off = runtime.settings.prefect_mode == "off"
        self._url = None if off else runtime.settings.prefect_api_url
        self._queue: asyncio.Queue[RunMirror | None] = asyncio.Queue()
        self._pacer = Pacer(lambda: runtime.children.busy)

    @contextlib.asynccontextmanager
    async def mirroring(self) -> AsyncGenerator[None]:
        """Show the runs that are executed within."""
        if self._url is None:
            yield
            return
        async with Background("prefect mirror") as background:
            background.spawn(self._mirror_runs(self._url))
            try:
                yield
            finally:
                self._pacer.close()
                self._queue.put_nowait(None)
                await background.wait(CLOSE_SECONDS)

    @contextlib.asynccontextmanager
    async def observe(self, execution: RunExecution) -> AsyncGenerator[NodeObserver]:
        """Have a run shown that is executed within, whatever becomes of Prefect's record."""
        if self._url is None or self._queue.qsize() >= MAX_QUEUED:
            yield ignore
            return
        mirror = RunMirror(execution, self._pacer)
        submitting = asyncio.create_task(self._submit(mirror))
        try:
            with mirror.observing() as observer:
                yield observer
        finally:
            await submitting

    async def _submit(self, mirror: RunMirror) -> None:
        """Have a run shown when it ends, or goes on for so long that people may look at it."""
        is_watched = mirror.execution.claimed.flow_run_id is not None
        if is_watched:
            self._queue.put_nowait(mirror)
        with self._pacer.urgent():
            await wait_for_event(mirror.execution.ended, MIRROR_AFTER_SECONDS)
        if not is_watched:
            self._queue.put_nowait(mirror)

    async def _mirror_runs(self, url: str) -> None:
        try:
            while self._queue.empty() and not await is_reachable(url):  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)
            await self._ready_to_load.wait()
            mirror_module = await asyncio.to_thread(load_prefect, "flows.prefect.mirror.flow_runs")
            reconcile = await asyncio.to_thread(load_prefect, "flows.prefect.mirror.reconcile")
            limits = await asyncio.to_thread(load_prefect, "flows.prefect.tag_limits")
            async with Background("prefect") as background:
                background.spawn(reconcile.Reconciler(self._runtime, url).run(), name="reconcile")
                background.spawn(limits.sync_tag_limits(self._runtime), name="limits")
                await mirror_module.mirror_runs(self._queue, self._pacer)
        except Exception:
            logger.exception("runs are no longer shown in Prefect")
