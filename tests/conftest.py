"""What tests share: a PostgreSQL cluster per test process and an empty database per test.

The cluster is the embedded one, as in the product; it starts with the first test that asks for
a database. Every test that does is marked `database`.
"""

import gc
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from db.postgres.engine import make_engine, make_sync_engine
from db.postgres.migrate import migrate
from local.postgres.server import EmbeddedPostgres
from support.database.reset import close_connection, empty_tables
from support.process_groups import ProcessGroups

_numbers = itertools.count(1)


gc.disable()  # what is collected stays: to look through it again and again takes a sixth of the time


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="nodeloom-test-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    config.pluginmanager.register(ProcessGroups(folder))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker("database")


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server of this test process; faster than a real one, as it never syncs."""
    folder = Path(tempfile.mkdtemp(prefix="nodeloom-test-"))
    folder.chmod(0o711)  # as root, PostgreSQL runs as another user
    try:
        with EmbeddedPostgres(folder / "home") as server:
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                connection.execute("alter system set fsync = off")
                connection.execute("select pg_reload_conf()")
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated(cluster: EmbeddedPostgres) -> Iterator[str]:
    """The address of a database that was migrated once; ask for `database_url` instead."""
    url = cluster.url("migrated")
    migrate(url)
    yield url
    close_connection(url)


@pytest.fixture
def database_url(migrated: str) -> Iterator[str]:
    """The address of a migrated database without rows; emptied again after the test."""
    yield migrated
    empty_tables(migrated)


@pytest.fixture
def empty_database_url(cluster: EmbeddedPostgres) -> Iterator[str]:
    """The address of a database that does not exist yet; dropped after the test."""
    name = f"test_{next(_numbers)}"
    yield cluster.url(name)
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sync_engine(database_url: str) -> Iterator[Engine]:
    engine = make_sync_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(sync_engine: Engine) -> Iterator[Session]:
    """A session for the query functions; what it does not commit is rolled back."""
    with Session(sync_engine, expire_on_commit=False) as session:
        yield session
