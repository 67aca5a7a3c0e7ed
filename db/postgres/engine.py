"""Connections to PostgreSQL: one form of address, sensible limits, our own errors."""

import select
import time
from typing import Any, Final

import psycopg
from psycopg import pq, sql
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DisconnectionError, InvalidatePoolError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState

from db.postgres.deadline import register_connection, release_connection
from db.postgres.errors import translate_errors
from db.postgres.roles import OWNER_SETTING, Role
from schemas.errors import InvalidInputError

IDLE_CHECK_SECONDS: Final = 1.0
"""After so long without use a connection is checked before it is used again."""
IDLE_SESSION_SECONDS: Final = 60.0
"""After so long without use PostgreSQL ends a connection: its process there holds megabytes."""
REUSE_SECONDS: Final = 50.0
"""After so long without use a connection is given up, since it may end at any moment."""
_DRIVER: Final = "postgresql+psycopg"
_SCHEMES: Final = frozenset({"postgres", "postgresql", _DRIVER})
OWNER_OPTION: Final = "nodeloom_owner"
"""The execution option of a session that names the user whose rows it is about."""


def sqlalchemy_url(database_url: str) -> str:
    """Give the address as SQLAlchemy wants it; `postgres://` and `postgresql://` are taken.

    Raises:
        InvalidInputError: it is not the address of a PostgreSQL database.
    """
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in _SCHEMES or not url.database:
        raise InvalidInputError(
            "bad_database_url",
            "DATABASE_URL is not the address of a PostgreSQL database: it should look like"
            " postgresql://user:password@host:5432/name.",
        )
    return url.set(drivername=_DRIVER).render_as_string(hide_password=False)


def driver_url(database_url: str) -> str:
    """Give the address as psycopg itself wants it. Raises InvalidInputError."""
    url = make_url(sqlalchemy_url(database_url))
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def make_engine(
    database_url: str,
    *,
    application_name: str = "nodeloom",
    pool_size: int = 5,
    max_overflow: int = 10,
    statement_timeout: float = 30,
    lock_timeout: float = 5,
    idle_timeout: float = 30,
    connect_timeout: int = 3,
    role: Role | None = None,
) -> AsyncEngine:
    """Make an asynchronous engine; times are in seconds, 0 is no limit.

    A request should have shorter ones (`statement_timeout=5, lock_timeout=2,
    idle_timeout=10`) than a worker. `idle_timeout` is how long a transaction may be idle.
    Without a `role` its connections may do whatever the user in the address may. With
    `Role.APP` each session must say whose rows it is about: `execution_options={OWNER_OPTION: id}`.

    Raises:
        InvalidInputError: it is not the address of a PostgreSQL database.
    """
    engine = create_async_engine(
        sqlalchemy_url(database_url),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=5,
        hide_parameters=True,  # users' texts do not belong in logs
        pool_recycle=1800,
        pool_use_lifo=True,  # the one used last knows the most prepared statements
        pool_reset_on_return=None,
        connect_args=connection_options(
            application_name,
            statement_timeout,
            lock_timeout,
            idle_timeout,
            connect_timeout,
            role=role,
        )
        | ({"autocommit": True} if role is Role.APP else {}),
    )
    translate_errors(engine.sync_engine)
    if role is Role.APP:
        event.listen(engine.sync_engine, "begin", _begin_as_owner)
    _check_idle_connections(engine.sync_engine)
    event.listen(engine.sync_engine, "reset", _roll_back_open_transaction)
    return engine


def make_sync_engine(
    database_url: str,
    *,
    application_name: str = "nodeloom",
    pool_size: int = 2,
    statement_timeout: float = 30,
    lock_timeout: float = 5,
    idle_timeout: float = 30,
    connect_timeout: int = 3,
    role: Role | None = None,
) -> Engine:
    """Make an engine for threads and commands; see `make_engine`."""
    engine = create_engine(
        sqlalchemy_url(database_url),
        pool_size=pool_size,
        pool_timeout=5,
        hide_parameters=True,  # users' texts do not belong in logs
        connect_args=connection_options(
            application_name,
            statement_timeout,
            lock_timeout,
            idle_timeout,
            connect_timeout,
            role=role,
        ),
    )
    translate_errors(engine)
    _check_idle_connections(engine)
    return engine


