"""Whose turn it is at a model provider, as PostgreSQL decides it for all executors."""

from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.orm import Session

from db.limits.rate_limits import (
    Limits,
    Turns,
    Waiting,
    count_tokens,
    forget_old_turns,
    pause,
    pause_of,
    renew_turn,
    take_turns,
)
from db.users import ensure_user

POOL = "a1b2c3 gemini-x"
TWO = Limits(requests=2, tokens=None)
THOUSAND = Limits(requests=None, tokens=1000)


@pytest.fixture(autouse=True)
def owners(session: Session) -> None:
    for owner in ("ann", "bob"):
        ensure_user(session, owner, f"{owner}@example.org")
    session.commit()


def calls(owner: str, many: int = 1, tokens: int = 10) -> list[Waiting]:
    return [Waiting(uuid4(), owner, tokens) for _ in range(many)]


def take(session: Session, executor: str, waiting: list[Waiting], limits: Limits) -> Turns:
    turns = take_turns(session, POOL, executor, waiting, limits)
    session.commit()
    return turns


def still(waiting: list[Waiting], turns: Turns) -> list[Waiting]:
    return [each for each in waiting if each.id not in turns.granted]


def test_no_more_calls_than_the_limit_whoever_makes_them(session: Session) -> None:
    ours, theirs = calls("ann", 5), calls("ann", 5)
    first = take(session, "one", ours, TWO)
    second = take(session, "two", theirs, TWO)
    assert first.granted == {ours[0].id, ours[1].id}
    assert not second.granted
    assert 58 < second.look_again < 62


def test_a_call_counts_until_the_window_is_over(session: Session, raw: psycopg.Connection) -> None:
    waiting = calls("ann", 4)
    waiting = still(waiting, take(session, "one", waiting, TWO))
    raw.execute("update provider_turns set granted_at = granted_at - interval '60 seconds'")
    assert not take(session, "one", waiting, TWO).granted  # the slack
    raw.execute("update provider_turns set granted_at = granted_at - interval '2 seconds'")
    assert len(take(session, "one", waiting, TWO).granted) == 2


def test_who_had_fewer_calls_is_next_across_executors(
    session: Session, raw: psycopg.Connection
) -> None:
    many, few = calls("ann", 50), calls("bob", 3)
    many = still(many, take(session, "one", many, Limits(4, None)))
    few = still(few, take(session, "two", few, Limits(4, None)))
    raw.execute(
        "update provider_turns set granted_at = granted_at - interval '70 seconds' where id in"
        " (select id from provider_turns where granted_at is not null limit 2)"
    )
    # There is room for two: both are bob's, although ann asks first, as ann had two already.
    assert not take(session, "one", many, Limits(4, None)).granted
    assert take(session, "two", few, Limits(4, None)).granted == {few[0].id, few[1].id}


def test_owners_who_ask_at_the_same_time_take_turns(session: Session) -> None:
    waiting = calls("ann", 10) + calls("bob", 2)
    granted = take(session, "one", waiting, Limits(4, None)).granted
    assert granted == {waiting[0].id, waiting[1].id, waiting[10].id, waiting[11].id}


def test_who_waits_and_falls_silent_is_forgotten(session: Session, raw: psycopg.Connection) -> None:
    take(session, "one", calls("bob"), Limits(1, None))
    take(session, "two", calls("bob"), Limits(1, None))  # waits, and its executor dies
    raw.execute("update provider_turns set granted_at = granted_at - interval '2 minutes'")
    raw.execute("update provider_turns set asked_at = asked_at - interval '1 minute'")
    ours = calls("bob")
    assert not take(session, "one", ours, Limits(1, None)).granted
    raw.execute("update provider_turns set seen_at = seen_at - interval '5 seconds'")
    assert take(session, "one", ours, Limits(1, None)).granted == {ours[0].id}


def test_calls_that_are_withdrawn_leave_the_line(session: Session, raw: psycopg.Connection) -> None:
    take(session, "one", calls("ann", 3), TWO)
    take(session, "one", [], TWO)
    found = raw.execute("select count(*) from provider_turns where granted_at is null").fetchone()
    assert found == (0,)


def test_tokens_are_limited_and_corrected(session: Session) -> None:
    waiting = calls("ann", 3, tokens=400)
    turns = take(session, "one", waiting, THOUSAND)
    assert turns.granted == {waiting[0].id, waiting[1].id}
    rest = still(waiting, turns)
    count_tokens(session, waiting[0].id, 50)
    assert take(session, "one", rest, THOUSAND).granted == {rest[0].id}


def test_a_call_larger_than_the_limit_goes_alone(session: Session) -> None:
    large, small = calls("ann", tokens=5000), calls("ann", tokens=1)
    assert take(session, "one", large + small, THOUSAND).granted == {large[0].id}


def test_a_grant_whose_answer_was_lost_is_told_again(session: Session) -> None:
    waiting = calls("ann", 2)
    assert take(session, "one", waiting, TWO).granted == take(session, "one", waiting, TWO).granted


def test_a_call_made_late_counts_from_then_on(session: Session, raw: psycopg.Connection) -> None:
    first = calls("ann", 1)
    take(session, "one", first, Limits(1, None))
    raw.execute("update provider_turns set granted_at = granted_at - interval '59 seconds'")
    renew_turn(session, first[0].id)
    assert take(session, "one", calls("ann"), Limits(1, None)).look_again > 50


def test_a_pause_holds_everybody_and_is_never_shortened(session: Session) -> None:
    pause(session, POOL, 30)
    pause(session, POOL, 5)
    assert 28 < pause_of(session, POOL) <= 30
    assert pause_of(session, "other") == 0
    turns = take(session, "one", calls("ann"), TWO)
    assert not turns.granted
    assert turns.look_again > 28


def test_old_calls_are_deleted(session: Session, raw: psycopg.Connection) -> None:
    take(session, "one", calls("ann", 3), TWO)
    raw.execute("update provider_turns set seen_at = seen_at - interval '1 hour'")
    raw.execute("update provider_turns set granted_at = granted_at - interval '1 hour'")
    forget_old_turns(session)
    session.commit()
    assert raw.execute("select count(*) from provider_turns").fetchone() == (0,)
