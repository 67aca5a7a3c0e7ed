"""Has each run of an executor executed by its host: inside of Prefect, or directly.

Prefect is not imported before the first run that is to be executed inside of it: that takes seconds
of processor time and 100 MB, which a worker without such runs does without.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Callable
from functools import partial
from typing import Any, Final

from db.postgres.background import Background
from flows.engine.run import RunExecution
from flows.engine.runtime import Runtime
from flows.prefect.host.choice import PrefectStatus, RunHost, choose_host, uses_network
from flows.prefect.loading import is_reachable, load_prefect
from flows.prefect.names import recorded_flow_run_id
from schemas.settings import PrefectMode

logger = logging.getLogger(__name__)

UNREACHABLE_SECONDS: Final = 1.0
"""How long Prefect counts as away after it did not answer the first time; twice as long each time."""
MAX_UNREACHABLE_SECONDS: Final = 60.0
REACHABLE_SECONDS: Final = 1.0
"""How long it is believed that Prefect's server listens."""
CLOSE_SECONDS: Final = 5.0
"""How long a stopping executor lets its flow runs end."""


class CircuitBreaker:
    """Keeps runs from a server that does not answer; after a pause one of them tries it again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin closed: everybody is let through. `clock` gives seconds."""
        self._clock = clock
        self._pause_seconds = 0.0
        self._open_until = 0.0
        self._is_trial_under_way = False

    def acquire(self) -> bool:
        """Whether the server may be asked; one at a time as long as it has not answered again."""
        if not self._pause_seconds:
            return True
        if self._is_trial_under_way or self._clock() < self._open_until:
            return False
        self._is_trial_under_way = True
        return True

    def record(self, *, answered: bool) -> None:
        """Take note of whether the server answered whoever was let through."""
        self._is_trial_under_way = False
        if answered:
            self._pause_seconds = 0.0
            return
        self._pause_seconds = min(
            2 * self._pause_seconds or UNREACHABLE_SECONDS, MAX_UNREACHABLE_SECONDS
        )
        self._open_until = self._clock() + self._pause_seconds


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
        """`flows.prefect.host.hosting.Hosting` once it is loaded, None where it could not be."""
        self._breaker = CircuitBreaker()
        self._reachable_until = 0.0
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
        if host is RunHost.PREFECT and await self._host(execution):
            return
        if host is RunHost.DIRECT_AND_LOAD:
            self._breaker.record(answered=True)
            self._load()
        await execution.run()

    async def _host(self, execution: RunExecution) -> bool:
        """Execute a run inside of Prefect; False, with nothing done, where it did not get to it."""
        hosting = await asyncio.shield(self._load())
        if hosting is None:
            self._breaker.record(answered=False)
            return False
        return await hosting.run(execution, self._breaker.record)

    async def _choose(self, execution: RunExecution) -> RunHost:
        """Ask whether Prefect is there only for runs that would be executed inside of it."""
        claimed = execution.claimed
        if claimed.flow_run_id == recorded_flow_run_id(claimed.id):
            return RunHost.DIRECT  # it was paused in a flow run that the recorder writes
        if claimed.trigger == "batch":
            return RunHost.DIRECT  # thousands of flow runs would show nobody anything
        choose = partial(
            choose_host,
            self._mode,
            began_in_prefect=claimed.flow_run_id is not None or claimed.trigger == "prefect",
            uses_network=uses_network(execution.plan.steps, self._runtime.node_types),
        )
        if choose(PrefectStatus.LOADED) is RunHost.DIRECT:
            return RunHost.DIRECT
        return choose(await self._prefect_status())

    async def _prefect_status(self) -> PrefectStatus:
        if self._url is None or not self._breaker.acquire():
            return PrefectStatus.UNREACHABLE
        if time.monotonic() > self._reachable_until:
            if not await is_reachable(self._url):
                self._breaker.record(answered=False)
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
                self._hosting = None  # the next run tries again
                loaded.set_result(None)
