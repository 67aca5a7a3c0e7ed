"""Connections that have rested: used as they are, unless something has become of them."""

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

import db.postgres.engine

PID = text("select pg_backend_pid()")


@pytest.fixture(autouse=True)
def check_all_idle_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db.postgres.engine, "IDLE_CHECK_SECONDS", 0)


def _pid(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(PID).scalar_one()


def _kill(database_url: str, pid: int) -> None:
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", (pid,))


def test_an_idle_connection_is_used_without_a_query(
    sync_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _pid(sync_engine)
    asked: list[object] = []
    monkeypatch.setattr(sync_engine.dialect, "do_ping", asked.append)

    assert _pid(sync_engine) == first
    assert not asked


def test_a_connection_that_was_closed_while_idle_is_replaced(
    sync_engine: Engine, database_url: str
) -> None:
    first = _pid(sync_engine)
    _kill(database_url, first)

    assert _pid(sync_engine) != first


async def test_asynchronous_ones_are_replaced_in_the_same_way(
    engine: AsyncEngine, database_url: str
) -> None:
    async def pid() -> int:
        async with engine.connect() as connection:
            return (await connection.execute(PID)).scalar_one()

    first = await pid()
    assert await pid() == first
    _kill(database_url, first)
    assert await pid() != first


def test_a_connection_that_was_idle_for_long_is_given_up_on_both_sides(
    sync_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _pid(sync_engine)
    assert db.postgres.engine.REUSE_SECONDS < db.postgres.engine.IDLE_SESSION_SECONDS == 60
    with sync_engine.connect() as connection:
        assert connection.scalar(text("show idle_session_timeout")) == "1min"
    monkeypatch.setattr(db.postgres.engine, "REUSE_SECONDS", 0)
    assert _pid(sync_engine) != first
