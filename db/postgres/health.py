"""What a probe asks the database, on a connection of its own: pools may be what is ill."""

from dataclasses import dataclass
from typing import Any, Final

import psycopg

from db.postgres.deadline import database_deadline, register_connection
from db.postgres.engine import connection_options, driver_url
from db.postgres.errors import translate, unavailable_error
from db.postgres.migrate import head_revision, known_revisions

WORKER_APPLICATION_NAME: Final = "nodeloom-worker"
"""What the connections of a worker are called: PostgreSQL knows which of them live."""
_WORKER_CONNECTED: Final = """
    select exists (select from pg_stat_activity
      where datname = current_database() and application_name = %s)
"""


@dataclass(frozen=True)
class DatabaseHealth:
    """What was found."""

    revision: str | None
    """Of its schema; None where it was never migrated."""
    worker: bool
    """Whether a worker is connected."""

    @property
    def current(self) -> bool:
        """Whether the schema is the one of this code."""
        return self.revision == head_revision()

    @property
    def newer(self) -> bool:
        """Whether a newer version of Nodeloom has migrated it."""
        return self.revision is not None and self.revision not in known_revisions()


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
            found = await connection.execute(_WORKER_CONNECTED, [WORKER_APPLICATION_NAME])
            return DatabaseHealth(revision, (await found.fetchone()) == (True,))
    except psycopg.Error as error:
        raise translate(error) or unavailable_error() from error


async def _revision(connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> str | None:
    try:
        row = await (await connection.execute("select version_num from alembic_version")).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return row[0] if row else None
