"""What runs in a worker of a Dask cluster: the same confined children as in a worker of ours.

Only descriptions travel over Dask's wire. The bytes of pictures and videos are read from and
written to the asset store that this process's own settings name.
"""

import asyncio
import multiprocessing
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from assets.store import AssetStore, open_store
from flows.compute.process_pool import ChildProcessPool
from schemas.errors import AppError, NodeError
from schemas.settings import Settings
from schemas.values import AssetValue
from tasks.node_type.definition import ChildContext, Inputs

_running: Final[dict[str, "asyncio.Task[Any]"]] = {}


async def run_in_worker(
    token: str, function: Callable[..., Any], args: Sequence[Any], seconds: float
) -> Any:
    """Run a function in a child of this process; `token` is what `cancel` calls it by.

    Asynchronous, so that `cancel`, which comes to the same event loop, can end it.

    Raises:
        NodeError: as `Children.call`, and `compute_unavailable` where no child may be started.
        Exception: whatever the function raised.
    """
    children, store = _children(get_worker().state.nthreads), _store()
    await asyncio.to_thread(_fetch_assets, store, args)
    own = [
        replace(each, store=store.local) if isinstance(each, ChildContext) else each
        for each in args
    ]
    task = asyncio.ensure_future(children.call(function, *own, seconds=seconds))
    _running[token] = task
    try:
        await asyncio.wait({task})
        if task.cancelled():
            raise NodeError("cancelled", "The work was cancelled.")
        result = task.result()
    finally:
        task.cancel()
        _running.pop(token, None)
    if isinstance(result, AssetValue):
        await asyncio.to_thread(_make_durable, store, result.sha256)
    return result


def cancel(token: str) -> None:
    """End a piece of work and kill its child; runs in the event loop of the Dask worker."""
    task = _running.get(token)
    if task is not None:
        task.cancel()


class WarmUpPlugin(WorkerPlugin):
    """Has a Dask worker start its children when it joins, and kill them when it leaves."""

    name = "nodeloom"
    idempotent = True

    def setup(self, worker: Any) -> None:
        """Fork the children. Raises NodeError where that is not allowed."""
        _children(worker.state.nthreads).start()

    def teardown(self, worker: Any) -> None:
        """Kill the children."""
        _children(worker.state.nthreads).stop()
        _children.cache_clear()


@lru_cache(maxsize=1)
def _children(threads: int) -> ChildProcessPool:
    if multiprocessing.current_process().daemon:
        raise NodeError(
            "compute_unavailable",
            "The Dask workers may not start processes of their own, so broken pictures would kill"
            " them: start them with --no-nanny, or with DASK_DISTRIBUTED__WORKER__DAEMON=False.",
        )
    return ChildProcessPool(threads)


@lru_cache(maxsize=1)
def _store() -> AssetStore:
    return open_store(Settings())


def _fetch_assets(store: AssetStore, args: Sequence[Any]) -> None:
    """Have the pictures and videos on this machine: children know no bucket."""
    with _as_node_errors():
        for each in args:
            for _, value in each if isinstance(each, Inputs) else ():
                for one in value if isinstance(value, list) else [value]:
                    if isinstance(one, AssetValue):
                        store.path(one.sha256)


def _make_durable(store: AssetStore, sha256: str) -> None:
    """Have the bytes safe before their description leaves: no other machine can sync them."""
    with _as_node_errors():
        store.make_durable(sha256)


@contextmanager
def _as_node_errors() -> Generator[None]:
    try:
        yield
    except NodeError:
        raise
    except AppError as error:
        raise NodeError(error.code, error.message) from error
