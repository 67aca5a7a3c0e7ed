"""Keeps the leases of this process's runs alive, from a thread that no node can block.

Why these times: a killed executor's connection is gone at once, so its runs are given to others
4 to 5 s after its last sign of life. One that was stopped, or whose machine is gone, keeps them
for 15 to 16 s: so long may a process be starved of the processor before its calls are made
again by another. That costs repeated work, never correctness: every write carries the epoch of its
claim. See docs/adr/0014.
"""

import asyncio
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db.postgres.engine import make_sync_engine
from db.postgres.roles import Role
from db.queue.leases import hold_liveness_lock, renew_leases, show_short_of_memory
from db.queue.recovery import recover_expired_runs, seconds_until_expired
from schemas.errors import AppError
from telemetry.metrics import metrics

logger = logging.getLogger(__name__)

LEASE_SECONDS: Final = 15.0
"""How long a run stays ours without a sign of life, by the database's clock."""
RENEW_SECONDS: Final = 2.0
DISCONNECTED_SECONDS: Final = 4.0
"""The same for an executor whose connection is gone: long enough to connect again."""
POLL_SECONDS: Final = 0.5
RECOVERY_SECONDS: Final = 1.0
"""Between two searches for runs whose executor is silent, as long as one may be."""
STALE_LEASE_SECONDS: Final = LEASE_SECONDS - DISCONNECTED_SECONDS
"""A lease with less left was not renewed for so long that its executor may be gone."""
FRESH_SECONDS: Final = 11.0
"""After so long without a renewal nothing is begun that the world would notice."""
STARTUP_GRACE_SECONDS: Final = 8.0
"""After a start of the database server, which may take some of it until it answers; for executors
to renew what ended while it was away."""
OUTAGE_GRACE_SECONDS: Final = 4.0
"""The same after the database has not answered this process, for whatever reason."""
RECHECK_SECONDS: Final = 0.2


def make_executor_id() -> str:
    """Name this process, unique over machines and restarts."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


@dataclass
class _Lease:
    epoch: int
    on_lost: Callable[[], object]
    renewed_at: float
    """When the database was last asked and said yes, by this process's monotonic clock."""


