"""Leader tasks: of several executors one does a round, and the next comes when it is due."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.postgres.engine import make_sessions
from flows.maintenance import leader
from flows.maintenance.leader import Leadership, LeaderTask, run_if_leader

SOON = LeaderTask("test", timeout_seconds=60, interval_seconds=0)
LATER = LeaderTask("test", timeout_seconds=60, interval_seconds=60)


async def test_one_of_several_leads_and_the_next_round_waits_until_it_is_due(
    engine: AsyncEngine,
) -> None:
    sessions, rounds = make_sessions(engine), 0
    going_on, end = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        going_on.set()
        await end.wait()

    leading = asyncio.create_task(run_if_leader(sessions, SOON, work))
    await going_on.wait()
    assert not await run_if_leader(sessions, SOON, work)
    end.set()
    assert await leading
    assert await run_if_leader(sessions, LATER, work)
    assert not await run_if_leader(sessions, LATER, work)
    assert rounds == 2


@pytest.mark.parametrize("interval_after_failure", [True, False])
async def test_a_round_that_failed_is_done_again_after_its_interval_or_its_timeout(
    engine: AsyncEngine, interval_after_failure: bool
) -> None:
    sessions = make_sessions(engine)
    task = LeaderTask("test", 60, 0, interval_after_failure=interval_after_failure)

    async def fail() -> None:
        raise ValueError("it broke")

    with pytest.raises(ValueError, match="it broke"):
        await run_if_leader(sessions, task, fail)

    async def work() -> None:
        pass

    assert await run_if_leader(sessions, task, work) == interval_after_failure


async def test_one_process_leads_until_it_lets_go(engine: AsyncEngine) -> None:
    sessions = make_sessions(engine)
    one, other = Leadership(sessions, "test"), Leadership(sessions, "test")
    assert not one.is_held
    for _ in range(2):
        await one.renew()
        await other.renew()
        assert (one.is_held, other.is_held) == (True, False)
    await one.release()
    await other.renew()
    assert (one.is_held, other.is_held) == (False, True)


async def test_who_does_not_renew_leads_no_longer(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader, "TERM_SECONDS", 0.3)
    sessions = make_sessions(engine)
    one, other = Leadership(sessions, "test"), Leadership(sessions, "test")
    await one.renew()
    await asyncio.sleep(0.4)
    assert not one.is_held
    await other.renew()
    assert other.is_held
    await one.renew()
    assert not one.is_held
