"""Brings a database to the schema of this code."""

import logging
import time
from functools import cache
from pathlib import Path
from typing import Final

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url

from db.postgres.engine import driver_url, make_sync_engine
from db.postgres.errors import translate
from db.postgres.roles import ensure_roles
from schemas.errors import AppError, UnavailableError

logger = logging.getLogger(__name__)

_LOCK: Final = 0x6E6F64656C6F6F6D  # "nodeloom": one migration at a time
MAX_ATTEMPTS: Final = 3
LOCK_SECONDS: Final = 60.0
"""How long an attempt waits for a lock that somebody else holds."""
PAUSE_SECONDS: Final = 1.0
"""Between attempts."""


class DatabaseTooNewError(AppError):
    """The database was migrated by a newer version of Nodeloom."""


def migrate(database_url: str) -> str:
    """Create the database if it is missing, bring it to the newest schema, give its revision.

    Safe to call from several processes at once. All of it is one transaction, which locks tables
    one after the other; executors that work on them meanwhile may hold it up or be in a deadlock
    with it. Then it is rolled back and tried again, up to `MAX_ATTEMPTS` times.

    Raises:
        InvalidInputError: it is not the address of a PostgreSQL database.
        DatabaseTooNewError: it is ahead of this code.
        UnavailableError: it cannot be reached, or does not exist and may not be created, is still
            busy after the last attempt, or
            `roles_missing`: the database user may not make the roles that keep users apart.
    """
    create_if_missing(database_url)
    engine = make_sync_engine(
        database_url,
        application_name="nodeloom-migrate",
        statement_timeout=0,
        lock_timeout=LOCK_SECONDS,
    )
    try:
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                _upgrade(engine)
                break
            except UnavailableError as error:
                if error.code != "database_busy" or attempt == MAX_ATTEMPTS:
                    raise
                logger.warning("others work on the tables, the migration is tried again: %s", error)
                time.sleep(PAUSE_SECONDS)
    finally:
        engine.dispose()
    return head_revision()


def prepare_empty(database_url: str, revision: str) -> None:
    """Give a database without anybody's rows the schema of a revision, older than ours perhaps.

    Raises:
        DatabaseTooNewError: this code does not know the revision.
        AppError: as for `migrate`.
    """
    refuse_newer(revision)
    create_if_missing(database_url)
    if current_revision(database_url) not in (None, revision):
        downgrade(database_url, "base")
    engine = make_sync_engine(database_url, statement_timeout=0, lock_timeout=LOCK_SECONDS)
    try:
        _upgrade(engine, revision)
    finally:
        engine.dispose()


def downgrade(database_url: str, revision: str) -> None:
    """Bring a database back to an older revision (`base`: empty). Data may be lost."""
    engine = make_sync_engine(database_url, statement_timeout=0, lock_timeout=LOCK_SECONDS)
    try:
        with engine.begin() as connection:
            command.downgrade(config(connection), revision)
    finally:
        engine.dispose()


@cache
def head_revision() -> str:
    """Give the revision that this code needs."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    if head is None:
        raise RuntimeError("There are no migrations: the installation is broken.")
    return head


@cache
def known_revisions() -> frozenset[str]:
    """Give every revision that this code knows."""
    scripts = ScriptDirectory.from_config(config()).walk_revisions()
    return frozenset(script.revision for script in scripts)


def current_revision(database_url: str) -> str | None:
    """Give the revision of a database; None if it has never been migrated.

    Raises:
        UnavailableError: it cannot be reached or does not exist.
    """
    engine = make_sync_engine(database_url, application_name="nodeloom-migrate")
    try:
        with engine.connect() as connection:
            return _revision(connection)
    finally:
        engine.dispose()


def config(connection: Connection | None = None) -> Config:
    """Give Alembic's configuration, which needs no file."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    configuration.attributes["connection"] = connection
    return configuration


def create_if_missing(database_url: str) -> None:
    """Create the database unless it is there.

    Raises:
        UnavailableError: the server cannot be reached, or the user may not create databases.
    """
    try:
        psycopg.connect(driver_url(database_url), connect_timeout=3).close()
    except psycopg.OperationalError as error:
        ours = translate(error) or AppError("database_unavailable", str(error))
        if ours.code != "database_missing":
            raise ours from error
        _create(database_url)


def _upgrade(engine: Engine, revision: str = "head") -> None:
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        refuse_newer(_revision(connection))
        ensure_roles(connection)
        command.upgrade(config(connection), revision)


def _create(database_url: str) -> None:
    url = make_url(driver_url(database_url))
    name = url.database or ""
    maintenance = url.set(database="postgres").render_as_string(hide_password=False)
    try:
        with psycopg.connect(maintenance, autocommit=True, connect_timeout=3) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    except psycopg.errors.DuplicateDatabase:
        return  # somebody was faster
    except psycopg.errors.UniqueViolation:
        return  # and at the very same moment
    except psycopg.Error as error:
        raise UnavailableError(
            "database_missing",
            f"The database {name} does not exist and could not be created"
            f" ({str(error).strip()}): create it, then run `nodeloom migrate`.",
        ) from error


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def refuse_newer(found: str | None) -> None:
    """Raise DatabaseTooNewError for a revision that this code does not know."""
    if found is not None and found not in known_revisions():
        raise DatabaseTooNewError(
            "database_too_new",
            f"The database has the schema {found}, which this version of Nodeloom does not know:"
            " start the newer version that migrated it, or restore a backup from before.",
        )
