"""The process `nodeloom worker`: executes runs."""

import asyncio
from collections.abc import Callable
from functools import partial

from db.postgres.background import Background
from flows.compute.malloc import LONG_LIVED, set_malloc_options
from flows.process.executor import Executor, open_executor
from flows.process.gc import freeze_startup_objects
from flows.process.memory import MemoryGuard
from flows.process.metrics import export_gauges
from flows.process.run_hosts import RunHosts
from flows.process.service import run_service
from schemas.settings import Settings


def main(settings: Settings) -> int:
    """Execute runs until SIGTERM or SIGINT; give the exit code.

    Prints `worker ready` when the first look at the queue was made.
    """
    set_malloc_options(LONG_LIVED)
    return run_service("worker", settings, partial(_execute_runs, settings))


async def _execute_runs(settings: Settings, stop: asyncio.Event) -> None:
    async with open_executor(settings) as executor:
        if stop.is_set():
            return
        async with Background("worker") as background:
            background.spawn(_stop_executor(executor, stop), name="stop")
            background.spawn(_warm_up(executor), name="warm up")
            hosts = RunHosts(executor.runtime, executor.startup_finished)
            guard = MemoryGuard(executor.runtime.memory, asyncio.get_running_loop())
            with export_gauges(settings, executor), guard:
                async with hosts.open():
                    await executor.run(_once(_print_ready), hosts.execute)


async def _stop_executor(executor: Executor, stop: asyncio.Event) -> None:
    await stop.wait()
    executor.stop()


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
