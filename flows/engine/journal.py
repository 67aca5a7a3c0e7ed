"""The only writer of node states: one run's changes, in order, in as few commits as possible."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from assets.store import AssetStore
from db.postgres.errors import StaleEpochError
from db.postgres.functions import FunctionPool
from db.postgres.outage import OUTAGE_ERRORS, RETRY_SECONDS, run_in_transaction
from db.queue.claims import DatabaseClock, has_ended
from db.queue.leases import release_lease
from db.queue.node_states import NodeChange, encode_changes, write_run, write_run_at_once
from schemas.errors import ProviderError
from schemas.values import MediaValue
from schemas.wire.run import NodeStatus, RunError, RunStatus

logger = logging.getLogger(__name__)

STORE_OUTAGE_SECONDS: Final = 600.0
"""How long a run waits for an object store that is away, before it fails."""

GROUP_SECONDS: Final = 0.03
"""So long a change may wait for others to be written with it, where nobody waits for it."""

Write = Callable[[Session], None]
"""Writes in one transaction; made twice it must do no harm, as a commit's answer can be lost."""
Commit = Callable[[], Awaitable[None]]
"""Makes a transaction, and likewise."""

RunEnd = tuple[RunStatus, RunError | None, Mapping[str, RunError]]


@dataclass(frozen=True)
class JournalEntry:
    """One state change, with the assets that its outputs refer to."""

    change: NodeChange
    assets: Sequence[MediaValue] = ()
    flush: bool = False
    """Whether it is written at once: what came of a call that is paid for."""


