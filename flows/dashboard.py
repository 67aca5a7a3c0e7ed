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
from collections.abc import AsyncGenerator
from importlib import import_module
from typing import Any, Final

from flows.execution.run_execution import RunExecution
from flows.execution.watch import nobody
from flows.mirror import Mirror
from flows.reachable import is_reachable
from telemetry.logs import adopt_loggers

logger = logging.getLogger(__name__)

MAX_WAITING: Final = 200
"""Runs that wait to be shown; what comes on top is executed only."""
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

    def __init__(self, prefect_api_url: str | None) -> None:
        """Show runs on this Prefect server; None: execute them only."""
        self._url = prefect_api_url
        self._waiting: asyncio.Queue[Mirror | None] = asyncio.Queue()

    @contextlib.asynccontextmanager
    async def shown(self) -> AsyncGenerator[None]:
        """Show the runs that are executed within."""
        if self._url is None:
            yield
            return
        showing = asyncio.create_task(self._show(self._url), name="dashboard")
        try:
            yield
        finally:
            self._waiting.put_nowait(None)
            await asyncio.wait({showing}, timeout=CLOSE_SECONDS)
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)

    async def run(self, execution: RunExecution) -> None:
        """Run it to its end in our rows, whatever becomes of Prefect's record.

        Raises:
            Exception: a defect of ours; the caller abandons the run.
        """
        if self._url is None or self._waiting.qsize() >= MAX_WAITING:
            await execution.run(nobody)
            return
        mirror = Mirror(execution)
        self._waiting.put_nowait(mirror)
        await mirror.run()

    async def _show(self, url: str) -> None:
        try:
            while self._waiting.empty() and not await is_reachable(url):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)
            module = await asyncio.to_thread(load_prefect, "flows.prefect_show")
            await module.show_runs(self._waiting)
        except Exception:
            logger.exception("runs are no longer shown in Prefect")


def load_prefect(module: str) -> Any:
    """Import one of our modules that use Prefect, with our defaults for its client."""
    for name, value in CLIENT_DEFAULTS.items():
        os.environ.setdefault(name, value)
    loaded = import_module(module)
    adopt_loggers()  # Prefect has just given its own a handler that writes to the terminal
    return loaded
