"""Runs runs, and has them shown in Prefect beside that, without importing Prefect.

Importing Prefect takes seconds of processor time: an executor that waited for it would start
late, and hold Prefect's own server up where both start together. It is imported in a thread
once that server listens or a run is there to be shown; runs that begin before are executed at
once and shown as soon as it is there.
"""

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections.abc import AsyncGenerator
from importlib import import_module
from typing import Any, Final

from flows.engine.context import Runtime
from flows.engine.observer import nobody
from flows.engine.run import RunExecution
from flows.prefect.mirror.run_mirror import Mirror
from flows.prefect.reachable import is_reachable
from telemetry.logs import adopt_loggers

logger = logging.getLogger(__name__)

MAX_WAITING: Final = 200
"""Runs that wait to be shown; what comes on top is executed only."""
SHOW_AFTER_SECONDS: Final = 1.0
"""A run that ends sooner is shown when it has ended: until then the processor is its own."""
GIVE_WAY_SECONDS: Final = 0.15
"""While runs are in their first second, at most one is handed to Prefect in this time, and of
each run that is shown at most one node."""
PICTURES_SECONDS: Final = 1.0
"""While every child works on a picture or video, one run is handed to Prefect in this time: showing
it costs as much processor as half a picture does, and there is none left over."""
STAND_BACK_SECONDS: Final = 2.0
"""While runs are in their first second, at most one artifact is written in this time: each costs
Prefect's server 27 ms of processor."""
CLOSE_SECONDS: Final = 3.0
"""How long a stopping executor lets Prefect catch up."""
LOOK_SECONDS: Final = 0.5
CLIENT_DEFAULTS: Final = {
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
}
"""Applied where the environment says nothing else: fewer calls, and never a server of its own."""


class Dashboard:
    """Executes runs, and shows them in Prefect beside that; a run never waits for Prefect."""

    def __init__(self, runtime: Runtime, settled: asyncio.Event) -> None:
        """Show runs on the Prefect server of the settings; where there is none, execute only.

        Prefect is imported once `settled` is set.
        """
        self._settled = settled
        self._runtime = runtime
        self._url = runtime.settings.prefect_api_url
        self._due: asyncio.Queue[Mirror] = asyncio.Queue()
        self._waiting: asyncio.Queue[Mirror | None] = asyncio.Queue()
        self._young: set[Mirror] = set()
        self._no_young = asyncio.Event()

    @contextlib.asynccontextmanager
    async def shown(self) -> AsyncGenerator[None]:
        """Show the runs that are executed within."""
        if self._url is None:
            yield
            return
        showing = asyncio.create_task(self._show(self._url), name="dashboard")
        handing = asyncio.create_task(self._hand_over(), name="hand over")
        try:
            yield
        finally:
            handing.cancel()
            await asyncio.gather(handing, return_exceptions=True)
            while not self._due.empty():
                self._waiting.put_nowait(self._due.get_nowait())
            self._waiting.put_nowait(None)
            await asyncio.wait({showing}, timeout=CLOSE_SECONDS)
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def run(self, execution: RunExecution) -> None:
        """Run it to its end in our rows, whatever becomes of Prefect's record.

        Raises:
            Exception: a defect of ours; the caller abandons the run.
        """
        if self._url is None or self._waiting.qsize() + self._due.qsize() >= MAX_WAITING:
            await execution.run(nobody)
            return
        mirror = Mirror(execution, self._give_way)
        growing_up = asyncio.create_task(self._grow_up(mirror))
        try:
            await mirror.run()
        finally:
            await growing_up

    async def _grow_up(self, mirror: Mirror) -> None:
        """Have a run shown when it ends, or goes on for so long that people may look at it."""
        self._young.add(mirror)
        self._no_young.clear()
        if mirror.execution.claimed.flow_run_id is not None:  # somebody looks at it already
            self._due.put_nowait(mirror)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(mirror.execution.ended.wait(), SHOW_AFTER_SECONDS)
        if mirror.execution.claimed.flow_run_id is None:
            self._due.put_nowait(mirror)
        self._young.discard(mirror)
        if not self._young:
            self._no_young.set()

    async def _hand_over(self) -> None:
        """Hand runs to Prefect one by one, with pauses as long as others are young."""
        while True:
            self._waiting.put_nowait(await self._due.get())
            await self._breathe()

    async def _give_way(self) -> None:
        """Leave the processor to runs in their first second, though not for ever."""
        if self._young:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._no_young.wait(), GIVE_WAY_SECONDS)

    async def _let_pictures_pass(self) -> None:
        """Leave the processor to pictures and videos, though not for ever."""
        ends = time.monotonic() + PICTURES_SECONDS
        while self._runtime.children.busy and time.monotonic() < ends:  # noqa: ASYNC110
            await asyncio.sleep(PICTURES_SECONDS / 10)

    async def _breathe(self) -> None:
        """Leave the processor to everything that runs wait for."""
        await self._give_way()
        await self._let_pictures_pass()

    async def _stand_back(self) -> None:
        """Leave the processor to everything that runs wait for, and for longer: see artifacts."""
        if self._young:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._no_young.wait(), STAND_BACK_SECONDS)
        await self._let_pictures_pass()

    async def _show(self, url: str) -> None:
        try:
            while self._waiting.empty() and not await is_reachable(url):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)
            await self._settled.wait()
            show = await asyncio.to_thread(load_prefect, "flows.prefect.mirror.show")
            reconcile = await asyncio.to_thread(load_prefect, "flows.prefect.mirror.reconcile")
            limits = await asyncio.to_thread(load_prefect, "flows.prefect.tag_limits")
            beside = [
                asyncio.create_task(
                    reconcile.Reconciler(self._runtime, url).run(), name="reconcile"
                ),
                asyncio.create_task(limits.follow_limits(self._runtime), name="limits"),
            ]
            try:
                await show.show_runs(self._waiting, self._stand_back)
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
        except Exception:
            logger.exception("runs are no longer shown in Prefect")


_loading = threading.Lock()


def load_prefect(module: str) -> Any:
    """Import one of our modules that use Prefect, with our defaults for its client.

    One at a time: two threads that import Prefect at once can wait for each other.
    """
    with _loading:
        for name, value in CLIENT_DEFAULTS.items():
            os.environ.setdefault(name, value)
        loaded = import_module(module)
        adopt_loggers()  # Prefect has just given its own a handler that writes to the terminal
        return loaded
