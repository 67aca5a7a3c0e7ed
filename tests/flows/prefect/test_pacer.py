"""Prefect waits for runs, in proportion to what it costs, and not for ever."""

import asyncio
import time

import pytest

from flows.prefect.records.pacer import BUSY_SECONDS, VERY_BUSY_SECONDS, Pacer


async def timed(pacer: Pacer, seconds: float = 0.0, *, deferrable: bool = False) -> float:
    started_at = time.monotonic()
    await pacer.rest(seconds, deferrable=deferrable)
    return time.monotonic() - started_at


async def test_where_nothing_is_urgent_it_rests_for_as_long_as_the_work_took() -> None:
    assert await timed(Pacer()) < BUSY_SECONDS
    assert await timed(Pacer(), 0.1) >= 0.1


@pytest.mark.parametrize(
    ("children_busy", "deferrable", "limit"),
    [
        (False, False, BUSY_SECONDS),
        (False, True, VERY_BUSY_SECONDS),
        (True, False, VERY_BUSY_SECONDS),
    ],
)
async def test_it_waits_for_what_is_urgent_but_not_for_ever(
    children_busy: bool, deferrable: bool, limit: float
) -> None:
    pacer = Pacer(lambda: children_busy)
    with pacer.urgent():
        assert await timed(pacer, deferrable=deferrable) >= limit


async def test_it_goes_on_once_nothing_is_urgent_any_more() -> None:
    pacer = Pacer()
    with pacer.urgent():
        resting = asyncio.create_task(timed(pacer, deferrable=True))
        await asyncio.sleep(0)
    assert await resting < VERY_BUSY_SECONDS


async def test_a_process_that_ends_does_not_rest() -> None:
    pacer = Pacer(lambda: True)
    resting = asyncio.create_task(timed(pacer))
    await asyncio.sleep(0)
    pacer.close()
    assert await resting < VERY_BUSY_SECONDS
    assert await timed(pacer, 60.0) < 1.0
