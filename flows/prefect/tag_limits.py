"""Copies the limits by tag that operators set in Prefect into our database, where they hold.

Prefect is never asked while a node waits. The recorder that leads looks every three seconds; while
Prefect is away the last limits hold.
"""

import asyncio
from functools import partial
from typing import Any, Final

from prefect.client.orchestration import PrefectClient
from prefect.context import AsyncClientContext

from db.limits.concurrency import replace_concurrency_limits
from db.postgres.background import Background
from flows.engine.runtime import Runtime
from flows.maintenance.leader import Leadership
from flows.prefect.loading import is_reachable

POLL_SECONDS: Final = 3.0
TIMEOUT_SECONDS: Final = 15.0
"""After so long a look is given up."""
PAGE_SIZE: Final = 200
_TAG: Final = "tag:"
MAX_SLOTS: Final = 2_147_483_647


async def sync_tag_limits(runtime: Runtime, leadership: Leadership) -> None:
    """Look until cancelled."""
    url = runtime.settings.prefect_api_url

    async def sync_if_leader(client: PrefectClient) -> None:
        if url is not None and leadership.is_held and await is_reachable(url):
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await _sync(runtime, client)

    async with (
        AsyncClientContext.get_or_create() as context,
        Background("limits by tag in Prefect") as background,
    ):
        await background.every(POLL_SECONDS, partial(sync_if_leader, context.client))


async def _sync(runtime: Runtime, client: PrefectClient) -> None:
    limits = await read_tag_limits(client)
    await runtime.run_in_transaction(partial(replace_concurrency_limits, limits=limits))


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
