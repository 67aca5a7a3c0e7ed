"""Work in the background: again and again, through outages, and ended together."""

import asyncio
import logging
import time

import pytest

from db.postgres.background import Background, Backoff, wait_for_event
from schemas.errors import UnavailableError

QUICK = Backoff(first_seconds=0.01, max_seconds=0.02)


class Rounds:
    """Work that counts how often it was done, and fails while it shall."""

    def __init__(self) -> None:
        self.count = 0
        self.error: Exception | None = None
        self._done = asyncio.Condition()

    async def __call__(self) -> None:
        async with self._done:
            self.count += 1
            self._done.notify_all()
        if self.error is not None:
            raise self.error

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(10), self._done:
            await self._done.wait_for(lambda: self.count >= count)


async def test_work_is_done_again_and_a_wake_ends_the_pause() -> None:
    rounds, wake = Rounds(), asyncio.Event()
    async with Background("test") as background:
        background.every(60.0, rounds, wake=wake)
        await rounds.reach(1)
        for count in (2, 3):
            wake.set()
            await rounds.reach(count)
    assert (rounds.count, len(background)) == (3, 0)


async def test_it_may_begin_with_a_pause() -> None:
    rounds = Rounds()
    async with Background("test") as background:
        background.every(60.0, rounds, begins_with_pause=True)
        await asyncio.sleep(0.02)
    assert rounds.count == 0


async def test_what_work_gives_is_the_next_pause() -> None:
    rounds = Rounds()

    async def work() -> float:
        await rounds()
        return 0.001

    async with Background("test") as background:
        background.every(60.0, work)
        await rounds.reach(5)


async def test_an_outage_is_logged_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds()
    rounds.error = UnavailableError("database_unavailable", "It is away.")
    async with Background("test", QUICK) as background:
        background.every(0.0, rounds, name="rounds")
        await rounds.reach(5)
        rounds.error = None
        await rounds.reach(7)
    warnings = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert [each.getMessage() for each in warnings] == [
        "test: rounds: the database is away: It is away."
    ]


async def test_a_defect_is_logged_with_its_traceback_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds = Rounds()
    rounds.error = ZeroDivisionError()
    async with Background("test", QUICK) as background:
        background.every(0.0, rounds)
        background.spawn(rounds())
        await rounds.reach(4)
    assert all(each.exc_info for each in caplog.records)
    assert len(caplog.records) >= 3


def test_a_pause_after_failures_is_doubled_up_to_a_bound() -> None:
    backoff = Backoff(first_seconds=0.5, max_seconds=4.0)
    assert [backoff.seconds(failures) for failures in (1, 2, 3, 4, 5, 5000)] == [
        0.5,
        1.0,
        2.0,
        4.0,
        4.0,
        4.0,
    ]


async def test_ending_cancels_and_waits() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            ended.set()

    background = Background("test")
    background.spawn(work())
    await asyncio.sleep(0)
    await background.wait(0.001)
    assert len(background) == 1
    await background.close()
    assert ended.is_set()
    assert len(background) == 0


async def test_waiting_for_an_event_takes_no_longer_than_said() -> None:
    event, began_at = asyncio.Event(), time.monotonic()
    assert not await wait_for_event(event, 0.01)
    event.set()
    assert await wait_for_event(event, 60.0)
    assert time.monotonic() - began_at < 10
