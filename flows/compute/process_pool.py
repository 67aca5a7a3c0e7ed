"""Child processes for pictures and videos: warm, limited, killed one by one."""

import asyncio
import ctypes
import logging
import multiprocessing
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, Final

from pebble import ProcessExpired, ProcessPool

from flows.compute.child_output import ChildOutput, connect_child
from flows.compute.malloc import set_malloc_options
from schemas.errors import BadInputError, NodeError
from tasks.child import PRELOADED_MODULES
from tasks.node_type.live import Emit
from telemetry.metrics import metrics
from telemetry.unhandled import Form, configure_child, log_form

MEMORY_BYTES = 1024**3
"""Address space a child may use beyond what it has at its start: a WebP picture of 40 million
pixels needs 870 MB to be decoded and written again, one of the other formats 310."""
_RETAINED_BYTES = 64 * 1024**2
"""Memory a child keeps between pictures. One of 12 megapixels is 48 MB, and getting that in pages
of 4 KB, anew for each picture, was a fifth of the work on it."""
_MMAP_BYTES = 32 * 1024**2
"""The most that can be set; Pillow's blocks have 16 MB."""
IDLE_SECONDS: Final = 60.0
"""After so long without work children end: each has memory of its own, and a new one takes milliseconds."""
_PR_SET_PDEATHSIG = 1
_SENT_FROM_OUTSIDE: Final = frozenset(
    # Pebble's children answer SIGTERM by exiting with its number.
    (-signal.SIGKILL, -signal.SIGHUP, -signal.SIGINT, -signal.SIGQUIT, int(signal.SIGTERM))
)
"""Exit codes of a child that somebody ended; a fault of the work's own raises other signals."""


class ChildProcessPool:
    """A pool of warm child processes; a work item that dies or hangs takes only its own child.

    Pebble rather than the standard pool: there one dead child breaks every work item in
    flight, and a running one can be neither timed out nor cancelled.
    """

    def __init__(self, workers: int | None = None) -> None:
        """Prepare a pool of as many children as there are processors; they start when needed."""
        self.workers = workers or os.cpu_count() or 1
        self.slots = asyncio.Semaphore(self.workers)
        """Held around a call, so that work counts as running only when a child is free."""
        self.warm = False
        """Whether a child has done something yet: until then what they need is being imported."""
        self._output = ChildOutput()
        self._pool = self._make_pool()
        self._calls = 0
        self._idle_timer: asyncio.TimerHandle | None = None

    @property
    def busy(self) -> bool:
        """Whether every child is at work, or about to be."""
        return self.slots.locked()

    def start(self) -> None:
        """Start the process that forks children, which takes a second, before there is work."""
        forkserver.ensure_running()

    async def call(self, function: Callable[..., Any], *args: Any, seconds: float) -> Any:
        """Run a picklable module-level function; cancelling this call kills the child.

        It runs once more where somebody killed the child, such as the kernel for the memory of the
        machine: that may have been for others. A second time the work is to blame.

        Raises:
            NodeError: `timed_out`, `out_of_memory`, `child_died`, or `file_too_slow`.
            Exception: whatever the function raised.
        """
        with self._working():
            try:
                return await self._try(function, args, seconds)
            except ProcessExpired as error:
                if error.exitcode not in _SENT_FROM_OUTSIDE:
                    raise _death_error(error) from error
            metrics().child_process_died("killed")
            try:
                return await self._try(function, args, seconds)
            except ProcessExpired as error:
                raise _death_error(error) from error

    async def _try(
        self, function: Callable[..., Any], args: tuple[Any, ...], seconds: float
    ) -> Any:
        pool = self._pool
        try:
            return await self._call(pool, function, args, seconds)
        except RuntimeError:
            if pool.active:
                raise
            # A child was killed while it waited for work, which breaks the whole pool. What
            # runs here changes nothing outside, so it can simply be done by a new one.
            self._replace(pool)
            return await self._call(self._pool, function, args, seconds)

    async def _call(
        self, pool: ProcessPool, function: Callable[..., Any], args: tuple[Any, ...], seconds: float
    ) -> Any:
        if not self._started:  # children are forked now, for which the event loop has no time
            await asyncio.to_thread(lambda: pool.active)
            self._started = True
        try:
            result = await asyncio.wrap_future(pool.schedule(function, args=args, timeout=seconds))
        except MemoryError as error:
            raise BadInputError(
                "out_of_memory",
                "This picture or video needs more memory than a node may use: try a smaller one.",
            ) from error
        except TimeoutError as error:
            metrics().child_process_died("timed_out")
            raise timeout_error(seconds) from error
        self.warm = True
        return result

    @contextmanager
    def _working(self) -> Generator[None]:
        """Let children end only when no call was under way for a while."""
        self._calls += 1
        self._cancel_timer()
        try:
            yield
        finally:
            self._calls -= 1
            if not self._calls:
                loop = asyncio.get_running_loop()
                self._idle_timer = loop.call_later(IDLE_SECONDS, self._end_children)

    def _end_children(self) -> None:
        idle, self._pool = self._pool, self._make_pool()
        asyncio.get_running_loop().run_in_executor(None, _end, idle)

    def _cancel_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()

    def _replace(self, broken: ProcessPool) -> None:
        if self._pool is broken:
            metrics().child_process_died("pool_broken")
            broken.stop()
            self._pool = self._make_pool()

    def emitter(self, receive: Emit) -> AbstractContextManager[Emit]:
        """Give what a function in a child may call while it works; picklable."""
        return self._output.emitter(receive)

    def stop(self) -> None:
        """Kill the children."""
        self._cancel_timer()
        _end(self._pool)
        self._output.close()

    def _make_pool(self) -> ProcessPool:
        self._started = False
        context: Any = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(PRELOADED_MODULES))
        return ProcessPool(
            max_workers=self.workers,
            max_tasks=500,
            initializer=_start_child,
            initargs=(self._output.writer, log_form(), logging.getLogger().level),
            context=context,
        )


