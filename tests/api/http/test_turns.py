"""Requests of one user wait for each other, and not for those of others."""

import asyncio
from collections.abc import Callable

import pytest

from api.state import turns as module
from api.state.turns import MAX_PLACES, MAX_WAITING, PLACES, Turn, UserTurns
from schemas.errors import TooManyRequestsError, UnavailableError


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> UserTurns:
    monkeypatch.setattr(module, "STUCK_SECONDS", 0.2)
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.6)
    return UserTurns()


async def request(
    turns: UserTurns, key: str, seconds: float, note: Callable[[str], object]
) -> None:
    turn = Turn(turns)
    try:
        await turn.begin(key)
        await asyncio.sleep(seconds)
        note(key)
    finally:
        turn.end()


async def test_who_sends_much_waits_for_themselves_alone(turns: UserTurns) -> None:
    order: list[str] = []
    many = [asyncio.create_task(request(turns, "ann", 0.01, order.append)) for _ in range(10)]
    await asyncio.sleep(0)
    await request(turns, "bob", 0.015, order.append)
    await asyncio.gather(*many)
    assert order.index("bob") <= 2 * PLACES
    assert order.count("ann") == 10


async def test_a_flood_is_refused_and_what_hangs_lets_a_few_more_begin(turns: UserTurns) -> None:
    def note(_key: str) -> None:
        """Note nothing."""

    flood = [asyncio.create_task(request(turns, "ann", 0.05, note)) for _ in range(130)]
    refused = [
        each for each in await asyncio.gather(*flood, return_exceptions=True) if each is not None
    ]
    assert 130 - PLACES - MAX_WAITING < len(refused) < 130 - 2 * PLACES
    assert {type(each) for each in refused} == {TooManyRequestsError}

    hanging = [asyncio.create_task(request(turns, "bob", 1, note)) for _ in range(12)]
    ends = await asyncio.gather(*hanging, return_exceptions=True)
    assert ends.count(None) == MAX_PLACES
    assert {type(each) for each in ends if each is not None} == {UnavailableError}
    await asyncio.wait_for(request(turns, "bob", 0, note), 0.1)
    assert not turns._queues, "nobody is remembered"


async def test_a_request_that_is_given_up_leaves_no_place_taken(turns: UserTurns) -> None:
    ended: list[str] = []
    tasks = [asyncio.create_task(request(turns, "ann", 0.1, ended.append)) for _ in range(4)]
    await asyncio.sleep(0.02)
    tasks[0].cancel()
    tasks[2].cancel()
    tasks[3].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert ended == ["ann"]
    for _ in range(PLACES):
        await asyncio.wait_for(turns.acquire("ann"), 0.1)
