"""Rounds of work that one executor at a time should do, such as keeping Prefect in step.

Every executor asks whether it is its turn; see `db.chores`. No Prefect here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from db.chores import end_turn, take_turn

Result = TypeVar("Result")
Sessions = async_sessionmaker[AsyncSession]


@dataclass(frozen=True)
class Chore:
    """What is done in rounds, and how often."""

    name: str
    seconds: float
    """After so long a round is given up; who dies in one delays the next by so long."""
    again_seconds: float
    """From the end of a round until the next one is due."""
    retried: bool = False
    """Whether that goes for a round that failed, too; else the next is due when it had to end."""


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
    take = partial(take_turn, name=chore.name, seconds=chore.seconds)
    end = partial(end_turn, name=chore.name, again_seconds=chore.again_seconds)
    if not await in_database(sessions, take):
        return False
    try:
        async with asyncio.timeout(chore.seconds):
            await work()
    except BaseException:
        if chore.retried:
            await in_database(sessions, end)
        raise
    await in_database(sessions, end)
    return True
