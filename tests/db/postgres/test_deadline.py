"""What hangs is shut; what only had to wait for a connection is given the time to use it."""

import asyncio
import time
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

import db.postgres.table_copies
from db.postgres.deadline import database_deadline
from db.postgres.engine import make_engine
from db.postgres.table_copies import open_snapshot
from schemas.errors import UnavailableError
from support.servers.frozen import SwallowingProxy


async def test_a_connection_that_was_long_waited_for_is_not_shut(database_url: str) -> None:
    engine = make_engine(database_url, pool_size=1, max_overflow=0)

    async def work(seconds: float) -> str:
        async with database_deadline(2.0), engine.connect() as connection:
            await connection.execute(text(f"select pg_sleep({seconds})"))
            return str(await connection.scalar(text("select pg_backend_pid()")))

    first = asyncio.create_task(work(1.0))
    await asyncio.sleep(0.1)
    # It gets the connection half a second before it would be shut, and needs it for longer.
    assert await work(0.8) == await first
    await engine.dispose()


@pytest.mark.parametrize("statements", [1, 40])
async def test_what_takes_longer_is_ended_in_time(database_url: str, statements: int) -> None:
    engine = make_engine(database_url, pool_size=1, max_overflow=0)

    async def work() -> None:
        async with database_deadline(2.5), engine.connect() as connection:
            for _ in range(statements):
                await connection.execute(text(f"select pg_sleep({6 / statements})"))

    began = time.monotonic()
    with pytest.raises(UnavailableError) as error:
        await work()
    assert error.value.code == "database_unavailable"
    assert time.monotonic() - began < 3.0
    async with database_deadline(2.5), engine.connect() as connection:  # a new one
        assert await connection.scalar(text("select 1")) == 1
    await engine.dispose()


def test_a_backup_from_a_database_that_hangs_ends(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.postgres.table_copies, "READ_TIMEOUT_SECONDS", 1.5)
    parts = urlsplit(database_url)
    with SwallowingProxy(parts.port or 5432).running() as proxy:
        url = database_url.replace(f":{parts.port}/", f":{proxy.port}/")
        began = time.monotonic()

        def read_from_one_that_hangs() -> None:
            with open_snapshot(url) as snapshot:
                tables = snapshot.tables()
                list(snapshot.read(tables[0]))
                with proxy.frozen():
                    list(snapshot.read(tables[1]))

        with pytest.raises(UnavailableError):
            read_from_one_that_hangs()
        assert time.monotonic() - began < 10
