"""Forgets what is older than the settings say, a little at a time, beside the runs.

Every executor looks every ten minutes (`NODELOOM_RETENTION_SECONDS`); an advisory lock, taken anew
for each batch, lets one of them work. Bytes go last and by themselves: a file that no row names for
a day is removed, so a crash between a row and its file is made good by the next round.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from db.retention import (
    BATCH_ROWS,
    clear_idempotency_keys,
    delete_assets,
    delete_old_runs,
    delete_superseded_revisions,
    delete_surplus_revisions,
    delete_surplus_runs,
    delete_versions,
    delete_workflows,
    find_referenced_hashes,
    find_unused_assets,
    lock_retention,
)
from db.schedule_ticks import delete_old_ticks
from flows.engine.runtime import Runtime
from flows.maintenance.leader import Result, run_in_transaction

logger = logging.getLogger(__name__)

ASSETS_INTERVAL_SECONDS: Final = 6 * 3600.0
"""Looking for unused assets reads the whole history."""
PAUSE_SECONDS: Final = 0.1
"""Between two batches, for others to come through."""
KEYS_HOURS: Final = 24
EVERY_SAVE_MINUTES: Final = 60
"""How long a history has every save; then the last one of each session."""
GRACE_HOURS: Final = 24
"""How long an asset is kept that nothing refers to yet, or nothing any more."""
UNFINISHED_HOURS: Final = 1

Item = TypeVar("Item")
Batch = Callable[[Session], int]


class Retention:
    """Keeps the database and the asset store from growing for ever."""

    def __init__(self, runtime: Runtime) -> None:
        """Prepare; `run` does it for as long as the executor lives."""
        self._runtime = runtime
        self._settings = runtime.settings

    async def run(self) -> None:
        """Do rounds until cancelled; what goes wrong is logged and tried again the next time."""
        seconds = self._settings.retention_seconds
        assets_at = time.monotonic() + seconds
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.delete_expired()
                if time.monotonic() >= assets_at:
                    assets_at = time.monotonic() + ASSETS_INTERVAL_SECONDS
                    await self.delete_unused_assets()
                    await self.delete_unreferenced_files()
            except Exception:
                logger.exception("retention failed; the next round is in %.0f s", seconds)

    async def delete_expired(self) -> None:
        """Forget keys, runs, workflows, versions and ticks that are due."""
        days, keep = self._settings.keep_runs_days, self._settings.keep_runs
        await self._drain(
            "idempotency keys", lambda session: clear_idempotency_keys(session, KEYS_HOURS)
        )
        await self._drain("old runs", lambda session: delete_old_runs(session, days))
        await self._drain("surplus runs", lambda session: delete_surplus_runs(session, keep))
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
        await self._drain("ticks", lambda session: delete_old_ticks(session, days, BATCH_ROWS))

    async def delete_unused_assets(self) -> None:
        """Forget assets that nothing refers to."""
        unused = await self._run_in_transaction(partial(find_unused_assets, hours=GRACE_HOURS))
        for ids in _batches(unused):
            await self._batch(lambda session, ids=ids: delete_assets(session, ids, GRACE_HOURS))
        if unused:
            logger.info("retention: %d unused assets", len(unused))

    async def delete_unreferenced_files(self) -> None:
        """Remove bytes that no asset names, and files that were never finished."""
        store, now = self._runtime.store, time.time()
        await asyncio.to_thread(store.remove_partial_files, now - UNFINISHED_HOURS * 3600)
        before = now - GRACE_HOURS * 3600
        names = await asyncio.to_thread(lambda: list(store.unused_since(before)))
        for batch in _batches(names):
            known = await self._run_in_transaction(partial(find_referenced_hashes, names=batch))
            for name in set(batch) - known:
                await asyncio.to_thread(store.remove, name, before)
        await self._purge_trash(before)

    async def _purge_trash(self, before: float) -> None:
        """Look once more at what was only put aside the day before: a row may name it by now."""
        store = self._runtime.store
        names = await asyncio.to_thread(lambda: list(store.trashed_before(before)))
        for batch in _batches(names):
            known = await self._run_in_transaction(partial(find_referenced_hashes, names=batch))
            for name in batch:
                end = store.restore if name in known else store.purge
                await asyncio.to_thread(end, name)

    async def _drain(self, what: str, batch: Batch) -> None:
        total = 0
        while count := await self._batch(batch):
            total += count
            await asyncio.sleep(PAUSE_SECONDS)
        if total:
            logger.info("retention: %d %s", total, what)

    async def _batch(self, batch: Batch) -> int:
        """Do one batch in a transaction; 0 when another executor is at it."""
        return await self._run_in_transaction(
            lambda session: batch(session) if lock_retention(session) else 0
        )

    async def _run_in_transaction(self, work: Callable[[Session], Result]) -> Result:
        return await run_in_transaction(self._runtime.sessions, work)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH_ROWS)):
        yield batch
