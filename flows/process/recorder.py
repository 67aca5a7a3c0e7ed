"""The process `nodeloom recorder`: what is between our rows and Prefect and executes no run.

It gives way to everything else, since nobody waits for it but people who look on. Its event loop
is in a thread: Prefect turns SIGTERM into an exception inside the event loop of the main thread.
"""

import asyncio
import contextlib
import logging
import os
import signal
import threading
from pathlib import Path
from typing import Final

from db.postgres.background import Background
from flows.engine.runtime import open_runtime
from flows.prefect.loading import is_reachable, load_prefect
from flows.process.gc import freeze_startup_objects
from schemas.errors import AppError
from schemas.settings import Settings
from telemetry.setup import start_metrics, stop_metrics

logger = logging.getLogger(__name__)

PRIORITY: Final = 10
"""Of 19, the lowest: a tenth of what others get. With 19 it is left without the processor for so long
on a busy machine that connections to PostgreSQL time out, and flow runs of the work pool wait."""
POLL_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 5.0


def main(settings: Settings) -> int:
    """Tell Prefect of runs, and take its requests, until SIGTERM or SIGINT; give the exit code.

    Prints `recorder ready` when it has begun, whether Prefect answers or not.
    """
    return _Process(settings).run()


class _Process:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._exit_code = 0

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        thread = threading.Thread(target=self._run_loop, name="recorder")
        thread.start()
        while thread.is_alive():
            thread.join(0.5)  # signals are handled between two waits
        return self._exit_code

    def _on_signal(self, _number: int, _frame: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._stop.set)

    def _run_loop(self) -> None:
        try:
            start_metrics(self._settings, "recorder")
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._main())
        except AppError as error:
            logger.error("%s", error)  # noqa: TRY400 - the sentence says it all
            self._exit_code = 1
        except BaseException:
            logger.exception("the recorder failed")
            self._exit_code = 1
        finally:
            stop_metrics()

    async def _main(self) -> None:
        print("recorder ready", flush=True)  # noqa: T201 - `nodeloom up` waits for this line
        async with Background("recorder") as background:
            if self._settings.prefect_api_url is None or self._settings.prefect_mode == "off":
                logger.info("Prefect is told nothing: see PREFECT_API_URL and NODELOOM_PREFECT")
            else:
                background.every(RETRY_SECONDS, self._serve, name="Prefect")
            await self._stop.wait()

    async def _serve(self) -> None:
        settings, url = self._settings, self._settings.prefect_api_url or ""
        while not await is_reachable(url):  # noqa: ASYNC110 - another process
            await asyncio.sleep(POLL_SECONDS)
        prefect = await asyncio.to_thread(load_prefect, "flows.prefect.background")
        database_url = settings.required_database_url
        async with open_runtime(
            settings, database_url, "nodeloom-recorder", load_prefect
        ) as runtime:
            freeze_startup_objects()
            _lower_priority()  # now: importing Prefect takes seconds of the processor
            await prefect.serve(runtime, url)


def _lower_priority() -> None:
    """Let others have the processor first; Linux has a priority for each thread."""
    tasks = Path("/proc/self/task")
    threads = [int(each.name) for each in tasks.iterdir()] if tasks.exists() else [0]
    for thread in threads:
        with contextlib.suppress(OSError):  # it has ended, or ours is lower already
            os.setpriority(os.PRIO_PROCESS, thread, PRIORITY)