def make_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Make sessions whose rows stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


def _begin_as_owner(connection: Connection) -> None:
    """Begin a transaction and say whose rows it may see, in one trip to the server.

    The only place where that is said. It holds until the transaction ends, however it ends, so
    a connection goes back to the pool knowing nobody. The driver is in its autocommit mode,
    where this BEGIN is not preceded by one of its own; its commit and rollback end any
    transaction.
    """
    owner = connection.get_execution_options().get(OWNER_OPTION)
    if not owner:
        raise RuntimeError("A transaction of the API must say whose rows it is about.")
    literal = sql.Literal(owner).as_string(connection.connection.driver_connection)
    connection.exec_driver_sql(
        f"BEGIN; SET LOCAL {OWNER_SETTING} = {literal}", execution_options={"no_parameters": True}
    )


def _roll_back_open_transaction(
    connection: DBAPIConnection, _record: ConnectionPoolEntry, state: PoolResetState
) -> None:
    """End the transaction of a connection that comes back, if it is in one.

    SQLAlchemy by itself has the driver look each time, and waits for it.
    """
    driver: psycopg.AsyncConnection[Any] = connection.driver_connection  # pyright: ignore[reportAttributeAccessIssue]
    idle = driver.pgconn.transaction_status == pq.TransactionStatus.IDLE
    if state.asyncio_safe and not state.terminate_only and not idle:
        connection.rollback()


def _check_idle_connections(engine: Engine) -> None:
    """Look at a connection before it is used, if it was idle: it may have died meanwhile.

    One that was idle for long is given up, as PostgreSQL does.
    Whose server has gone has something to read; only that one is tried, which costs a round trip.
    A peer that vanished without a word is found by TCP's own probes, see `connection_options`. When a
    connection dies between two uses close together, that use fails as if the database were away,
    which it was, and the pool is renewed.
    """

    def check_in(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()
        if connection is not None:
            release_connection(_driver_connection(connection))

    def check_out(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        register_connection(_driver_connection(connection))
        since: float | None = record.info.pop("idle_since", None)
        idle_seconds = 0.0 if since is None else time.monotonic() - since
        if idle_seconds > REUSE_SECONDS:
            raise DisconnectionError
        if idle_seconds < IDLE_CHECK_SECONDS:
            return
        try:
            if _has_input(connection):
                engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise InvalidatePoolError from error

    def connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        register_connection(_driver_connection(connection))

    event.listen(engine, "connect", connect, insert=True)  # before anything is asked
    event.listen(engine, "checkin", check_in)
    event.listen(engine, "checkout", check_out)


def _has_input(connection: DBAPIConnection) -> bool:
    """Whether the server has said something, or hung up. Raises psycopg.Error: it is closed."""
    poll = select.poll()
    poll.register(_driver_connection(connection).fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _driver_connection(connection: DBAPIConnection) -> Any:
    return getattr(connection, "driver_connection", connection)


def connection_options(
    application_name: str,
    statement: float,
    lock: float,
    idle: float,
    connect: int,
    *,
    role: Role | None,
    idle_session: float = IDLE_SESSION_SECONDS,
) -> dict[str, Any]:
    """Give what each connection is made with; see `make_engine`. 0 is no limit."""
    limits = {
        "statement_timeout": statement,
        "lock_timeout": lock,
        "idle_in_transaction_session_timeout": idle,
        "idle_session_timeout": idle_session,
    }
    settings = [f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items()]
    settings += [f"-c role={role}"] if role else []
    return {
        "application_name": application_name,
        "connect_timeout": connect,
        "options": " ".join([*settings, "-c timezone=UTC"]),
        # A peer that vanished without a word is noticed in 5 to 20 s.
        "tcp_user_timeout": 5000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
    }
