"""Asks executors to send the live output of runs again, for readers who come late."""

import asyncio

from db.postgres.notify import LIVE_REQUESTS_CHANNEL, Notifier


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
        run_ids, self._run_ids = self._run_ids, set()  # while they are sent, more may be added
        try:
            if run_ids:
                await self._notifier.send(LIVE_REQUESTS_CHANNEL, sorted(run_ids))
        except BaseException:
            self._run_ids |= run_ids
            raise

    async def close(self) -> None:
        """Give the connection back."""
        await self._notifier.close()
