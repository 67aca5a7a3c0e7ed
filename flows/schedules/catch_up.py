"""Takes the ticks that Prefect does not bring, as it is away or not there at all.

Every executor looks; rows that one of them decides about are passed by the others.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from db.postgres.outage import OUTAGE_ERRORS
from flows.engine.runtime import Runtime
from flows.maintenance.leader import run_in_transaction
from flows.schedules.ticks import decide_overdue_tick, refuse_overdue_tick, start_queued_tick

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
MAX_TRIES: Final = 5
"""So often in a row the most overdue tick fails before it is passed by: it blocks others."""
GRACE_SECONDS: Final = 10.0
"""So long a tick is left to Prefect, which shows it best."""


class TickPoller:
    """Looks for ticks that are overdue, as long as the executor lives."""

    def __init__(self, runtime: Runtime) -> None:
        """Prepare; `run` does it. Without a Prefect nobody else brings ticks."""
        self._runtime = runtime
        self._failures = 0
        self._grace = GRACE_SECONDS if runtime.settings.prefect_api_url else 0.0

    async def run(self) -> None:
        """Look until cancelled; what goes wrong is tried again."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.poll()
            except (*OUTAGE_ERRORS, PoolTimeoutError) as error:
                logger.warning("schedules wait: the database is away or busy: %s", error)
            except Exception:
                logger.exception("schedules could not be looked at")

    async def poll(self) -> None:
        """Decide about all that is overdue, and make the runs of ticks that need wait no longer."""
        while await self._poll_due():
            pass
        while await self._in_database(start_queued_tick):
            pass

    async def _poll_due(self) -> bool:
        try:
            found = await self._in_database(
                lambda session: decide_overdue_tick(session, self._grace)
            )
        except (*OUTAGE_ERRORS, PoolTimeoutError):
            raise
        except Exception:
            self._failures += 1
            if self._failures < MAX_TRIES:
                raise
            logger.exception("a tick could not be decided about, and is passed by")
            self._failures = 0
            return await self._in_database(
                lambda session: refuse_overdue_tick(session, self._grace)
            )
        self._failures = 0
        return found

    async def _in_database(self, work: Callable[[Session], bool]) -> bool:
        return await run_in_transaction(self._runtime.sessions, work)
