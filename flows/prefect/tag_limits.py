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

from db.limits.concurrency import set_limits
from flows.engine.context import Runtime
from flows.engine.durable import AWAY
from flows.maintenance.leader import Chore, do_in_turn, in_database

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 2.0
CHORE: Final = Chore("prefect-limits", seconds=15.0, again_seconds=EVERY_SECONDS / 2)
PAGE: Final = 200
_TAG: Final = "tag:"
MAX_PLACES: Final = 2_147_483_647


async def follow_limits(runtime: Runtime) -> None:
    """Look until cancelled."""
    async with AsyncClientContext.get_or_create() as context:
        away = False
        while True:
            try:
                look = partial(_look, runtime, context.client)
                await do_in_turn(runtime.sessions, CHORE, look)
                away = False
            except AWAY as error:
                logger.warning("limits by tag stay as they are: %s", error)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect
                if not away:
                    logger.warning("limits by tag stay as they are: Prefect says %s", error)
                away = True
            await asyncio.sleep(EVERY_SECONDS)


async def _look(runtime: Runtime, client: PrefectClient) -> None:
    limits = await read_limits(client)
    await in_database(runtime.sessions, partial(set_limits, limits=limits))


async def read_limits(client: PrefectClient) -> dict[str, int]:
    """Give the limits that are set and active on tags of task runs."""
    found: dict[str, int] = {}
    offset = 0
    while True:
        page: list[dict[str, Any]] = (
            await client.request(
                "POST", "/v2/concurrency_limits/filter", json={"limit": PAGE, "offset": offset}
            )
        ).json()
        found |= {
            each["name"].removeprefix(_TAG)[:200]: min(max(0, each["limit"]), MAX_PLACES)
            for each in page
            if each["active"] and len(each["name"]) > len(_TAG) and each["name"].startswith(_TAG)
        }
        offset += len(page)
        if len(page) < PAGE:
            return found
