"""Where a node's plain function runs: in children of this process, or on a cluster."""

from collections.abc import AsyncGenerator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
)
from typing import Any, Protocol

from flows.compute.process_pool import ChildProcessPool
from schemas.settings import Settings
from tasks.node_type.live import Emit

LoadModule = Callable[[str], Any]
"""Imports a module that brings Prefect along; called in a thread, since that takes seconds."""


class Compute(Protocol):
    """Does the work of pictures and videos: `Children`, or `flows.compute.dask.DaskCompute`."""

    @property
    def slots(self) -> AbstractAsyncContextManager[Any]:
        """Held around a call, so that work counts as running only when there is room for it."""
        ...

    def start(self) -> None:
        """Warm up; called more than once, it does no more."""
        ...

    def emitter(self, receive: Emit) -> AbstractContextManager[Emit]:
        """Give what the function of a call may call while it works; picklable."""
        ...

    async def call(self, function: Callable[..., Any], *args: Any, seconds: float) -> Any:
        """Run a picklable module-level function that changes nothing but the asset store.

        Cancelling this call ends the work.

        Raises:
            NodeError: `timed_out`, `out_of_memory`, `child_died` or `compute_unavailable`.
            Exception: whatever the function raised.
        """
        ...


@asynccontextmanager
async def open_compute(
    settings: Settings, children: ChildProcessPool, load: LoadModule
) -> AsyncGenerator[Compute]:
    """Give what the settings name, and let go of it at the end; nothing is connected yet."""
    if settings.dask_scheduler is None:
        yield children
        return
    from flows.compute.dask import DaskCompute  # noqa: PLC0415 - only where it is used

    compute = DaskCompute(settings.dask_scheduler, load)
    try:
        yield compute
    finally:
        await compute.close()
