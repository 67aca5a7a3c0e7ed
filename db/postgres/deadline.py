"""One total deadline for what is asked of PostgreSQL, whatever hangs.

A server that was stopped, or a link that swallows everything, keeps a connection without a word:
the server's own timeouts never come, and a query that is cancelled waits for the server as well.
So the connection is shut instead, which ends every wait for it at once.
"""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from functools import partial
from typing import Any, Final

from db.postgres.errors import unavailable_error

GRACE_SECONDS: Final = 0.5
"""So long before the deadline connections are shut; what is still under way then is cancelled."""
LATE_SECONDS: Final = 1.0
"""A connection that was got so shortly before is given as long: a busy pool is no hanging server."""


class _Deadline:
    """The connections that work with one deadline uses at the moment, each since when."""

    def __init__(self, timeout: asyncio.Timeout) -> None:
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._connections: list[tuple[Any, float]] = []
        self._over = False
        self._timer = self._loop.call_at((timeout.when() or 0) - GRACE_SECONDS, self._end)

    def add(self, connection: Any) -> None:
        self._connections.append((connection, self._loop.time()))
        if self._over:
            close_socket(connection)

    def remove(self, connection: Any) -> None:
        self._connections = [each for each in self._connections if each[0] is not connection]

    def close(self) -> None:
        self._timer.cancel()

    def _end(self, *, final: bool = False) -> None:
        """Shut all connections, but at first those that were only just to be had: they may be well."""
        self._over = True
        limit = self._loop.time() - (0.0 if final else LATE_SECONDS)
        for connection, since in self._connections:
            if since <= limit:
                close_socket(connection)
        if not final and any(since > limit for _, since in self._connections):
            self._timeout.reschedule(self._loop.time() + LATE_SECONDS + GRACE_SECONDS)
            self._timer = self._loop.call_later(LATE_SECONDS, partial(self._end, final=True))


_current: ContextVar[_Deadline | None] = ContextVar("database_deadline", default=None)


@asynccontextmanager
async def database_deadline(seconds: float) -> AsyncGenerator[None]:
    """Bound all that is asked of PostgreSQL in a block.

    Raises:
        UnavailableError: `database_unavailable`: it took longer.
    """
    try:
        async with asyncio.timeout(seconds) as timeout:
            deadline = _Deadline(timeout)
            token = _current.set(deadline)
            try:
                yield
            finally:
                deadline.close()
                _current.reset(token)
    except TimeoutError as error:
        raise unavailable_error() from error


def register_connection(connection: Any) -> None:
    """Have a driver's connection shut when the deadline is over that holds now, if there is one."""
    deadline = _current.get()
    if deadline is not None:
        deadline.add(connection)


def release_connection(connection: Any) -> None:
    """Leave a connection to others."""
    deadline = _current.get()
    if deadline is not None:
        deadline.remove(connection)


def close_socket(connection: Any) -> None:
    """Shut a connection's socket, whose reader then meets the end of it."""
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)
