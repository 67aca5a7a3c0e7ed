"""The process `nodeloom worker`: event loops in threads, signals in the main thread.

Prefect turns SIGTERM into an exception inside the event loop of the main thread, which would
crash every run in the process; an event loop in another thread is left alone.
"""

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Mapping
from typing import Final

from db.postgres.background import Background
from flows.compute.malloc import Option, set_malloc_options
from flows.process.executor import Executor, open_executor
from flows.process.gc import freeze_startup_objects
from flows.process.metrics import export_gauges
from flows.process.run_hosts import RunHosts
from schemas.errors import AppError
from schemas.settings import Settings
from telemetry.setup import start_metrics, start_traces, stop_metrics, stop_traces

logger = logging.getLogger(__name__)

MALLOC_OPTIONS: Final[Mapping[Option, int]] = {
    # Long texts have pages of their own, which go back to the system with them; glibc otherwise
    # puts them among what stays as soon as the first of them is freed.
    "M_MMAP_THRESHOLD": 131_072,
    "M_TRIM_THRESHOLD": 16_777_216,
    "M_ARENA_MAX": 2,
}


def main(settings: Settings) -> int:
    """Execute runs until SIGTERM or SIGINT; give the exit code.

    Prints `worker ready` when the first look at the queue was made.
    """
    return Worker(settings).run()


class Worker:
    """Runs the executor's event loop and hands it the order to stop."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; `run` blocks until stopped."""
        self._settings = settings
        self._loop: asyncio.AbstractEventLoop | None = None
        self._executor: Executor | None = None
        self._exit_code = 0
        self._stop = threading.Event()

    def run(self) -> int:
        """Execute runs until SIGTERM or SIGINT; give the exit code."""
        set_malloc_options(MALLOC_OPTIONS)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        thread = threading.Thread(target=self._run_loop, name="engine")
        thread.start()
        while thread.is_alive():
            thread.join(0.5)  # signals are handled between two waits
        return self._exit_code

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._stop.set()
        if self._loop is None or self._executor is None:
            return
        with contextlib.suppress(RuntimeError):  # a second order, when the loop has ended
            self._loop.call_soon_threadsafe(self._executor.stop)

    def _run_loop(self) -> None:
        try:
            start_traces(self._settings, "worker")
            start_metrics(self._settings, "worker")
            asyncio.run(self._main())
        except AppError as error:
            logger.error("%s", error)  # noqa: TRY400 - the sentence says it all
            self._exit_code = 1
        except BaseException:
            logger.exception("the worker failed")
            self._exit_code = 1
        finally:
            stop_metrics()
            stop_traces()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with open_executor(self._settings) as self._executor:
            if self._stop.is_set():
                return
            async with Background("worker") as background:
                background.spawn(_warm_up(self._executor), name="warm up")
                hosts = RunHosts(self._executor.runtime, self._executor.startup_finished)
                with export_gauges(self._settings, self._executor):
                    async with hosts.open():
                        await self._executor.run(_once(_print_ready), hosts.execute)


async def _warm_up(executor: Executor) -> None:
    await executor.startup_finished.wait()
    await executor.warm_up()
    freeze_startup_objects()


def _print_ready() -> None:
    print("worker ready", flush=True)  # noqa: T201 - `nodeloom up` waits for this line


def _once(action: Callable[[], None]) -> Callable[[], None]:
    done = False

    def act() -> None:
        nonlocal done
        if not done:
            done = True
            action()

    return act
