"""Keeps the leases of this process's runs alive, from a thread that no node can block."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db.claims import renew_leases
from db.engine import make_sync_engine
from schemas.errors import AppError

logger = logging.getLogger(__name__)

LEASE_SECONDS: Final = 15.0
"""How long a run stays ours without a sign of life, by the database's clock."""
RENEW_SECONDS: Final = 5.0
GIVE_UP_SECONDS: Final = 12.0
"""After so long without a renewal the runs are given up, before the lease ends."""


class LeaseKeeper:
    """Renews the leases of all held runs every 5 s and reports those that were lost."""

    def __init__(self, database_url: str, executor_id: str) -> None:
        """Prepare; `start` begins to renew."""
        self._engine = make_sync_engine(database_url, application_name="nodeloom-lease")
        self.executor_id = executor_id
        self._held: dict[UUID, tuple[int, Callable[[], object]]] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._renewed_at = time.monotonic()
        self._thread = threading.Thread(target=self._keep, name="leases", daemon=True)

    def start(self) -> None:
        """Begin to renew."""
        self._thread.start()

    def stop(self) -> None:
        """End; leases still held run out by themselves."""
        self._stopping.set()
        self._thread.join()
        self._engine.dispose()

    def hold(self, run_id: UUID, epoch: int, on_lost: Callable[[], object]) -> None:
        """Renew this run's lease until `release`; `on_lost` is called from the lease thread."""
        with self._lock:
            self._held[run_id] = (epoch, on_lost)

    def release(self, run_id: UUID) -> None:
        """Stop renewing: the run has ended, or is to be taken over by another executor."""
        with self._lock:
            self._held.pop(run_id, None)

    def _keep(self) -> None:
        while not self._stopping.wait(RENEW_SECONDS):
            with self._lock:
                held = dict(self._held)
            if not held:
                self._renewed_at = time.monotonic()
                continue
            self._renew(held)

    def _renew(self, held: dict[UUID, tuple[int, Callable[[], object]]]) -> None:
        epochs = [(run_id, epoch) for run_id, (epoch, _) in held.items()]
        try:
            with Session(self._engine) as session, session.begin():
                ours = set(renew_leases(session, self.executor_id, epochs, LEASE_SECONDS))
        except (SQLAlchemyError, AppError, OSError) as error:
            silent = time.monotonic() - self._renewed_at
            logger.warning("leases were not renewed for %.0f s: %s", silent, error)
            if silent < GIVE_UP_SECONDS:
                return
            ours = set[UUID]()
        else:
            self._renewed_at = time.monotonic()
        for run_id in held.keys() - ours:
            logger.warning("run %s is no longer ours", run_id)
            self.release(run_id)
            held[run_id][1]()
