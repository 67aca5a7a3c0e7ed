"""Requests to send live output again, as they are collected and sent."""

import asyncio

import pytest

from api.live.replay import ReplayRequests
from db.postgres.background import Background
from db.postgres.listen import listen
from db.postgres.notify import LIVE_REQUESTS_CHANNEL
from schemas.errors import UnavailableError


async def test_who_asks_while_requests_are_sent_is_not_forgotten(database_url: str) -> None:
    received: asyncio.Queue[str | None] = asyncio.Queue()
    ready, requests = asyncio.Event(), ReplayRequests(database_url)
    async with Background("reader") as background, asyncio.timeout(20):
        background.spawn(
            listen(
                database_url,
                [LIVE_REQUESTS_CHANNEL],
                lambda _channel, payload: received.put_nowait(payload),
                ready=ready,
            )
        )
        await ready.wait()
        assert await received.get() is None
        requests.add("one")
        sending = asyncio.create_task(requests.send())
        await asyncio.sleep(0)  # it connects now
        requests.add("one")
        requests.add("two")
        await sending
        await requests.send()
        await requests.send()  # there is nothing left
        requests.add("end")
        await requests.send()
        assert [await received.get() for _ in range(4)] == ["one", "one", "two", "end"]
    await requests.close()


async def test_what_cannot_be_sent_waits_for_the_next_time(database_url: str) -> None:
    requests = ReplayRequests(f"{database_url}_that_is_not_there")
    requests.add("one")
    for _ in range(2):
        with pytest.raises(UnavailableError):
            await requests.send()
