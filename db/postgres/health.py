"""What a probe asks the database, on a connection of its own: pools may be what is ill."""

from dataclasses import dataclass
from typing import Final

from alembic.migration import MigrationContext
from sqlalchemy import text

from db.postgres.engine import make_sync_engine

WORKER_APPLICATION_NAME: Final = "nodeloom-worker"
"""What the connections of a worker are called: PostgreSQL knows which of them live."""
_WORKER_CONNECTED: Final = text("""
    select exists (select from pg_stat_activity
      where datname = current_database() and application_name = :name)
""")


@dataclass(frozen=True)
class DatabaseHealth:
    """What was found."""

    revision: str | None
    """Of its schema; None where it was never migrated."""
    worker: bool
    """Whether a worker is connected."""


def check_health(database_url: str, seconds: float = 3) -> DatabaseHealth:
    """Connect and look.

    Raises:
        InvalidInputError: it is not the address of a PostgreSQL database.
        UnavailableError: it cannot be reached or does not exist.
    """
    engine = make_sync_engine(
        database_url,
        application_name="nodeloom-health",
        statement_timeout=seconds,
        connect_timeout=max(2, round(seconds)),
    )
    try:
        with engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
            worker = bool(connection.scalar(_WORKER_CONNECTED, {"name": WORKER_APPLICATION_NAME}))
            return DatabaseHealth(revision, worker)
    finally:
        engine.dispose()
