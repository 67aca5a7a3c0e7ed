"""Asks executors to send the live output of runs again, for readers who come late."""

import asyncio

import psycopg

from db.postgres.notify import LIVE_REQUESTS_CHANNEL, Notifier
from schemas.errors import UnavailableError


class ReplayRequests:
    """Collects the runs that are asked for; `send` sends them."""

    def __init__(self, database_url: str) -> None:
        """Connect with the first request."""
        self._notifier = Notifier(database_url)
        self._run_ids: set[str] = set()
        self.wake = asyncio.Event()
        """Set when there is something to send."""

    def add(self, run_id: str) -> None:
        """Ask for a run; never blocks."""
        self._run_ids.add(run_id)
        self.wake.set()

    async def send(self) -> None:
        """Send what was asked for. Raises UnavailableError; the next call tries again."""
        run_ids = set(self._run_ids)
        try:
            if run_ids:
                await self._notifier.send(LIVE_REQUESTS_CHANNEL, sorted(run_ids))
        except psycopg.Error as error:
            raise UnavailableError("database_unavailable", str(error)) from error
        self._run_ids -= run_ids

    async def close(self) -> None:
        """Give the connection back."""
        await self._notifier.close()