class LeaseRenewer:
    """Renews the leases of all lease runs every 2 s and reports those that were lost.

    From the same thread it recovers: gives the runs of silent executors to the others.
    """

    def __init__(self, database_url: str, executor_id: str, *, recovers: bool = True) -> None:
        """Prepare; `start` begins to renew."""
        self._recovers = recovers
        self._engine = make_sync_engine(
            database_url,
            application_name="nodeloom-lease",
            pool_size=1,
            statement_timeout=2,
            lock_timeout=1,
            idle_timeout=2,
            connect_timeout=2,
            role=Role.ENGINE,
        )
        self.executor_id = executor_id
        # Each connection that is made, also in place of one that broke; there are never two.
        event.listen(self._engine, "connect", self._hold_alive_lock)
        self._leases: dict[UUID, _Lease] = {}
        self._lock = threading.Lock()
        self._outage_at = -OUTAGE_GRACE_SECONDS
        """When the database last did not answer, by this process's monotonic clock."""
        self._is_short_of_memory: Callable[[], bool] = lambda: False
        self._shown_short = False
        self._recover_at = 0.0
        """When to look for runs of silent executors again."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def start(self, is_short_of_memory: Callable[[], bool] | None = None) -> None:
        """Begin to renew; show others whether this process is short of memory."""
        self._is_short_of_memory = is_short_of_memory or self._is_short_of_memory
        self._thread.start()

    def stop(self) -> None:
        """End; leases still lease run out by themselves."""
        self._stopping.set()
        self._thread.join()
        self._engine.dispose()

    def hold(
        self, run_id: UUID, epoch: int, on_lost: Callable[[], object], claimed_at: float
    ) -> None:
        """Renew this claim's lease until `release`; an older claim of the run is lost.

        `on_lost` is called from the lease thread; `claimed_at` is what `time.monotonic` said
        before the claim.
        """
        with self._lock:
            earlier = self._leases.get(run_id)
            self._leases[run_id] = _Lease(epoch, on_lost, claimed_at)
        if earlier is not None:
            earlier.on_lost()

    def release(self, run_id: UUID, epoch: int) -> None:
        """Stop renewing: the run has ended, or is to be taken over by another claim."""
        with self._lock:
            lease = self._leases.get(run_id)
            if lease is not None and lease.epoch == epoch:
                del self._leases[run_id]

    def is_fresh(self, run_id: UUID, epoch: int) -> bool:
        """Whether nobody else can have this run yet, judged without asking anybody.

        False does not mean that it is lost. A process that was stopped for a while finds
        False here before it has heard from the database.
        """
        lease = self._leases.get(run_id)
        if lease is None or lease.epoch != epoch:
            return False
        return time.monotonic() - lease.renewed_at < FRESH_SECONDS

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            now = time.monotonic()
            with self._lock:
                due = {
                    run_id: each
                    for run_id, each in self._leases.items()
                    if now - each.renewed_at > RENEW_SECONDS - POLL_SECONDS
                }
            if due and not self._in_transaction(lambda session, due=due: self._renew(session, due)):
                metrics().renewal_failed()
            if self._is_short_of_memory() is not self._shown_short:
                self._in_transaction(self._show_short)
            since = now - max(self._recover_at, self._outage_at + OUTAGE_GRACE_SECONDS)
            if self._recovers and since > -POLL_SECONDS:
                self._recover_at = now + RECOVERY_SECONDS
                self._in_transaction(self._recover)

    def _in_transaction(self, work: Callable[[Session], object]) -> bool:
        """Do it in a transaction; when the database does not answer, the next tick tries again."""
        try:
            with Session(self._engine) as session, session.begin():
                work(session)
        except (SQLAlchemyError, AppError, OSError) as error:
            logger.warning("leases: %s", error)
            self._outage_at = time.monotonic()
            return False
        return True

    def _hold_alive_lock(self, connection: psycopg.Connection, _record: object) -> None:
        hold_liveness_lock(connection, self.executor_id)
        self._shown_short = False  # that is over with the connection before

    def _show_short(self, session: Session) -> None:
        is_short = not self._shown_short
        show_short_of_memory(session, is_short)
        self._shown_short = is_short

    def _recover(self, session: Session) -> None:
        """Recover what is to be, or wait until the first lease is over, should it not be renewed.

        A run that is claimed meanwhile has a lease that lasts for longer than the wait.
        """
        left = seconds_until_expired(session, STALE_LEASE_SECONDS)
        if left is None or left > 0:
            wait = DISCONNECTED_SECONDS if left is None else min(left, DISCONNECTED_SECONDS)
            self._recover_at = time.monotonic() + wait
            return
        recovered = recover_expired_runs(
            session,
            startup_grace_seconds=STARTUP_GRACE_SECONDS,
            stale_lease_seconds=STALE_LEASE_SECONDS,
        )
        session.commit()
        for outcome, runs in vars(recovered).items():
            if runs:
                metrics().recovered(outcome, len(runs))

    def _renew(self, session: Session, due: dict[UUID, _Lease]) -> None:
        asked_at = time.monotonic()
        epochs = [(run_id, each.epoch) for run_id, each in due.items()]
        ours = renew_leases(session, self.executor_id, epochs, LEASE_SECONDS)
        session.commit()
        for run_id, each in due.items():
            if ours.get(run_id):
                each.renewed_at = asked_at
            elif run_id not in ours and self._leases.get(run_id) is each:
                logger.warning("run %s is no longer ours", run_id)
                self.release(run_id, each.epoch)
                metrics().lease_lost()
                each.on_lost()


class LeasedSemaphore(asyncio.Semaphore):
    """Slots for work that the world notices, given out only while the run is surely ours.

    An executor that was stopped for a while, or cannot reach the database, begins no call to a
    provider until it knows that the run was not given to another one. Calls under way go on:
    they are paid for already, and the database refuses what comes of them if it must.
    """

    def __init__(self, count: int, is_fresh: Callable[[], bool]) -> None:
        """Prepare `count` slots."""
        super().__init__(count)
        self._is_fresh = is_fresh

    async def acquire(self) -> Literal[True]:
        """Wait for a slot, then until the lease is fresh."""
        await super().acquire()
        try:
            while not self._is_fresh():  # noqa: ASYNC110 - it is a matter of time
                await asyncio.sleep(RECHECK_SECONDS)
        except BaseException:
            self.release()
            raise
        return True
