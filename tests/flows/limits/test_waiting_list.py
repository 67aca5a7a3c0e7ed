"""Waiting for a limit: polled for together, granted one by one, and nobody is forgotten."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from uuid import UUID

import pytest

from db.postgres.background import Background
from flows.limits.waiting_list import Entry, Grants, WaitingList
from schemas.errors import UnavailableError


class Limit:
    """Grants so many at a time, and remembers who was said to be there."""

    def __init__(self, places: int = 0) -> None:
        self.places = places
        self.polls: list[list[UUID]] = []
        self.error: Exception | None = None
        self.on = True

    async def poll(self, entries: Sequence[Entry]) -> Grants:
        self.polls.append([entry.id for entry in entries])
        if self.error is not None:
            raise self.error
        free = self.places - sum(entry.holds for entry in entries)
        waiting = [entry.id for entry in entries if not entry.holds]
        return Grants(frozenset(waiting[: max(0, free)]), 0.1)


@pytest.fixture
async def background() -> AsyncGenerator[Background]:
    async with Background("test") as background:
        yield background


def make_list(limit: Limit, background: Background, *, keeps_granted: bool) -> WaitingList:
    return WaitingList(
        "test",
        limit.poll,
        background,
        keeps_granted=keeps_granted,
        is_limited=lambda: limit.on,
    )


async def hold(waiting: WaitingList, until: asyncio.Event) -> None:
    async with waiting.enter("ann"):
        await until.wait()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.005)


async def test_many_are_polled_for_together(background: Background) -> None:
    limit = Limit(places=100)
    waiting = make_list(limit, background, keeps_granted=False)

    async def one() -> None:
        async with waiting.enter("ann"):
            pass

    async with asyncio.timeout(10):
        await asyncio.gather(*(one() for _ in range(50)))
    assert [len(each) for each in limit.polls] == [50]
    assert not waiting


async def test_who_holds_is_told_of_until_it_leaves_and_then_once_that_it_left(
    background: Background,
) -> None:
    limit, free = Limit(places=1), asyncio.Event()
    waiting = make_list(limit, background, keeps_granted=True)
    first = asyncio.create_task(hold(waiting, free))
    await until(lambda: limit.polls)
    second = asyncio.create_task(hold(waiting, asyncio.Event()))
    await until(lambda: len(limit.polls[-1]) == 2)
    free.set()
    await first
    await until(lambda: len(limit.polls[-1]) == 1)
    second.cancel()
    await until(lambda: limit.polls[-1] == [])
    await until(lambda: not waiting)


async def test_who_stops_waiting_is_withdrawn(background: Background) -> None:
    limit = Limit(places=0)
    waiting = make_list(limit, background, keeps_granted=False)
    leaving = asyncio.create_task(hold(waiting, asyncio.Event()))
    await until(lambda: limit.polls)
    leaving.cancel()
    await until(lambda: limit.polls[-1] == [])


async def test_without_a_limit_nobody_is_asked_and_a_new_limit_counts_who_works(
    background: Background,
) -> None:
    limit, free = Limit(places=1), asyncio.Event()
    limit.on = False
    waiting = make_list(limit, background, keeps_granted=True)
    working = asyncio.create_task(hold(waiting, free))
    await asyncio.sleep(0.02)
    assert limit.polls == []
    limit.on = True
    waiting.refresh()
    await until(lambda: limit.polls)
    late = asyncio.create_task(hold(waiting, free))
    await until(lambda: len(limit.polls[-1]) == 2)
    limit.on = False
    waiting.refresh()
    free.set()
    async with asyncio.timeout(10):
        await asyncio.gather(working, late)


async def test_an_outage_keeps_them_waiting_and_a_defect_ends_it(background: Background) -> None:
    limit = Limit(places=1)
    limit.error = UnavailableError("database_unavailable", "It is away.")
    waiting = make_list(limit, background, keeps_granted=False)
    held = asyncio.create_task(hold(waiting, asyncio.Event()))
    await until(lambda: limit.polls)
    assert not held.done()
    limit.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(held, 10)
