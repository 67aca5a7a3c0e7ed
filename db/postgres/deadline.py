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
from typing import Any, Final

from db.postgres.errors import unavailable_error

GRACE_SECONDS: Final = 0.5
"""So long before the deadline connections are shut; what is still under way then is cancelled."""


class _Deadline:
    """The connections that work with one deadline uses at the moment."""

    def __init__(self) -> None:
        self._connections: list[Any] = []
        self._over = False

    def add(self, connection: Any) -> None:
        self._connections.append(connection)
        if self._over:
            _shut(connection)

    def remove(self, connection: Any) -> None:
        self._connections = [each for each in self._connections if each is not connection]

    def end(self) -> None:
        self._over = True
        for connection in self._connections:
            _shut(connection)


_current: ContextVar[_Deadline | None] = ContextVar("database_deadline", default=None)


@asynccontextmanager
async def database_deadline(seconds: float) -> AsyncGenerator[None]:
    """Bound all that is asked of PostgreSQL in a block.

    Raises:
        UnavailableError: `database_unavailable`: it took longer.
    """
    deadline, loop = _Deadline(), asyncio.get_running_loop()
    token = _current.set(deadline)
    shut = loop.call_later(max(0.0, seconds - GRACE_SECONDS), deadline.end)
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise unavailable_error() from error
    finally:
        shut.cancel()
        _current.reset(token)


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


def _shut(connection: Any) -> None:
    """Shut a connection's socket, whose reader then meets the end of it."""
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)
