"""The process `nodeloom recorder`: what is between our rows and Prefect and executes no run.

It gives way to everything else, since nobody waits for it but people who look on.
"""

import asyncio
import contextlib
import logging
import os
from functools import partial
from pathlib import Path
from typing import Final

from db.postgres.background import Background
from flows.engine.runtime import open_runtime
from flows.prefect.loading import is_reachable, load_prefect
from flows.process.gc import freeze_startup_objects
from flows.process.service import run_service
from schemas.settings import Settings

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
    return run_service("recorder", settings, partial(_record_runs, settings))


async def _record_runs(settings: Settings, stop: asyncio.Event) -> None:
    print("recorder ready", flush=True)  # noqa: T201 - `nodeloom up` waits for this line
    async with Background("recorder") as background:
        if settings.prefect_api_url is None or settings.prefect_mode == "off":
            logger.info("Prefect is told nothing: see PREFECT_API_URL and NODELOOM_PREFECT")
        else:
            serve = partial(_serve_prefect, settings, settings.prefect_api_url)
            background.every(RETRY_SECONDS, serve, name="Prefect")
        await stop.wait()


async def _serve_prefect(settings: Settings, url: str) -> None:
    while not await is_reachable(url):  # noqa: ASYNC110 - another process
        await asyncio.sleep(POLL_SECONDS)
    prefect = await asyncio.to_thread(load_prefect, "flows.prefect.background")
    database_url = settings.required_database_url
    async with open_runtime(settings, database_url, "nodeloom-recorder", load_prefect) as runtime:
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
