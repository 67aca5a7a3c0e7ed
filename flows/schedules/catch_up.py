"""Takes the ticks that Prefect does not bring, as it is away or not there at all.

Every executor looks; rows that one of them decides about are passed by the others.
"""

import asyncio
import logging
from functools import partial
from typing import Final

from db.postgres.background import Background
from db.postgres.outage import OUTAGE_ERRORS
from db.schedule_ticks import next_due
from flows.engine.runtime import Runtime
from flows.schedules.ticks import decide_overdue_tick, refuse_overdue_tick, start_queued_tick

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
"""Between two polls while a tick is overdue, or waits for a run to end."""
IDLE_SECONDS: Final = 5.0
"""The same while nothing is due, and no notification told of a change."""
MAX_TRIES: Final = 5
"""So often in a row the most overdue tick fails before it is passed by: it blocks others."""
GRACE_SECONDS: Final = 10.0
"""So long a tick is left to Prefect, which shows it best."""


class TickPoller:
    """Looks for ticks that are overdue, as long as the executor lives."""

    def __init__(self, runtime: Runtime) -> None:
        """Prepare; `start` begins. Without a Prefect nobody else brings ticks."""
        self._runtime = runtime
        self._failures = 0
        self.wake = asyncio.Event()
        """Set when a schedule was changed, or a run has ended that a tick may wait for."""
        self._grace = GRACE_SECONDS if runtime.settings.prefect_api_url else 0.0

    def start(self, background: Background) -> None:
        """Poll as long as the executor lives."""
        background.every(
            POLL_SECONDS, self.poll, name="schedules", wake=self.wake, begins_with_pause=True
        )

    async def poll(self) -> float:
        """Decide about all that is overdue, and make the runs of ticks that need wait no longer.

        Give the seconds until there may be something to do again.
        """
        due_in, queued = await self._runtime.run_in_transaction(next_due)
        overdue_in = IDLE_SECONDS if due_in is None else due_in + self._grace
        if not queued and overdue_in > 0:
            return min(overdue_in, IDLE_SECONDS)
        while await self._poll_due():
            pass
        start = partial(start_queued_tick, also_held=not self._grace)
        while await self._runtime.run_in_transaction(start):
            pass
        return POLL_SECONDS

    async def _poll_due(self) -> bool:
        try:
            found = await self._runtime.run_in_transaction(
                lambda session: decide_overdue_tick(session, self._grace)
            )
        except OUTAGE_ERRORS:
            raise
        except Exception:
            self._failures += 1
            if self._failures < MAX_TRIES:
                raise
            logger.exception("a tick could not be decided about, and is passed by")
            self._failures = 0
            return await self._runtime.run_in_transaction(
                lambda session: refuse_overdue_tick(session, self._grace)
            )
        self._failures = 0
        return found
