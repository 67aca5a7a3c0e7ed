"""Takes the ticks that Prefect does not bring, as it is away or not there at all.

Every executor looks; rows that one of them decides about are passed by the others.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from flows.engine.context import Runtime
from flows.engine.durable import AWAY
from flows.maintenance.leader import in_database
from flows.schedules.ticks import give_up_one, release_one, sweep_one

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
TRIES: Final = 5
"""So often in a row the most overdue tick fails before it is passed by: it blocks others."""
GRACE_SECONDS: Final = 10.0
"""So long a tick is left to Prefect, which shows it best."""


class Sweep:
    """Looks for ticks that are overdue, as long as the executor lives."""

    def __init__(self, runtime: Runtime) -> None:
        """Prepare; `run` does it. Without a Prefect nobody else brings ticks."""
        self._runtime = runtime
        self._failures = 0
        self._grace = GRACE_SECONDS if runtime.settings.prefect_api_url else 0.0

    async def run(self) -> None:
        """Look until cancelled; what goes wrong is tried again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except (*AWAY, PoolTimeoutError) as error:
                logger.warning("schedules wait: the database is away or busy: %s", error)
            except Exception:
                logger.exception("schedules could not be looked at")

    async def look(self) -> None:
        """Decide about all that is overdue, and make the runs of ticks that need wait no longer."""
        while await self._due():
            pass
        while await self._in_database(release_one):
            pass

    async def _due(self) -> bool:
        try:
            found = await self._in_database(lambda session: sweep_one(session, self._grace))
        except (*AWAY, PoolTimeoutError):
            raise
        except Exception:
            self._failures += 1
            if self._failures < TRIES:
                raise
            logger.exception("a tick could not be decided about, and is passed by")
            self._failures = 0
            return await self._in_database(lambda session: give_up_one(session, self._grace))
        self._failures = 0
        return found

    async def _in_database(self, work: Callable[[Session], bool]) -> bool:
        return await in_database(self._runtime.sessions, work)
