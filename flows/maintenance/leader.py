"""Rounds of work that one executor at a time should do, such as keeping Prefect in step.

Every executor asks whether it is its turn; see `db.limits.leader`. No Prefect here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from db.limits.leader import end_turn, take_turn
from flows.engine.durable import AWAY

logger = logging.getLogger(__name__)

HELD_SECONDS: Final = 15.0
"""A turn is taken for so long at a time: who dies in a round delays the next by so long."""
PROLONG_SECONDS: Final = 5.0
Result = TypeVar("Result")
Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True)
class Chore:
    """What is done in rounds, and how often."""

    name: str
    seconds: float
    """After so long a round is given up."""
    again_seconds: float
    """From the end of a round until the next one is due."""
    retried: bool = False
    """Whether that goes for a round that failed, too; else the next is due `seconds` later."""


async def in_database(sessions: Sessions, work: Callable[[Session], Result]) -> Result:
    """Do work in one transaction of its own."""
    async with sessions.begin() as session:
        return await session.run_sync(work)


async def do_in_turn(sessions: Sessions, chore: Chore, work: Callable[[], Awaitable[None]]) -> bool:
    """Do a round of a chore if it is our turn; whether it was.

    Raises:
        TimeoutError: the round took too long.
        Exception: whatever went wrong in it.
    """
    take = partial(take_turn, name=chore.name, seconds=HELD_SECONDS)
    if not await in_database(sessions, take):
        return False
    again = chore.again_seconds
    holding = asyncio.create_task(_hold(sessions, chore.name), name=f"hold {chore.name}")
    try:
        async with asyncio.timeout(chore.seconds):
            await work()
    except BaseException:
        again = again if chore.retried else chore.seconds
        raise
    finally:
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)
        await in_database(sessions, partial(end_turn, name=chore.name, again_seconds=again))
    return True


async def _hold(sessions: Sessions, name: str) -> None:
    """Prolong a turn; while the database is away it may pass to somebody else."""
    prolong = partial(end_turn, name=name, again_seconds=HELD_SECONDS)
    while True:
        await asyncio.sleep(PROLONG_SECONDS)
        try:
            await in_database(sessions, prolong)
        except AWAY as error:
            logger.debug("the turn of %s is not prolonged: %s", name, error)