def _death_error(error: ProcessExpired) -> BadInputError:
    if error.exitcode == -signal.SIGPROF:
        metrics().child_process_died("timed_out")
        return BadInputError(
            "file_too_slow",
            "This file takes too long to read: it is damaged, or far too complex. Export it"
            " again and upload that.",
        )
    metrics().child_process_died("died")
    return BadInputError(
        "child_died",
        "The process that worked on this picture or video died, most likely because the"
        " file is damaged or needs more memory than allowed: try a smaller or another file.",
    )


def timeout_error(seconds: float) -> NodeError:
    """Give the error of a node that used up its time."""
    return NodeError(
        "timed_out",
        f"The node did not finish within {seconds:g} seconds: raise `timeoutSeconds` in its"
        " settings, or give it less to do.",
        retryable=True,
    )


def _end(pool: ProcessPool) -> None:
    pool.stop()
    pool.join()


def call_with_limit(cpu_seconds: float, function: Callable[..., Any], *args: Any) -> Any:
    """Call a function in this child, which the system kills when its processor time is used up.

    That is nobody's fault but the file's: who called it gets `file_too_slow`.
    """
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        return function(*args)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _start_child(channel: socket.socket, form: Form | None, log_level: int) -> None:
    """Prepare a new child for its work."""
    configure_child(form, log_level)
    connect_child(channel)
    _limit_memory()


def _limit_memory() -> None:
    """Limit a new child's memory, and let it die with the process that forks children."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    set_malloc_options(
        {
            # Threads share what is kept; an arena of its own would be 64 MB of address space each.
            "M_ARENA_MAX": 1,
            "M_MMAP_THRESHOLD": _MMAP_BYTES,
            "M_TRIM_THRESHOLD": _RETAINED_BYTES,
            "M_TOP_PAD": _RETAINED_BYTES,
        }
    )
    pages_in_use = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages_in_use * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with suppress(
        OSError
    ):  # where all memory is used up, the kernel ends a child, and not the worker
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold somebody's picture
