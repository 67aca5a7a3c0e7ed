"""Alembic's entry: runs migrations on the connection that `db.postgres.migrate` hands over.

From Alembic's own command line (`alembic revision --autogenerate`) it connects to DATABASE_URL.
"""

from alembic import context
from sqlalchemy import Connection

from db.postgres.engine import make_sync_engine
from db.tables.base import Base
from schemas.settings import Settings

TABLES = Base.metadata


def run(connection: Connection) -> None:
    """Run what was asked for, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=TABLES,
        compare_server_default=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def connect_and_run() -> None:
    """Run on the database that the environment names."""
    url = Settings().database_url
    if url is None:
        raise SystemExit("Set DATABASE_URL to the database to migrate.")
    engine = make_sync_engine(url.get_secret_value(), statement_timeout=0)
    with engine.begin() as connection:
        run(connection)
    engine.dispose()


given = context.config.attributes.get("connection")
if isinstance(given, Connection):
    run(given)
else:
    connect_and_run()
