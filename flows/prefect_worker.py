"""A Prefect process worker inside `nodeloom worker`: what is started in Prefect's UI runs too.

It polls the work pool of `prefect.yaml` and starts a process per flow run, which executes
`flows.run_workflow`. Runs that come through our API never pass here.
"""

import asyncio
import logging
from typing import Final

from prefect.workers.process import ProcessWorker

logger = logging.getLogger(__name__)

WORK_POOL: Final = "nodeloom"
RETRY_SECONDS: Final = 5.0


async def serve_work_pool() -> None:
    """Serve the work pool until cancelled; while Prefect is away, try again and again."""
    while True:
        try:
            worker = ProcessWorker(work_pool_name=WORK_POOL, create_pool_if_not_found=True)
            await worker.start(printer=logger.info)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - Prefect's trouble is not the executor's
            logger.warning("the work pool %s is not served: %s", WORK_POOL, error)
        await asyncio.sleep(RETRY_SECONDS)
