"""Has each run of an executor executed by its host: inside of Prefect, or directly.

Prefect is not imported before the first run that is to be executed inside of it: that takes seconds
of processor time and 100 MB, which a worker without such runs does without.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator
from typing import Any, Final

from db.postgres.background import Background
from flows.engine.run import RunExecution
from flows.engine.runtime import Runtime
from flows.prefect.host.choice import PrefectStatus, RunHost, choose_host, uses_network
from flows.prefect.loading import is_reachable, load_prefect
from schemas.settings import PrefectMode

logger = logging.getLogger(__name__)

UNREACHABLE_SECONDS: Final = 10.0
"""How long Prefect counts as away after it did not get to a run."""
REACHABLE_SECONDS: Final = 1.0
"""How long it is believed that Prefect's server listens."""
CLOSE_SECONDS: Final = 5.0
"""How long a stopping executor lets its flow runs end."""


class RunHosts:
    """The hosts of one executor's runs."""

    def __init__(self, runtime: Runtime, ready_to_load: asyncio.Event) -> None:
        """Host runs as the settings say; Prefect is told of those outside of it by the recorder.

        Prefect is not imported before `ready_to_load` is set.
        """
        self._runtime = runtime
        self._ready_to_load = ready_to_load
        self._mode: PrefectMode = runtime.settings.prefect_mode
        self._url = runtime.settings.prefect_api_url
        self._hosting: asyncio.Future[Any] | None = None
        """`flows.prefect.host.hosting.Hosting` once it is loaded, None where it cannot be."""
        self._reachable_until = 0.0
        self._unreachable_until = 0.0
        self._closing = asyncio.Event()
        self._background = Background("prefect")

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Host runs within; let their flow runs end after it."""
        async with self._background:
            try:
                yield
            finally:
                self._closing.set()
                await self._background.wait(CLOSE_SECONDS)

    async def execute(self, execution: RunExecution) -> None:
        """Execute a run to its end.

        Raises:
            Exception: a defect of ours; the caller abandons the run.
        """
        host = await self._choose(execution)
        if host is RunHost.PREFECT:
            hosting = await asyncio.shield(self._load())
            if hosting is not None and await hosting.run(execution):
                return
            self._unreachable_until = time.monotonic() + UNREACHABLE_SECONDS
            await execution.run()  # the reconciler sees to what Prefect has of it
            return
        if host is RunHost.DIRECT_AND_LOAD:
            self._load()
        await execution.run()

    async def _choose(self, execution: RunExecution) -> RunHost:
        claimed = execution.claimed
        return choose_host(
            self._mode,
            await self._prefect_status(),
            began_in_prefect=claimed.flow_run_id is not None or claimed.trigger == "prefect",
            uses_network=uses_network(execution.plan.steps, self._runtime.node_types),
        )

    async def _prefect_status(self) -> PrefectStatus:
        now = time.monotonic()
        if self._url is None or now < self._unreachable_until:
            return PrefectStatus.UNREACHABLE
        if now > self._reachable_until:
            if not await is_reachable(self._url):
                return PrefectStatus.UNREACHABLE
            self._reachable_until = time.monotonic() + REACHABLE_SECONDS
        loaded = self._hosting is not None and self._hosting.done()
        return PrefectStatus.LOADED if loaded else PrefectStatus.NOT_LOADED

    def _load(self) -> asyncio.Future[Any]:
        """Begin to import Prefect, if nobody has yet; give what hosts runs once it is there."""
        if self._hosting is None:
            self._hosting = asyncio.get_running_loop().create_future()
            self._background.spawn(self._serve(self._hosting), name="host")
        return self._hosting

    async def _serve(self, loaded: asyncio.Future[Any]) -> None:
        """Open what hosts runs and close it, in one task, as the contexts of Prefect's clients want."""
        try:
            await self._ready_to_load.wait()
            module = await asyncio.to_thread(load_prefect, "flows.prefect.host.hosting")
            async with module.open_hosting() as hosting:
                loaded.set_result(hosting)
                await self._closing.wait()
        finally:
            if not loaded.done():
                loaded.set_result(None)
