"""Writes that must happen: tried again while PostgreSQL is away, given up when the run is lost."""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from db.postgres.errors import StaleEpochError
from schemas.errors import UnavailableError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5

AWAY = (OperationalError, InterfaceError, UnavailableError, OSError)
"""What a database that is away, restarting or unreachable looks like."""

Write = Callable[[Session], None]
"""Writes in one transaction; made twice it must do no harm, as a commit's answer can be lost."""


async def write_durably(
    sessions: async_sessionmaker[AsyncSession], write: Write, *, lost: asyncio.Event, what: str
) -> bool:
    """Commit `write`; True when it is committed, False when the run was lost.

    `lost` is set when the database refuses because another executor took the run over; when
    someone else sets it, waiting for an absent database ends.
    """
    while not lost.is_set():
        try:
            async with sessions.begin() as session:
                await session.run_sync(write)
        except StaleEpochError as error:
            logger.info("%s: no longer ours: %s", what, error)
            lost.set()
        except AWAY as error:
            logger.warning("%s: the database is away, trying again: %s", what, error)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return True
    return False
