"""Keeps the leases of this process's runs alive, from a thread that no node can block.

Why these times: a run is given to another executor 7 to 8 s after its executor's last sign of
life, so a killed executor's runs go on well within 15 s and a cancelled one ends within 10 s. A
lease that is too short costs nothing but repeated work, never correctness: every write
carries the epoch of its claim. See docs/adr/0012.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db.claims import renew_leases
from db.engine import make_sync_engine
from schemas.errors import AppError

logger = logging.getLogger(__name__)

LEASE_SECONDS: Final = 7.0
"""How long a run stays ours without a sign of life, by the database's clock."""
RENEW_SECONDS: Final = 2.0
RETRY_SECONDS: Final = 0.5
"""Between renewals that failed."""
HOLD_BACK_SECONDS: Final = 5.0
"""After so long without a renewal nothing is begun that the world would notice."""
LOOK_SECONDS: Final = 0.2


@dataclass
class _Held:
    epoch: int
    on_lost: Callable[[], object]
    renewed_at: float
    """When the database was last asked and said yes, by this process's monotonic clock."""


class LeaseKeeper:
    """Renews the leases of all held runs every 2 s and reports those that were lost."""

    def __init__(self, database_url: str, executor_id: str) -> None:
        """Prepare; `start` begins to renew."""
        self._engine = make_sync_engine(
            database_url,
            application_name="nodeloom-lease",
            pool_size=1,
            statement_timeout=2,
            lock_timeout=1,
            idle_timeout=2,
            connect_timeout=2,
        )
        self.executor_id = executor_id
        self._held: dict[UUID, _Held] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="leases", daemon=True)

    def start(self) -> None:
        """Begin to renew."""
        self._thread.start()

    def stop(self) -> None:
        """End; leases still held run out by themselves."""
        self._stopping.set()
        self._thread.join()
        self._engine.dispose()

    def hold(
        self, run_id: UUID, epoch: int, on_lost: Callable[[], object], claimed_at: float
    ) -> None:
        """Renew this run's lease until `release`.

        `on_lost` is called from the lease thread; `claimed_at` is what `time.monotonic` said
        before the claim.
        """
        with self._lock:
            self._held[run_id] = _Held(epoch, on_lost, claimed_at)

    def release(self, run_id: UUID) -> None:
        """Stop renewing: the run has ended, or is to be taken over by another executor."""
        with self._lock:
            self._held.pop(run_id, None)

    def is_ours(self, run_id: UUID) -> bool:
        """Whether nobody else can have this run yet, judged without asking anybody.

        False does not mean that it is lost. A process that was stopped for a while finds
        False here before it has heard from the database.
        """
        held = self._held.get(run_id)
        return held is not None and time.monotonic() - held.renewed_at < HOLD_BACK_SECONDS

    def _keep(self) -> None:
        pause = RENEW_SECONDS
        while not self._stopping.wait(pause):
            with self._lock:
                held = dict(self._held)
            pause = RENEW_SECONDS if not held or self._renew(held) else RETRY_SECONDS

    def _renew(self, held: dict[UUID, _Held]) -> bool:
        """Renew; False when the database did not answer, which leaves everything open."""
        asked_at = time.monotonic()
        epochs = [(run_id, each.epoch) for run_id, each in held.items()]
        try:
            with Session(self._engine) as session, session.begin():
                ours = renew_leases(session, self.executor_id, epochs, LEASE_SECONDS)
        except (SQLAlchemyError, AppError, OSError) as error:
            logger.warning("%d leases were not renewed: %s", len(held), error)
            return False
        for run_id, each in held.items():
            if run_id in ours:
                each.renewed_at = asked_at
            else:
                logger.warning("run %s is no longer ours", run_id)
                self.release(run_id)
                each.on_lost()
        return True


class LeasedSlots(asyncio.Semaphore):
    """Slots for work that the world notices, given out only while the run is surely ours.

    An executor that was stopped for a while, or cannot reach the database, begins no call to a
    provider until it knows that the run was not given to another one. Calls under way go on:
    they are paid for already, and the database refuses what comes of them if it must.
    """

    def __init__(self, many: int, is_ours: Callable[[], bool]) -> None:
        """Prepare `many` slots."""
        super().__init__(many)
        self._is_ours = is_ours

    async def acquire(self) -> Literal[True]:
        """Wait for a slot, then until the lease is fresh."""
        await super().acquire()
        try:
            while not self._is_ours():
                await asyncio.sleep(LOOK_SECONDS)
        except BaseException:
            self.release()
            raise
        return True
