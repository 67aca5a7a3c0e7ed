"""SQL functions, in one trip to the server each: for what is asked all the time.

A session takes four trips. Functions for the API say by themselves whose rows they are about, which
holds for the transaction that each call is; so its connection needs nothing before and after it.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from db.postgres.deadline import register_connection, release_connection
from db.postgres.engine import connection_options, driver_url
from db.postgres.errors import busy_error, translate
from db.postgres.roles import Role

Values = Sequence[Any] | Mapping[str, Any]

MAX_CONNECTIONS: Final = 10
IDLE_SECONDS: Final = 20.0
"""One connection is given up each time that so many seconds have not needed all that there are."""
WAIT_SECONDS: Final = 5.0
"""For a connection, while all of them are in use."""
FIRST_WAIT_SECONDS: Final = 1.0
"""After so long without a connection a call finds out whether one can be made at all."""
RECONNECT_SECONDS: Final = 1.0
"""A connection that cannot be made is given up after so long; the next call tries anew."""


class FunctionPool:
    """Calls SQL functions on connections of its own; for the API they see one user's rows at a time."""

    def __init__(
        self,
        database_url: str,
        *,
        application_name: str = "nodeloom",
        statement_timeout: float = 5,
        lock_timeout: float = 2,
        role: Role = Role.APP,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        """Connect only when first used; times are in seconds."""
        self._max_connections = max_connections
        self._url = driver_url(database_url)
        self._options: dict[str, Any] = connection_options(
            application_name,
            statement_timeout,
            lock_timeout,
            idle=10,
            connect=3,
            role=role,
            idle_session=0,
        ) | {"autocommit": True, "prepare_threshold": 0}
        self._pool = AsyncConnectionPool(
            self._url,
            min_size=0,
            max_size=max_connections,
            max_idle=IDLE_SECONDS,
            timeout=FIRST_WAIT_SECONDS,
            reconnect_timeout=RECONNECT_SECONDS,
            kwargs=self._options,
            open=False,
        )

    async def call(self, statement: LiteralString, values: Values) -> list[tuple[Any, ...]]:
        """Run one statement and give its rows. It must do no harm when it is run again.

        Raises:
            AppError: as `db.postgres.errors` translates what PostgreSQL says; `database_busy`
                after `WAIT_SECONDS` without a free connection.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        try:
            if self._pool.closed:
                await self._pool.open()
            while True:
                try:
                    return await self._call(statement, values)
                except PoolTimeout as timeout:
                    if self._pool.get_stats()["pool_size"] < self._max_connections:
                        await self._diagnose()
                    if time.monotonic() >= deadline:
                        raise busy_error() from timeout
        except (psycopg.Error, UnicodeEncodeError) as error:
            raise translate(error) or error from error

    async def close(self) -> None:
        """Give the connections back."""
        await self._pool.close()

    async def _diagnose(self) -> None:
        """Make a connection outside of the pool, which does not say why it has none.

        Raises:
            psycopg.Error: what keeps the pool from making connections.
        """
        async with await psycopg.AsyncConnection.connect(self._url, **self._options):
            pass

    async def _call(self, statement: LiteralString, values: Values) -> list[tuple[Any, ...]]:
        """Go through connections that have died while they were idle, until one works."""
        for attempt in range(1 + self._max_connections):
            async with self._pool.connection() as connection:
                register_connection(connection)
                try:
                    return await (await connection.execute(statement, values)).fetchall()
                except psycopg.OperationalError:
                    if not connection.broken or attempt == self._max_connections:
                        raise
                finally:
                    release_connection(connection)
        raise AssertionError
