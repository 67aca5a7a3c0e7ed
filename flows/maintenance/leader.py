"""Work that one of several processes at a time should do: rounds of it, or all that a process does.

Every process asks whether it is its turn; see `db.limits.leader`. No Prefect here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db.limits.leader import acquire_leadership, schedule_next_round
from db.postgres.background import Background
from db.postgres.outage import run_in_transaction

TERM_SECONDS: Final = 15.0
"""A turn is taken for so long at a time: who dies in a round delays the next by so long."""
RENEW_SECONDS: Final = 5.0
Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True)
class LeaderTask:
    """What is done in rounds, and how often."""

    name: str
    timeout_seconds: float
    """After so long a round is given up."""
    interval_seconds: float
    """From the end of a round until the next one is due."""
    interval_after_failure: bool = False
    """Whether that goes for a round that failed, too; else the next is due `timeout_seconds` later."""


class Leadership:
    """What one of several processes has for as long as it lives and renews it."""

    def __init__(self, sessions: Sessions, name: str) -> None:
        """Have none yet; `renew` asks for it."""
        self._sessions = sessions
        self._name = name
        self._held_until = float("-inf")

    @property
    def is_held(self) -> bool:
        """Whether nobody else can have it."""
        return time.monotonic() < self._held_until

    async def renew(self) -> None:
        """Ask for it, or keep it: call this every `RENEW_SECONDS`. Raises `OUTAGE_ERRORS`."""
        asked_at = time.monotonic()
        if self.is_held:
            await self._set_term(TERM_SECONDS)
        else:
            acquire = partial(acquire_leadership, name=self._name, seconds=TERM_SECONDS)
            if not await run_in_transaction(self._sessions, acquire):
                return
        self._held_until = asked_at + TERM_SECONDS

    async def release(self) -> None:
        """Let another process have it at once. Raises `OUTAGE_ERRORS`."""
        if self.is_held:
            self._held_until = float("-inf")
            await self._set_term(0.0)

    async def _set_term(self, seconds: float) -> None:
        again = partial(schedule_next_round, name=self._name, again_seconds=seconds)
        await run_in_transaction(self._sessions, again)


async def run_if_leader(
    sessions: Sessions, task: LeaderTask, work: Callable[[], Awaitable[None]]
) -> bool:
    """Do a round of a task if it is our turn; whether it was.

    Raises:
        TimeoutError: the round took too long.
        Exception: whatever went wrong in it.
    """
    acquire = partial(acquire_leadership, name=task.name, seconds=TERM_SECONDS)
    if not await run_in_transaction(sessions, acquire):
        return False
    again = task.interval_seconds
    background = Background(f"leader of {task.name}")
    renew = partial(schedule_next_round, name=task.name, again_seconds=TERM_SECONDS)
    # While the database is away the turn may pass to somebody else.
    background.every(
        RENEW_SECONDS, partial(run_in_transaction, sessions, renew), begins_with_pause=True
    )
    try:
        async with asyncio.timeout(task.timeout_seconds):
            await work()
    except BaseException:
        again = again if task.interval_after_failure else task.timeout_seconds
        raise
    finally:
        await background.close()
        await run_in_transaction(
            sessions, partial(schedule_next_round, name=task.name, again_seconds=again)
        )
    return True
