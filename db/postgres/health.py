"""What a probe asks the database, on a connection of its own: pools may be what is ill."""

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from db.postgres.deadline import database_deadline, register_connection
from db.postgres.engine import connection_options, driver_url
from db.postgres.errors import translate, unavailable_error

WORKER_APPLICATION_NAME: Final = "nodeloom-worker"
"""What the connections of a worker are called: PostgreSQL knows which of them live."""
SHORT_OF_MEMORY_LOCK: Final = "nodeloom short of memory"
"""The name of an advisory lock that such a worker shares with others."""
_WORKERS: Final = """
    select exists (select from pg_stat_activity
      where datname = current_database() and application_name = %s),
      (select count(*) from pg_locks where locktype = 'advisory' and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
        and (classid::bigint << 32) | objid::bigint = hashtextextended(%s, 0))
"""


@dataclass(frozen=True)
class DatabaseHealth:
    """What was found."""

    revision: str | None
    """Of its schema; None where it was never migrated."""
    worker: bool
    """Whether a worker is connected."""
    short_of_memory: int = 0
    """How many workers have too little memory to claim further runs."""

    @property
    def current(self) -> bool:
        """Whether the schema is the one of this code."""
        from db.postgres.migrate import head_revision  # noqa: PLC0415 - 11 MB, for who asks

        return self.revision == head_revision()

    @property
    def newer(self) -> bool:
        """Whether a newer version of Nodeloom has migrated it."""
        from db.postgres.migrate import known_revisions  # noqa: PLC0415 - as above

        return self.revision is not None and self.revision not in known_revisions()


def is_worker_connected(session: Session) -> bool:
    """Whether there is a worker that would execute what is put into the queue."""
    query = """select exists (select from pg_stat_activity
      where datname = current_database() and application_name = :name)"""
    return bool(session.scalar(text(query), {"name": WORKER_APPLICATION_NAME}))


async def check_health(database_url: str, seconds: float = 3) -> DatabaseHealth:
    """Connect and look.

    Raises:
        InvalidInputError: it is not the address of a PostgreSQL database.
        UnavailableError: it cannot be reached, does not exist, or does not answer in time.
    """
    options: dict[str, Any] = connection_options(
        "nodeloom-health",
        seconds,
        lock=seconds,
        idle=seconds,
        connect=max(2, round(seconds)),
        role=None,
    )
    try:
        async with (
            database_deadline(seconds),
            await psycopg.AsyncConnection.connect(
                driver_url(database_url), autocommit=True, **options
            ) as connection,
        ):
            register_connection(connection)
            revision = await _revision(connection)
            names = [WORKER_APPLICATION_NAME, SHORT_OF_MEMORY_LOCK]
            found = await (await connection.execute(_WORKERS, names)).fetchone()
            return DatabaseHealth(revision, *(found or (False,)))
    except psycopg.Error as error:
        raise translate(error) or unavailable_error() from error


async def _revision(connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> str | None:
    try:
        row = await (await connection.execute("select version_num from alembic_version")).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return row[0] if row else None
