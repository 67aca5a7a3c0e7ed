"""Copies the limits by tag that operators set in Prefect into our database, where they hold.

Prefect is never asked while a node waits. One executor at a time looks every two seconds; while
Prefect is away the last limits hold.
"""

import asyncio
import logging
from functools import partial
from typing import Any, Final

from prefect.client.orchestration import PrefectClient
from prefect.context import AsyncClientContext

from db.limits.concurrency import replace_concurrency_limits
from db.postgres.outage import OUTAGE_ERRORS
from flows.engine.runtime import Runtime
from flows.maintenance.leader import LeaderTask, run_if_leader, run_in_transaction

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 2.0
LEADER_TASK: Final = LeaderTask(
    "prefect-limits", timeout_seconds=15.0, interval_seconds=POLL_SECONDS / 2
)
PAGE_SIZE: Final = 200
_TAG: Final = "tag:"
MAX_SLOTS: Final = 2_147_483_647


async def sync_tag_limits(runtime: Runtime) -> None:
    """Look until cancelled."""
    async with AsyncClientContext.get_or_create() as context:
        unavailable = False
        while True:
            try:
                sync = partial(_sync, runtime, context.client)
                await run_if_leader(runtime.sessions, LEADER_TASK, sync)
                unavailable = False
            except OUTAGE_ERRORS as error:
                logger.warning("limits by tag stay as they are: %s", error)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect
                if not unavailable:
                    logger.warning("limits by tag stay as they are: Prefect says %s", error)
                unavailable = True
            await asyncio.sleep(POLL_SECONDS)


async def _sync(runtime: Runtime, client: PrefectClient) -> None:
    limits = await read_tag_limits(client)
    await run_in_transaction(runtime.sessions, partial(replace_concurrency_limits, limits=limits))


async def read_tag_limits(client: PrefectClient) -> dict[str, int]:
    """Give the limits that are set and active on tags of task runs."""
    found: dict[str, int] = {}
    offset = 0
    while True:
        page: list[dict[str, Any]] = (
            await client.request(
                "POST", "/v2/concurrency_limits/filter", json={"limit": PAGE_SIZE, "offset": offset}
            )
        ).json()
        found |= {
            each["name"].removeprefix(_TAG)[:200]: min(max(0, each["limit"]), MAX_SLOTS)
            for each in page
            if each["active"] and len(each["name"]) > len(_TAG) and each["name"].startswith(_TAG)
        }
        offset += len(page)
        if len(page) < PAGE_SIZE:
            return found
