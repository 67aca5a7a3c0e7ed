"""Forgets what is older than the settings say, a little at a time, beside the runs.

One executor at a time does a round, every ten minutes (`NODELOOM_RETENTION_SECONDS`). Bytes go last
and by themselves: a file that no row names for a day is removed, so a crash between a row and its
file is made good by the next round.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from db.lists.links import delete_old_links
from db.postgres.background import Background
from db.queue.deliveries import delete_old_deliveries
from db.retention import (
    BATCH_ROWS,
    clear_deleted_runs,
    clear_idempotency_keys,
    delete_assets,
    delete_ended_drafts,
    delete_old_batches,
    delete_old_runs,
    delete_superseded_revisions,
    delete_surplus_revisions,
    delete_surplus_runs,
    delete_versions,
    delete_workflows,
    find_referenced_hashes,
    find_unused_assets,
)
from db.schedule_ticks import delete_old_ticks
from flows.engine.runtime import Runtime
from flows.maintenance.leader import LeaderTask, run_if_leader

logger = logging.getLogger(__name__)

ROUND_TIMEOUT_SECONDS: Final = 6 * 3600.0
UNUSED_ASSETS: Final = LeaderTask(
    "unused-assets",
    timeout_seconds=ROUND_TIMEOUT_SECONDS,
    interval_seconds=6 * 3600.0,  # it reads the whole history
    interval_after_failure=True,
)
PAUSE_SECONDS: Final = 0.1
"""Between two batches, for others to come through."""
KEYS_HOURS: Final = 24
EVERY_SAVE_MINUTES: Final = 60
"""How long a history has every save; then the last one of each session."""
GRACE_HOURS: Final = 24
"""How long an asset is kept that nothing refers to yet, or nothing any more."""
UNFINISHED_HOURS: Final = 1
DELIVERY_DAYS: Final = 30
"""How long what a webhook was told is listed."""
LINK_DAYS: Final = 30
"""How long a share link that is over, or revoked, is listed, and says so to whoever opens it."""

Item = TypeVar("Item")
Batch = Callable[[Session], int]


class Retention:
    """Keeps the database and the asset store from growing for ever."""

    def __init__(self, runtime: Runtime) -> None:
        """Prepare; nothing is done before `start`."""
        self._runtime = runtime
        self._settings = runtime.settings
        self._expired = LeaderTask(
            "retention",
            timeout_seconds=ROUND_TIMEOUT_SECONDS,
            interval_seconds=runtime.settings.retention_seconds,
            interval_after_failure=True,
        )

    def start(self, background: Background) -> None:
        """Do rounds now and then."""
        seconds = self._settings.retention_seconds
        background.every(seconds, self._run, name="retention", begins_with_pause=True)

    async def _run(self) -> None:
        sessions = self._runtime.sessions
        await run_if_leader(sessions, self._expired, self.delete_expired)
        await run_if_leader(sessions, UNUSED_ASSETS, self.delete_unused)

    async def delete_expired(self) -> None:
        """Forget keys, runs, workflows, versions, share links, deliveries, previews and ticks that are due."""
        days, keep = self._settings.keep_runs_days, self._settings.keep_runs
        await self._drain(
            "idempotency keys", lambda session: clear_idempotency_keys(session, KEYS_HOURS)
        )
        await self._drain("deleted runs", clear_deleted_runs)
        await self._drain("old runs", lambda session: delete_old_runs(session, days))
        await self._drain("surplus runs", lambda session: delete_surplus_runs(session, keep))
        await self._drain("batches", lambda session: delete_old_batches(session, days))
        gone = self._settings.keep_deleted_days
        await self._drain("deleted workflows", lambda session: delete_workflows(session, gone))
        await self._drain(
            "saves", lambda session: delete_superseded_revisions(session, EVERY_SAVE_MINUTES)
        )
        most = self._settings.keep_versions
        await self._drain(
            "entries of histories", lambda session: delete_surplus_revisions(session, most)
        )
        await self._drain("unused versions", delete_versions)
        await self._drain(
            "share links", lambda session: delete_old_links(session, LINK_DAYS, BATCH_ROWS)
        )
        await self._drain(
            "deliveries", lambda session: delete_old_deliveries(session, DELIVERY_DAYS, BATCH_ROWS)
        )
        await self._drain("previews", delete_ended_drafts)
        await self._drain("ticks", lambda session: delete_old_ticks(session, days, BATCH_ROWS))

    async def delete_unused(self) -> None:
        """Forget assets that nothing refers to, and remove bytes that no asset names."""
        await self.delete_unused_assets()
        await self.delete_unreferenced_files()

    async def delete_unused_assets(self) -> None:
        """Forget assets that nothing refers to."""
        unused = await self._runtime.run_in_transaction(
            partial(find_unused_assets, hours=GRACE_HOURS)
        )
        for ids in _batches(unused):
            delete = partial(delete_assets, ids=ids, hours=GRACE_HOURS)
            await self._runtime.run_in_transaction(delete)
        if unused:
            logger.info("retention: %d unused assets", len(unused))

    async def delete_unreferenced_files(self) -> None:
        """Remove bytes that no asset names, and files that were never finished."""
        store, now = self._runtime.store, time.time()
        await asyncio.to_thread(store.remove_partial_files, now - UNFINISHED_HOURS * 3600)
        before = now - GRACE_HOURS * 3600
        names = await asyncio.to_thread(lambda: list(store.unused_since(before)))
        for batch in _batches(names):
            known = await self._runtime.run_in_transaction(
                partial(find_referenced_hashes, names=batch)
            )
            for name in set(batch) - known:
                await asyncio.to_thread(store.remove, name, before)
        await self._purge_trash(before)

    async def _purge_trash(self, before: float) -> None:
        """Look once more at what was only put aside the day before: a row may name it by now."""
        store = self._runtime.store
        names = await asyncio.to_thread(lambda: list(store.trashed_before(before)))
        for batch in _batches(names):
            known = await self._runtime.run_in_transaction(
                partial(find_referenced_hashes, names=batch)
            )
            for name in batch:
                end = store.restore if name in known else store.purge
                await asyncio.to_thread(end, name)

    async def _drain(self, what: str, batch: Batch) -> None:
        total = 0
        while count := await self._runtime.run_in_transaction(batch):
            total += count
            await asyncio.sleep(PAUSE_SECONDS)
        if total:
            logger.info("retention: %d %s", total, what)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH_ROWS)):
        yield batch
