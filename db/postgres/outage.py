"""A database that is away or too busy: by which errors it shows, and work in one transaction."""

from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from schemas.errors import UnavailableError

OUTAGE_ERRORS: Final = (
    OperationalError,
    InterfaceError,
    PoolTimeoutError,
    UnavailableError,
    OSError,
)
"""What passes by itself: the same work, done again later, may succeed."""
RETRY_SECONDS: Final = 0.5

Result = TypeVar("Result")


async def run_in_transaction(
    sessions: async_sessionmaker[AsyncSession], work: Callable[[Session], Result]
) -> Result:
    """Do work in one transaction of its own; committed when this returns."""
    async with sessions.begin() as session:
        return await session.run_sync(work)
