"""The Dask cluster of `NODELOOM_COMPUTE`, as a worker of ours uses it through prefect-dask.

The client is prefect-dask's, the one that its task runner makes, but without the task runner: a
node is in Prefect already, recorded by us, and an engine in each Dask worker would record
it again. See docs/adr/0030-pictures-on-dask.md.
"""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from db.postgres.background import Background
from schemas.errors import BadInputError, NodeError, UnavailableError
from tasks.node_type.live import Emit, discard

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
RESPONSE_SECONDS: Final = 5.0
OUTAGE_SECONDS: Final = 60.0
"""How long nodes wait for a cluster that is away or has no workers, counted from when it went."""
MAX_TRIES: Final = 5
"""So often work is sent whose connection got lost; it is pure, so done twice does no harm."""


class _ConnectionLostError(Exception):
    """The connection went while work was on its way; what runs there changes nothing outside."""


@dataclass(frozen=True)
class ClusterInfo:
    """What was found at an address."""

    workers: int
    threads: int


class DaskCompute:
    """Sends work to a cluster and keeps the connection to it; see `Compute`."""

    def __init__(
        self, address: str, load: Callable[[str], Any], outage_seconds: float = OUTAGE_SECONDS
    ) -> None:
        """Take the address of the scheduler, `tcp://host:port` or `tls://host:port`.

        `load` imports a module that brings Prefect along; it is called in a thread.
        """
        self._address = address
        self._load = load
        self._outage_seconds = outage_seconds
        self._client: Any = None
        self._threads = 0
        self._held = 0
        self._changed = asyncio.Condition()
        self._why = "it was not reached yet"
        self._outage_since = math.inf
        self._background = Background("dask")
        self._cancelling = Background("cancelled work on dask")
        self._is_started = False

    @property
    def threads(self) -> int:
        """How many works the cluster can do at once, as it was seen last."""
        return self._threads

    @property
    def slots(self) -> AbstractAsyncContextManager[None]:
        """As many places as the cluster's workers have threads, at each moment."""
        return self._slot()

    def start(self) -> None:
        """Begin to keep a connection, once."""
        if not self._is_started:
            self._is_started = True
            self._background.spawn(self._maintain_connection())

    async def close(self) -> None:
        """Let go of the cluster; it forgets the work that is on its way."""
        await self._cancelling.wait(2 * RESPONSE_SECONDS)  # while the cluster answers
        await self._cancelling.close()
        await self._background.close()

    def emitter(self, receive: Emit) -> AbstractContextManager[Emit]:
        """Give what drops everything: a cluster shows nothing before the result."""
        return contextlib.nullcontext(discard)

    async def call(self, function: Callable[..., Any], *args: Any, seconds: float) -> Any:
        """Run a function on the cluster: see `Compute.call`.

        Work whose worker of Dask dies is done again by another one; where the scheduler goes, or
        the connection to it while it comes up, again when it is back.
        """
        self.start()
        for _ in range(MAX_TRIES):
            await self._wait_until(lambda: self._client is not None)
            with contextlib.suppress(_ConnectionLostError):
                return await self._submit(self._client, function, args, seconds)
        raise self._unavailable()

    async def _submit(
        self, client: Any, function: Callable[..., Any], args: tuple[Any, ...], seconds: float
    ) -> Any:
        from flows.compute import dask_worker  # noqa: PLC0415 - loaded with the client

        token = uuid4().hex
        key = f"nodeloom-{token}"
        future = client.submit(
            dask_worker.run_in_worker, token, function, args, seconds, key=key, pure=False
        )
        result = asyncio.ensure_future(_get_result(future))
        try:
            while not result.done():
                await asyncio.wait({result}, timeout=POLL_SECONDS)
                if not result.done() and self._is_unusable:
                    raise self._unavailable()
            return result.result()
        finally:
            if not result.done():
                result.cancel()
                self._cancelling.spawn(_cancel_work(client, future, token))

    @asynccontextmanager
    async def _slot(self) -> AsyncGenerator[None]:
        self.start()
        await self._wait_until(lambda: self._held < self._threads)
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self._background.spawn(self._notify_waiters())

    async def _wait_until(self, ready: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: ready() or self._is_unusable)
        if not ready():
            raise self._unavailable()

    @property
    def _is_unusable(self) -> bool:
        outage = time.monotonic() - self._outage_since
        return self._threads == 0 and outage > self._outage_seconds

    def _unavailable(self) -> NodeError:
        return NodeError(
            "compute_unavailable",
            f"The Dask cluster at {self._address} (NODELOOM_COMPUTE) cannot be used: {self._why}."
            " Start it, then run again what failed.",
            retryable=True,
        )

    async def _maintain_connection(self) -> None:
        """Keep connected, and know how many threads there are."""
        with contextlib.suppress(ImportError):  # said below
            await asyncio.to_thread(self._load, "prefect_dask")
        self._outage_since = time.monotonic()
        while True:
            try:
                async with _connect(self._address, self._load) as client:
                    while True:
                        found = await _probe(client)
                        self._client = client
                        await self._update(found.threads, "it has no workers")
                        await asyncio.sleep(POLL_SECONDS)
            except Exception as error:  # noqa: BLE001 - Dask's are of many kinds, a worker's of any
                await self._update(0, _reason(error))
            finally:
                self._client = None
            await asyncio.sleep(POLL_SECONDS)

    async def _update(self, threads: int, why: str) -> None:
        if threads == 0 and (self._threads > 0 or why != self._why):
            logger.warning("the Dask cluster at %s cannot be used: %s", self._address, why)
        if threads > 0 and self._threads == 0:
            logger.info("the Dask cluster at %s has %d threads", self._address, threads)
        if threads > 0:
            self._outage_since = time.monotonic()
        self._threads, self._why = threads, why
        await self._notify_waiters()

    async def _notify_waiters(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def probe_cluster(address: str, load: Callable[[str], Any]) -> ClusterInfo:
    """Ask a scheduler what it has. Raises UnavailableError `compute_unavailable`."""

    async def ask() -> ClusterInfo:
        async with _connect(address, load, warm=False) as client:
            return await _probe(client)

    try:
        return asyncio.run(ask())
    except Exception as error:
        raise UnavailableError("compute_unavailable", _reason(error)) from error


@asynccontextmanager
async def _connect(
    address: str, load: Callable[[str], Any], *, warm: bool = True
) -> AsyncGenerator[Any]:
    prefect_dask = await asyncio.to_thread(load, "prefect_dask")
    client = prefect_dask.PrefectDaskClient(
        address, asynchronous=True, set_as_default=False, timeout=RESPONSE_SECONDS, name="nodeloom"
    )
    try:
        await client
        if warm:
            from flows.compute.dask_worker import WarmUpPlugin  # noqa: PLC0415 - needs Dask

            await client.register_plugin(WarmUpPlugin())
        yield client
    finally:
        with contextlib.suppress(Exception):  # it may be the cluster that went
            await asyncio.wait_for(client.close(), RESPONSE_SECONDS)


async def _probe(client: Any) -> ClusterInfo:
    threads: dict[str, int] = await asyncio.wait_for(client.nthreads(), RESPONSE_SECONDS)
    return ClusterInfo(len(threads), sum(threads.values()))


async def _get_result(future: Any) -> Any:
    from distributed import KilledWorker  # noqa: PLC0415 - loaded with the client
    from distributed.client import FutureCancelledError  # noqa: PLC0415

    try:
        return await future
    except FutureCancelledError as error:
        raise _ConnectionLostError from error
    except KilledWorker as error:
        raise BadInputError(
            "child_died",
            "Each worker of the Dask cluster that worked on this picture or video died: try a"
            " smaller or another file, or give the workers more memory.",
        ) from error


async def _cancel_work(client: Any, future: Any, token: str) -> None:
    """Have the cluster forget a work, and kill the child that may be at it."""
    from flows.compute.dask_worker import cancel  # noqa: PLC0415 - loaded with the client

    with contextlib.suppress(Exception):  # a cluster that is away does not work either
        await asyncio.wait_for(client.cancel([future], force=True), RESPONSE_SECONDS)
        await asyncio.wait_for(client.run(cancel, token, on_error="ignore"), RESPONSE_SECONDS)


def _reason(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        return (
            f"{error.name} is not installed: here `make install-dask` or nodeloom[dask] adds it, and"
            " the cluster needs Nodeloom, too"
        )
    said = str(error).strip().splitlines() or [type(error).__name__]
    return said[0][:300].rstrip(".")
