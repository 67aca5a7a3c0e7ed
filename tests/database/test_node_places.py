"""Places for nodes: shared by executors, fair between owners, free when their holder is gone."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy.orm import Session

from db.limits.concurrency import Wanted, limits_of_tags, set_limits, take_places
from db.users import ensure_user


@pytest.fixture(autouse=True)
def people(session: Session) -> Iterator[None]:
    for name in ("ann", "bob"):
        ensure_user(session, name, f"{name}@example.org")
    set_limits(session, {"llm": 2})
    session.commit()
    yield
    session.rollback()
    set_limits(session, {})
    for executor in ("one", "two"):
        take_places(session, "llm", executor, [])
    session.commit()


def some(many: int, owner: str = "ann", *, holds: bool = False) -> list[Wanted]:
    return [Wanted(uuid4(), owner, holds) for _ in range(many)]


def take(session: Session, executor: str, wanted: list[Wanted]) -> frozenset[UUID]:
    granted = take_places(session, "llm", executor, wanted)
    session.commit()
    return granted


def ids(wanted: list[Wanted]) -> set[UUID]:
    return {each.id for each in wanted}


def test_no_more_than_the_limit_work_and_a_place_given_back_goes_to_who_waits(
    session: Session,
) -> None:
    first, second = some(2), some(2)
    assert take(session, "one", first) == ids(first)
    assert take(session, "two", second) == frozenset()
    assert take(session, "one", first[:1]) == ids(first[:1])  # the other one has ended
    assert len(take(session, "two", second)) == 1


def test_a_limit_is_raised_lowered_to_nothing_and_taken_away(session: Session) -> None:
    nodes = some(4)
    assert len(take(session, "one", nodes)) == 2
    set_limits(session, {"llm": 3, "image": 1})
    assert len(take(session, "one", nodes)) == 3
    assert limits_of_tags(session) == {"llm": 3, "image": 1}
    set_limits(session, {"llm": 0})
    late = some(1)
    assert ids(late).isdisjoint(take(session, "one", [*nodes[:0], *late]))
    set_limits(session, {})
    assert take(session, "one", late) == ids(late)


def test_what_worked_when_the_limit_was_set_counts(session: Session) -> None:
    working, waiting = some(3, holds=True), some(1)
    assert take(session, "one", working) == ids(working)
    assert take(session, "two", waiting) == frozenset()
    assert take(session, "one", working[:2]) == ids(working[:2])
    assert take(session, "two", waiting) == frozenset()
    take(session, "one", working[:1])
    assert take(session, "two", waiting) == ids(waiting)


def test_who_has_the_fewest_places_is_next(session: Session) -> None:
    held = some(2)
    take(session, "one", held)
    others = some(3) + (bobs := some(1, "bob"))
    take(session, "one", [*held, *others])
    assert take(session, "one", [held[0], *others]) == {held[0].id, bobs[0].id}


def test_a_silent_executor_holds_no_place_and_keeps_nobody_waiting(
    session: Session, raw: psycopg.Connection
) -> None:
    held, waiting = some(2), some(1)
    take(session, "one", [*held, *waiting])
    raw.execute("update node_places set seen_at = seen_at - interval '10 seconds'")
    raw.commit()
    mine = some(1)
    assert take(session, "two", mine) == frozenset()  # held ones still count
    raw.execute("update node_places set seen_at = seen_at - interval '10 seconds'")
    raw.commit()
    assert take(session, "two", mine) == ids(mine)
