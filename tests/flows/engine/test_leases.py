"""Slots that are given out only while a run is surely ours."""

import asyncio
import time
from uuid import uuid4

import pytest

from db.queue.recovery import CANCEL_GRACE_SECONDS
from flows.engine import leases
from flows.engine.leases import LeasedSemaphore


class Lease:
    """Says whether it is fresh, and that it was asked."""

    def __init__(self) -> None:
        self.fresh = False
        self.asked = asyncio.Event()

    def __call__(self) -> bool:
        self.asked.set()
        return self.fresh


async def test_nothing_begins_while_the_lease_is_stale() -> None:
    lease = Lease()
    slots = LeasedSemaphore(1, lease)
    begun = asyncio.create_task(slots.acquire())
    await lease.asked.wait()
    assert not begun.done()
    lease.fresh = True
    assert await asyncio.wait_for(begun, 2)


async def test_who_stops_waiting_for_a_lease_gives_its_slot_back() -> None:
    lease = Lease()
    slots = LeasedSemaphore(1, lease)
    waiting = asyncio.create_task(slots.acquire())
    await lease.asked.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not slots.locked()


def test_the_times_of_a_lease_keep_their_order() -> None:
    """Renewed several times before anything is held back, and held back before it ends."""
    assert leases.RENEW_SECONDS * 2 < leases.FRESH_SECONDS < leases.LEASE_SECONDS
    # A connection that broke is made again before its executor counts as gone.
    assert leases.RENEW_SECONDS + 2 * leases.POLL_SECONDS < leases.DISCONNECTED_SECONDS
    # A cancelled run whose executor is gone or stopped ends within ten seconds.
    assert CANCEL_GRACE_SECONDS + 2 * leases.RECOVERY_SECONDS < 10


def test_an_earlier_claim_neither_keeps_nor_ends_the_lease_of_a_later_one() -> None:
    """An executor may claim a run again before it has noticed that it had lost it."""
    renewer = leases.LeaseRenewer("postgresql://nobody@127.0.0.1:9/nothing", "executor")
    run, lost = uuid4(), list[int]()
    renewer.hold(run, 1, lambda: lost.append(1), time.monotonic())
    renewer.hold(run, 2, lambda: lost.append(2), time.monotonic())
    assert lost == [1]
    assert (renewer.is_fresh(run, 1), renewer.is_fresh(run, 2)) == (False, True)
    renewer.release(run, 1)
    assert renewer.is_fresh(run, 2)
    renewer.release(run, 2)
    assert not renewer.is_fresh(run, 2)
