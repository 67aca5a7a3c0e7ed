"""The worker of the services within Prefect's server, which wakes up as often as they need it.

Docket's own looks for work and for cancelled tasks eighteen times a second, for services of which
none comes more often than every five seconds and none is ever cancelled.
"""

from datetime import timedelta
from typing import Final

from docket import Docket, Worker
from prefect.server.api import background_workers

POLL_INTERVAL: Final = timedelta(seconds=1)
"""Work that is due now is begun at once all the same."""


class BackgroundWorker(Worker):
    """Does what services want done in the background."""

    def __init__(self, docket: Docket) -> None:
        """Prepare for the tasks of this server."""
        super().__init__(
            docket, minimum_check_interval=POLL_INTERVAL, scheduling_resolution=POLL_INTERVAL
        )

    async def _cancellation_listener(self) -> None:
        """Listen to nobody: Prefect cancels no task."""
        session = self._processing_session
        if session is not None:
            session.cancellation_ready.set()
            await session.stopping.wait()


def use_background_worker() -> None:
    """Have Prefect's server use this worker."""
    background_workers.Worker = BackgroundWorker  # pyright: ignore[reportPrivateImportUsage]