class Journal:
    """Writes a run's node states by group commit.

    Changes queue while a commit is under way and then go out together. Where nobody waits for them,
    and nothing of them is paid for, they wait a moment for more, so a chain of quick nodes costs a few
    commits, and so does a fan of hundreds; the last node's end waits for that of the run. `record`
    does not wait; `flush` does.
    When the run is no longer ours (a newer epoch, or it ended) `lost` is set and every
    further write is dropped: the process that took over decides.
    """

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        functions: FunctionPool,
        store: AssetStore,
        run_id: UUID,
        epoch: int,
        *,
        open_nodes: int,
        clock: DatabaseClock,
    ) -> None:
        """Write for this claim of this run, of which so many nodes are open; start with `run`.

        `functions` are for what is one statement, which then takes one round trip.
        """
        self._clock = clock
        self._sessions = sessions
        self._functions = functions
        self._store = store
        self._run_id = run_id
        self.epoch = epoch
        self._open_nodes = open_nodes
        self._queue: list[JournalEntry] = []
        self._wake = asyncio.Event()
        self._written = asyncio.Condition()
        self._end: RunEnd | None = None
        self._recorded_count = 0
        self._written_count = 0
        self._flush_waiters = 0
        self.lost = asyncio.Event()
        self.failure: Exception | None = None
        """A defect that makes writing impossible; `lost` is then set, too."""
        self.final_statuses: dict[str, NodeStatus] = {}
        """The terminal states that were recorded, by node."""

    async def end(
        self, status: RunStatus, error: RunError | None, between_attempts: Mapping[str, RunError]
    ) -> bool:
        """End the run in the transaction that writes the last changes; nothing is recorded after.

        WAITING gives it up instead, with the errors of nodes between two attempts. True when that
        is committed, False when the run was lost.
        """
        self._end = status, error, between_attempts
        self._wake.set()
        async with self._written:
            await self._written.wait_for(lambda: self._end is None or self.lost.is_set())
        return not self.lost.is_set()

    def record(
        self, change: NodeChange, assets: Sequence[MediaValue] = (), *, flush: bool = False
    ) -> None:
        """Queue a change, which takes place now."""
        now = self._clock.now()
        times = {"finished_at" if change.status.terminal else "started_at": now}
        change = replace(change, **times)
        if change.status.terminal:
            self.final_statuses[change.node_id] = change.status
        self._queue.append(JournalEntry(change, assets, flush))
        self._recorded_count += 1
        self._wake.set()

    @property
    def is_complete(self) -> bool:
        """Whether the end of every node was recorded."""
        return len(self.final_statuses) >= self._open_nodes

    @property
    def position(self) -> int:
        """How many changes were recorded so far."""
        return self._recorded_count

    async def flush(self, position: int) -> None:
        """Wait until the changes up to `position` are committed, or the run is lost."""
        if self._written_count >= position:
            return
        self._flush_waiters += 1
        self._wake.set()
        try:
            async with self._written:
                await self._written.wait_for(
                    lambda: self._written_count >= position or self.lost.is_set()
                )
        finally:
            self._flush_waiters -= 1

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._wake.wait()
            await self._collect_batch()
            self._wake.clear()
            batch, self._queue = self._queue, []
            end = self._end
            if (batch or end) and not self.lost.is_set():
                await self._try_write(batch, end)
            async with self._written:
                self._written_count += len(batch)
                self._end = None if end else self._end
                self._written.notify_all()

    async def _collect_batch(self) -> None:
        """Wait for what is about to come, where nobody waits for what is there."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GROUP_SECONDS):
                while self._may_wait():
                    self._wake.clear()
                    await self._wake.wait()

    def _may_wait(self) -> bool:
        if self._end or self._flush_waiters or self.lost.is_set():
            return False
        # Where every node has ended, the end of the run is a moment away.
        return self.is_complete or not any(entry.flush for entry in self._queue)

    async def _try_write(self, batch: Sequence[JournalEntry], end: RunEnd | None) -> None:
        try:
            await self._write(batch, end)
        except Exception as error:  # noqa: BLE001 - the run is failed with it, see RunExecution
            self.failure = error
            self.lost.set()

    async def _write(self, batch: Sequence[JournalEntry], end: RunEnd | None) -> None:
        assets = [asset for entry in batch for asset in entry.assets]
        if assets:
            await self._make_durable({asset.sha256 for asset in assets})
        changes = [entry.change for entry in batch]
        texts = [*islice(encode_changes(changes), 2)]
        is_paused = end is not None and end[0] is RunStatus.WAITING
        if len(texts) <= 1 and not is_paused:
            text, final = texts[0] if texts else None, end and end[:2]
            run = (self._run_id, self.epoch)
            commit = partial(write_run_at_once, self._functions, *run, text, final, assets=assets)
        else:
            texts.clear()
            write = self._make_write(changes, assets, end)
            commit = partial(run_in_transaction, self._sessions, write)
        await write_durably(commit, lost=self.lost, what=f"run {self._run_id}")

    def _make_write(
        self, changes: Sequence[NodeChange], assets: Sequence[MediaValue], end: RunEnd | None
    ) -> Write:
        """Give what writes in a transaction."""
        tried = False

        def write(session: Session) -> None:
            nonlocal tried
            if tried and end and has_ended(session, self._run_id, self.epoch, end[0]):
                return  # that commit was made, only its answer was lost
            tried = True
            run = (self._run_id, self.epoch)
            if end and end[0] is RunStatus.WAITING:
                if changes:
                    write_run(session, *run, encode_changes(changes), assets=assets)
                if not release_lease(session, *run, end[2]):
                    raise StaleEpochError
            else:
                encoded = encode_changes(changes)
                write_run(session, *run, encoded, assets=assets, end=end and end[:2])

        return write

    async def _make_durable(self, hashes: Collection[str]) -> None:
        """Have pictures safe before a row refers to them; wait while an object store is away."""
        deadline = time.monotonic() + STORE_OUTAGE_SECONDS
        for sha256 in hashes:
            while not self.lost.is_set():
                try:
                    await asyncio.to_thread(self._store.make_durable, sha256)
                except ProviderError as error:
                    away = error.retryable and self._store.local is not self._store
                    if not away or time.monotonic() > deadline:
                        raise
                    logger.warning("run %s: trying again: %s", self._run_id, error)
                    await asyncio.sleep(RETRY_SECONDS)
                else:
                    break


async def write_durably(commit: Commit, *, lost: asyncio.Event, what: str) -> bool:
    """Commit; True when it is committed, False when the run was lost.

    `lost` is set when the database refuses because another executor took the run over; when
    someone else sets it, waiting for an absent database ends.
    """
    while not lost.is_set():
        try:
            await commit()
        except StaleEpochError as error:
            logger.info("%s: no longer ours: %s", what, error)
            lost.set()
        except OUTAGE_ERRORS as error:
            logger.warning("%s: the database is away, trying again: %s", what, error)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return True
    return False
