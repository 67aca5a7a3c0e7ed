"""Connections that die, are missing or are all in use, and databases of another version."""

import asyncio
import re
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

import db.postgres.functions
from db.postgres.engine import make_sync_engine
from db.postgres.functions import MAX_CONNECTIONS, FunctionPool
from db.postgres.roles import Role
from local.postgres.server import EmbeddedPostgres
from schemas.errors import UnavailableError


@pytest.fixture
async def functions(database_url: str) -> AsyncIterator[FunctionPool]:
    pool = FunctionPool(database_url)
    yield pool
    await pool.close()


async def test_functions_are_called_although_connections_have_died(
    functions: FunctionPool, cluster: EmbeddedPostgres
) -> None:
    sleepers = [functions.call("select pg_backend_pid(), pg_sleep(0.2)", []) for _ in range(3)]
    pids = {pid for ((pid, _),) in await asyncio.gather(*sleepers)}
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(pid, 5000) from unnest(%s) pid", [[*pids]])
    assert await functions.call("select 7", []) == [(7,)]


async def test_a_call_of_a_function_can_be_given_up(functions: FunctionPool) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await functions.call("select pg_sleep(20)", [])
    assert await asyncio.wait_for(functions.call("select 7", []), 5) == [(7,)]


async def test_functions_of_a_database_that_is_not_there_are_unavailable_soon() -> None:
    pool = FunctionPool("postgresql://nodeloom@127.0.0.1:1/nodeloom")
    with pytest.raises(UnavailableError) as caught:
        await asyncio.wait_for(pool.call("select 7", []), 4)
    assert caught.value.code == "database_unavailable"
    await pool.close()


@pytest.mark.parametrize(
    ("part", "wrong", "code"),
    [
        ("/[^/]*$", "/nobodys", "database_missing"),
        (":[^:]*@", ":wrong@", "database_login_failed"),
    ],
)
async def test_functions_that_cannot_connect_say_why(
    database_url: str, part: str, wrong: str, code: str
) -> None:
    pool = FunctionPool(re.sub(part, wrong, database_url))
    with pytest.raises(UnavailableError) as caught:
        await asyncio.wait_for(pool.call("select 7", []), 4)
    assert caught.value.code == code
    await pool.close()


async def test_functions_wait_for_a_connection_and_then_say_that_all_are_in_use(
    functions: FunctionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.postgres.functions, "WAIT_SECONDS", 2.0)
    sleepers = [
        asyncio.ensure_future(functions.call("select pg_sleep(3.5)", []))
        for _ in range(MAX_CONNECTIONS)
    ]
    await asyncio.sleep(0.5)  # all of them are out
    with pytest.raises(UnavailableError) as caught:
        await functions.call("select 7", [])
    assert caught.value.code == "database_busy"
    waiting = functions.call("select 7", [])
    assert await waiting == [(7,)]
    await asyncio.gather(*sleepers)


def test_a_database_that_was_not_migrated_says_so(
    empty_database_url: str, cluster: EmbeddedPostgres
) -> None:
    cluster.ensure_database(empty_database_url.rsplit("/", 1)[1])
    engine = make_sync_engine(empty_database_url, role=Role.ENGINE)
    with engine.connect() as connection, pytest.raises(UnavailableError, match="nodeloom migrate"):
        connection.execute(text("select * from workflows"))
    engine.dispose()


async def test_a_database_of_an_older_version_says_so(
    functions: FunctionPool, engine: AsyncEngine
) -> None:
    statement = "select later()"
    with pytest.raises(UnavailableError, match="nodeloom migrate"):
        await functions.call(statement, [])
    async with AsyncSession(engine) as session:
        with pytest.raises(UnavailableError, match="nodeloom migrate"):
            await session.execute(text(statement))
