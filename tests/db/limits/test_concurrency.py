"""Places for nodes: shared by executors, fair between owners, free when their holder is gone."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy.orm import Session

from db.limits.concurrency import (
    LIMITS_CHANNEL,
    SlotRequest,
    acquire_slots,
    get_concurrency_limits,
    replace_concurrency_limits,
)
from db.users import ensure_user


@pytest.fixture(autouse=True)
def users_and_limits(session: Session) -> Iterator[None]:
    for name in ("ann", "bob"):
        ensure_user(session, name, f"{name}@example.org")
    replace_concurrency_limits(session, {"llm": 2})
    session.commit()
    yield
    session.rollback()
    replace_concurrency_limits(session, {})
    for executor in ("one", "two"):
        acquire_slots(session, "llm", executor, [])
    session.commit()


def slot_requests(count: int, owner: str = "ann", *, holds: bool = False) -> list[SlotRequest]:
    return [SlotRequest(uuid4(), owner, holds) for _ in range(count)]


def acquire(session: Session, executor: str, wanted: list[SlotRequest]) -> frozenset[UUID]:
    granted = acquire_slots(session, "llm", executor, wanted)
    session.commit()
    return granted


def ids(wanted: list[SlotRequest]) -> set[UUID]:
    return {each.id for each in wanted}


def test_no_more_than_the_limit_work_and_a_released_slot_goes_to_who_waits(
    session: Session,
) -> None:
    first, second = slot_requests(2), slot_requests(2)
    assert acquire(session, "one", first) == ids(first)
    assert acquire(session, "two", second) == frozenset()
    assert acquire(session, "one", first[:1]) == ids(first[:1])  # the other one has ended
    assert len(acquire(session, "two", second)) == 1


def test_only_a_change_of_limits_is_notified(session: Session, raw: psycopg.Connection) -> None:
    raw.execute(f"listen {LIMITS_CHANNEL}")
    for limits, changed in (({"llm": 2}, 0), ({"llm": 1}, 1), ({"llm": 1}, 0), ({}, 1)):
        replace_concurrency_limits(session, limits)
        session.commit()
        assert len(list(raw.notifies(timeout=0.3))) == changed


def test_a_limit_is_raised_lowered_to_nothing_and_taken_away(session: Session) -> None:
    nodes = slot_requests(4)
    assert len(acquire(session, "one", nodes)) == 2
    replace_concurrency_limits(session, {"llm": 3, "image": 1})
    assert len(acquire(session, "one", nodes)) == 3
    assert get_concurrency_limits(session) == {"llm": 3, "image": 1}
    replace_concurrency_limits(session, {"llm": 0})
    late = slot_requests(1)
    assert ids(late).isdisjoint(acquire(session, "one", [*nodes[:0], *late]))
    replace_concurrency_limits(session, {})
    assert acquire(session, "one", late) == ids(late)


def test_what_worked_when_the_limit_was_set_counts(session: Session) -> None:
    working, waiting = slot_requests(3, holds=True), slot_requests(1)
    assert acquire(session, "one", working) == ids(working)
    assert acquire(session, "two", waiting) == frozenset()
    assert acquire(session, "one", working[:2]) == ids(working[:2])
    assert acquire(session, "two", waiting) == frozenset()
    acquire(session, "one", working[:1])
    assert acquire(session, "two", waiting) == ids(waiting)


def test_who_has_the_fewest_slots_is_next(session: Session) -> None:
    held = slot_requests(2)
    acquire(session, "one", held)
    others = slot_requests(3) + (bobs := slot_requests(1, "bob"))
    acquire(session, "one", [*held, *others])
    assert acquire(session, "one", [held[0], *others]) == {held[0].id, bobs[0].id}


def test_a_dead_executor_holds_no_slot_and_keeps_nobody_waiting(
    session: Session, raw: psycopg.Connection
) -> None:
    held, waiting = slot_requests(2), slot_requests(1)
    acquire(session, "one", [*held, *waiting])
    raw.execute("update concurrency_slots set heartbeat_at = heartbeat_at - interval '10 seconds'")
    mine = slot_requests(1)
    assert acquire(session, "two", mine) == frozenset()  # held ones still count
    raw.execute("update concurrency_slots set heartbeat_at = heartbeat_at - interval '10 seconds'")
    assert acquire(session, "two", mine) == ids(mine)
