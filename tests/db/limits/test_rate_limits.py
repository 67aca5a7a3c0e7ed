"""Whose turn it is at a model provider, as PostgreSQL decides it for all executors."""

from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.orm import Session

from db.limits.rate_limits import (
    CallGrants,
    PendingCall,
    RateLimit,
    acquire_calls,
    delete_old_calls,
    get_cooldown,
    restart_call_window,
    set_call_tokens,
    start_cooldown,
)
from db.users import ensure_user

RATE_LIMIT_KEY = "a1b2c3 gemini-x"
TWO = RateLimit(requests=2, tokens=None)
THOUSAND = RateLimit(requests=None, tokens=1000)


@pytest.fixture(autouse=True)
def owners(session: Session) -> None:
    for owner in ("ann", "bob"):
        ensure_user(session, owner, f"{owner}@example.org")
    session.commit()


def calls(owner: str, many: int = 1, tokens: int = 10) -> list[PendingCall]:
    return [PendingCall(uuid4(), owner, tokens) for _ in range(many)]


def acquire(
    session: Session, executor: str, waiting: list[PendingCall], limits: RateLimit
) -> CallGrants:
    grants = acquire_calls(session, RATE_LIMIT_KEY, executor, waiting, limits)
    session.commit()
    return grants


def still(waiting: list[PendingCall], grants: CallGrants) -> list[PendingCall]:
    return [each for each in waiting if each.id not in grants.granted]


def test_no_more_calls_than_the_limit_whoever_makes_them(session: Session) -> None:
    ours, theirs = calls("ann", 5), calls("ann", 5)
    first = acquire(session, "one", ours, TWO)
    second = acquire(session, "two", theirs, TWO)
    assert first.granted == {ours[0].id, ours[1].id}
    assert not second.granted
    assert 58 < second.retry_after_seconds < 62


def test_a_call_counts_until_the_window_is_over(session: Session, raw: psycopg.Connection) -> None:
    waiting = calls("ann", 4)
    waiting = still(waiting, acquire(session, "one", waiting, TWO))
    raw.execute("update provider_turns set granted_at = granted_at - interval '60 seconds'")
    assert not acquire(session, "one", waiting, TWO).granted  # the slack
    raw.execute("update provider_turns set granted_at = granted_at - interval '2 seconds'")
    assert len(acquire(session, "one", waiting, TWO).granted) == 2


def test_who_had_fewer_calls_is_next_across_executors(
    session: Session, raw: psycopg.Connection
) -> None:
    many, few = calls("ann", 50), calls("bob", 3)
    many = still(many, acquire(session, "one", many, RateLimit(4, None)))
    few = still(few, acquire(session, "two", few, RateLimit(4, None)))
    raw.execute(
        "update provider_turns set granted_at = granted_at - interval '70 seconds' where id in"
        " (select id from provider_turns where granted_at is not null limit 2)"
    )
    # There is room for two: both are bob's, although ann asks first, as ann had two already.
    assert not acquire(session, "one", many, RateLimit(4, None)).granted
    assert acquire(session, "two", few, RateLimit(4, None)).granted == {few[0].id, few[1].id}


def test_owners_who_ask_at_the_same_time_alternate(session: Session) -> None:
    waiting = calls("ann", 10) + calls("bob", 2)
    granted = acquire(session, "one", waiting, RateLimit(4, None)).granted
    assert granted == {waiting[0].id, waiting[1].id, waiting[10].id, waiting[11].id}


def test_who_waits_and_is_not_heard_of_again_is_deleted(
    session: Session, raw: psycopg.Connection
) -> None:
    acquire(session, "one", calls("bob"), RateLimit(1, None))
    acquire(session, "two", calls("bob"), RateLimit(1, None))  # waits, and its executor dies
    raw.execute("update provider_turns set granted_at = granted_at - interval '2 minutes'")
    raw.execute("update provider_turns set asked_at = asked_at - interval '1 minute'")
    ours = calls("bob")
    assert not acquire(session, "one", ours, RateLimit(1, None)).granted
    raw.execute("update provider_turns set seen_at = seen_at - interval '5 seconds'")
    assert acquire(session, "one", ours, RateLimit(1, None)).granted == {ours[0].id}


def test_calls_that_are_withdrawn_leave_the_queue(
    session: Session, raw: psycopg.Connection
) -> None:
    acquire(session, "one", calls("ann", 3), TWO)
    acquire(session, "one", [], TWO)
    found = raw.execute("select count(*) from provider_turns where granted_at is null").fetchone()
    assert found == (0,)


def test_tokens_are_limited_and_corrected(session: Session) -> None:
    waiting = calls("ann", 3, tokens=400)
    grants = acquire(session, "one", waiting, THOUSAND)
    assert grants.granted == {waiting[0].id, waiting[1].id}
    rest = still(waiting, grants)
    set_call_tokens(session, waiting[0].id, 50)
    assert acquire(session, "one", rest, THOUSAND).granted == {rest[0].id}


def test_a_call_larger_than_the_limit_goes_alone(session: Session) -> None:
    large, small = calls("ann", tokens=5000), calls("ann", tokens=1)
    assert acquire(session, "one", large + small, THOUSAND).granted == {large[0].id}


def test_a_grant_whose_answer_was_lost_is_given_again(session: Session) -> None:
    waiting = calls("ann", 2)
    assert (
        acquire(session, "one", waiting, TWO).granted
        == acquire(session, "one", waiting, TWO).granted
    )


def test_a_call_made_late_counts_from_then_on(session: Session, raw: psycopg.Connection) -> None:
    first = calls("ann", 1)
    acquire(session, "one", first, RateLimit(1, None))
    raw.execute("update provider_turns set granted_at = granted_at - interval '59 seconds'")
    restart_call_window(session, first[0].id)
    assert acquire(session, "one", calls("ann"), RateLimit(1, None)).retry_after_seconds > 50


def test_a_pause_holds_everybody_and_is_never_shortened(session: Session) -> None:
    start_cooldown(session, RATE_LIMIT_KEY, 30)
    start_cooldown(session, RATE_LIMIT_KEY, 5)
    assert 28 < get_cooldown(session, RATE_LIMIT_KEY) <= 30
    assert get_cooldown(session, "other") == 0
    grants = acquire(session, "one", calls("ann"), TWO)
    assert not grants.granted
    assert grants.retry_after_seconds > 28


def test_old_calls_are_deleted(session: Session, raw: psycopg.Connection) -> None:
    acquire(session, "one", calls("ann", 3), TWO)
    raw.execute("update provider_turns set seen_at = seen_at - interval '1 hour'")
    raw.execute("update provider_turns set granted_at = granted_at - interval '1 hour'")
    delete_old_calls(session)
    session.commit()
    assert raw.execute("select count(*) from provider_turns").fetchone() == (0,)
