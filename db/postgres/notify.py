"""NOTIFY for news that may be lost: one connection of its own, outside of every transaction."""

from collections.abc import Sequence
from typing import Final

import psycopg

from db.postgres.engine import driver_url
from schemas.errors import UnavailableError

LIVE_OUTPUT_CHANNEL: Final = "nodeloom_tokens"
"""What nodes show while they work: the id of the run, a blank, the data as JSON in one line."""
LIVE_REQUESTS_CHANNEL: Final = "nodeloom_live_requests"
"""Ids of runs whose live output is to be sent again from its beginning, for a new reader."""
WEBHOOKS_CHANNEL: Final = "nodeloom_webhooks"
"""There is something to be sent to webhooks; the trigger that queues it has this name in it."""
MAX_PAYLOAD_BYTES: Final = 7_900
"""PostgreSQL takes less than 8,000."""


class Notifier:
    """Sends notifications, each batch as one statement that commits by itself.

    PostgreSQL holds a lock over all databases while a transaction with notifications commits.
    Without `synchronous_commit` that commit does not wait for the disk, so the lock is held
    for microseconds, and the commits of runs do not queue behind it.
    """

    def __init__(self, database_url: str) -> None:
        """Connect with the first batch."""
        self._url = driver_url(database_url)
        self._connection: psycopg.AsyncConnection | None = None

    async def send(self, channel: str, payloads: Sequence[str]) -> None:
        """Send; what cannot be sent now is lost.

        Raises:
            UnavailableError: the database is away; the next call connects again.
        """
        try:
            connection = await self._connected()
            await connection.execute(
                "select pg_notify(%s, payload) from unnest(%s::text[]) as payload",
                (channel, list(payloads)),
            )
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            await self.close()
            raise UnavailableError("database_unavailable", str(error)) from error
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connected(self) -> psycopg.AsyncConnection:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                self._url,
                autocommit=True,
                application_name="nodeloom-notify",
                connect_timeout=3,
                tcp_user_timeout=5000,
                options="-c synchronous_commit=off -c statement_timeout=2000",
            )
        return self._connection
