"""LISTEN: one connection that hears PostgreSQL's notifications for as long as it is wanted.

A notification is a hint. While the connection is away hints are lost, so after each connect
everything has to be looked at once: `on_notify` is then called with None.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

import psycopg
from psycopg import sql

from db.postgres.deadline import database_deadline, register_connection
from db.postgres.engine import driver_url
from schemas.errors import UnavailableError

logger = logging.getLogger(__name__)

OnNotify = Callable[[str, str | None], object]
"""Receives the channel and the payload; None as payload: look at everything. Never blocks."""

RECONNECT_SECONDS: Final = (0.1, 0.5, 1.0, 2.0)
"""Before the first, second … attempt to connect again; then the last."""
ANSWER_SECONDS: Final = 5.0
"""A server or link that says nothing for so long hangs."""
PROBE_SECONDS: Final = 15.0
"""After so long without a word the connection is tried."""


async def listen(
    database_url: str,
    channels: Sequence[str],
    on_notify: OnNotify,
    *,
    ready: asyncio.Event | None = None,
) -> None:
    """Hear these channels until cancelled; connect again whenever the connection is lost.

    Args:
        database_url: Where to connect, as in DATABASE_URL.
        channels: The names to listen to.
        on_notify: Called in the event loop, for each notification and after each connect.
        ready: Set once the first connection listens.

    Raises:
        InvalidInputError: it is not the address of a PostgreSQL database.
    """
    url = driver_url(database_url)
    failures = 0
    while True:
        try:
            async with await _connect(url) as connection:
                await _subscribe(connection, channels)
                failures = 0
                if ready is not None:
                    ready.set()
                for channel in channels:
                    on_notify(channel, None)
                await _forward_notifications(connection, on_notify)
        except (psycopg.Error, OSError, UnavailableError) as error:
            wait = RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)]
            failures += 1
            logger.warning("not listening, connecting again in %.1f s: %s", wait, error)
            await asyncio.sleep(wait)


async def _connect(url: str) -> psycopg.AsyncConnection:
    return await psycopg.AsyncConnection.connect(
        url,
        autocommit=True,
        application_name="nodeloom-listen",
        connect_timeout=3,
        tcp_user_timeout=5000,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=2,
    )


async def _subscribe(connection: psycopg.AsyncConnection, channels: Sequence[str]) -> None:
    for channel in channels:
        await _execute(connection, sql.SQL("listen {}").format(sql.Identifier(channel)))


async def _forward_notifications(connection: psycopg.AsyncConnection, on_notify: OnNotify) -> None:
    """Pass notifications on until the connection is lost."""
    while True:
        received_at = time.monotonic()
        async for notify in connection.notifies(timeout=PROBE_SECONDS):
            on_notify(notify.channel, notify.payload)
            received_at = time.monotonic()
        if time.monotonic() - received_at >= PROBE_SECONDS:
            await _execute(connection, sql.SQL("select 1"))


async def _execute(connection: psycopg.AsyncConnection, statement: sql.SQL | sql.Composed) -> None:
    """Run a statement. Raises psycopg.Error, UnavailableError: also where no answer comes."""
    async with database_deadline(ANSWER_SECONDS):
        register_connection(connection)
        await connection.execute(statement)
