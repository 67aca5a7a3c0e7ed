"""The LISTEN hub, and what callers see while PostgreSQL is away."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

import db.postgres.listen
from db.postgres.engine import make_engine, make_sessions, make_sync_engine
from db.postgres.listen import listen
from db.workflows import get_workflow
from schemas.errors import InvalidInputError, UnavailableError
from support.database.rows import make_workflow
from support.servers.frozen import SwallowingProxy

Received = asyncio.Queue[tuple[str, str | None]]


@asynccontextmanager
async def listening(url: str, *channels: str) -> AsyncGenerator[Received]:
    received: Received = asyncio.Queue()
    task = asyncio.create_task(
        listen(url, channels, lambda channel, payload: received.put_nowait((channel, payload)))
    )
    try:
        yield received
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def ignore(_channel: str, _payload: str | None) -> None:
    """Take no notice."""


async def next_of(received: Received) -> tuple[str, str | None]:
    return await asyncio.wait_for(received.get(), 10)


def listeners(raw: psycopg.Connection) -> list[int]:
    found = raw.execute(
        "select pid from pg_stat_activity"
        " where application_name = 'nodeloom-listen' and datname = current_database()"
    )
    return [pid for (pid,) in found]


async def test_a_listener_hears_its_channels(database_url: str, raw: psycopg.Connection) -> None:
    async with listening(database_url, "one", "two") as received:
        assert {await next_of(received), await next_of(received)} == {("one", None), ("two", None)}
        raw.execute("notify other, 'x'")
        raw.execute("notify two, 'y'")
        assert await next_of(received) == ("two", "y")


async def test_a_listener_that_lost_its_connection_asks_to_look_at_everything(
    database_url: str, raw: psycopg.Connection
) -> None:
    async with listening(database_url, "one") as received:
        await next_of(received)
        for pid in listeners(raw):
            raw.execute("select pg_terminate_backend(%s)", [pid])
        assert await next_of(received) == ("one", None)
        raw.execute("notify one, 'again'")
        assert await next_of(received) == ("one", "again")


async def test_a_cancelled_listener_leaves_no_connection(
    database_url: str, raw: psycopg.Connection
) -> None:
    async with listening(database_url, "one") as received:
        await next_of(received)
        deadline = time.monotonic() + 60
        while len(listeners(raw)) != 1:  # the listener of the test before may still be going
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
    deadline = time.monotonic() + 60
    while listeners(raw):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_a_listener_says_when_it_is_ready(database_url: str) -> None:
    ready = asyncio.Event()
    task = asyncio.create_task(listen(database_url, ["one"], ignore, ready=ready))
    await asyncio.wait_for(ready.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_listener_works_in_the_event_loop_of_another_thread(
    database_url: str, raw: psycopg.Connection
) -> None:
    received: list[tuple[str, str | None]] = []
    connected, done = threading.Event(), threading.Event()

    def on_notify(channel: str, payload: str | None) -> None:
        received.append((channel, payload))
        (done if payload else connected).set()

    async def main() -> None:
        task = asyncio.create_task(listen(database_url, ["one"], on_notify))
        await asyncio.to_thread(done.wait, 10)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    assert connected.wait(10)
    raw.execute("notify one, 'x'")
    thread.join(10)
    assert not thread.is_alive()
    assert received == [("one", None), ("one", "x")]


async def test_a_listener_waits_for_a_server_that_is_not_there_yet() -> None:
    async with listening("postgresql://nodeloom@127.0.0.1:1/nodeloom", "one") as received:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(received.get(), 0.5)


async def test_a_listener_refuses_what_is_no_address() -> None:
    with pytest.raises(InvalidInputError):
        await listen("nonsense", ["one"], ignore)


async def test_query_functions_work_through_asynchronous_sessions(
    engine: AsyncEngine,
) -> None:
    async with make_sessions(engine).begin() as session:
        workflow = await session.run_sync(make_workflow)
    async with make_sessions(engine)() as session:
        found = await session.run_sync(get_workflow, "ann", workflow.id)
    assert found.name == "A workflow"


async def test_a_server_that_is_away_is_our_error_everywhere() -> None:
    away = "postgresql://nodeloom@127.0.0.1:1/nodeloom"
    engine, sync_engine = make_engine(away), make_sync_engine(away)
    with pytest.raises(UnavailableError) as error:
        async with engine.connect():
            pass
    assert error.value.code == "database_unavailable"
    with pytest.raises(UnavailableError), sync_engine.connect():
        pass
    await engine.dispose()
    sync_engine.dispose()


def test_a_connection_that_dies_is_replaced(session: Session, raw: psycopg.Connection) -> None:
    session.execute(text("select 1"))
    raw.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    with pytest.raises(UnavailableError) as error:
        session.execute(text("select 1"))
    assert error.value.code == "database_unavailable"
    session.rollback()
    assert session.scalar(text("select 1")) == 1


def test_a_statement_that_takes_too_long_is_given_up(database_url: str) -> None:
    engine = make_sync_engine(database_url, statement_timeout=0.05)
    with engine.connect() as connection, pytest.raises(UnavailableError) as error:
        connection.execute(text("select pg_sleep(5)"))
    assert error.value.code == "database_busy"
    engine.dispose()


def test_waiting_for_somebody_elses_lock_ends(sync_engine: Engine, database_url: str) -> None:
    impatient = make_sync_engine(database_url, lock_timeout=0.05)
    with sync_engine.connect() as holder, impatient.connect() as other:
        holder.execute(text("lock table users"))
        with pytest.raises(UnavailableError) as error:
            other.execute(text("select * from users"))
    assert error.value.code == "database_busy"
    impatient.dispose()


def test_errors_do_not_repeat_what_users_wrote(sync_engine: Engine) -> None:
    secret = "my private prompt"
    with sync_engine.connect() as connection, pytest.raises(DataError, match="zero") as error:
        connection.execute(text("select 1 / 0, cast(:x as text)"), {"x": secret})
    assert secret not in str(error.value)


async def test_a_link_that_swallows_everything_is_given_up(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    raw: psycopg.Connection,
) -> None:
    monkeypatch.setattr(db.postgres.listen, "PROBE_SECONDS", 0.2)
    monkeypatch.setattr(db.postgres.listen, "ANSWER_SECONDS", 1.0)
    parts = urlsplit(database_url)
    with SwallowingProxy(parts.port or 5432).running() as proxy:
        through = database_url.replace(f":{parts.port}/", f":{proxy.port}/")
        async with listening(through, "one") as received:
            assert await next_of(received) == ("one", None)
            with proxy.frozen():
                deadline = time.monotonic() + 20
                while "not listening" not in caplog.text:
                    assert time.monotonic() < deadline
                    await asyncio.sleep(0.1)
            assert await next_of(received) == ("one", None)
            raw.execute("notify one, 'again'")
            assert await next_of(received) == ("one", "again")
