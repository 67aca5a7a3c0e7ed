"""What may begin in an executor beside runs that may have killed others."""

from uuid import UUID, uuid4

import pytest

from flows.process import isolation
from flows.process.isolation import ANY_RECOVERIES, Isolation


class Clock:
    """Says what time it is."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(isolation, "monotonic", clock)
    return clock


def begin(runs: Isolation, recoveries: int) -> UUID:
    run_id = uuid4()
    runs.begin(run_id, recoveries, is_suspect=recoveries >= 2)
    return run_id


def test_one_suspect_begins_after_the_other_and_nobody_else_waits_for_that(clock: Clock) -> None:
    runs = Isolation()
    assert (runs.is_closed, runs.recoveries_limit) == (False, ANY_RECOVERIES)
    begin(runs, 0)
    assert (runs.is_closed, runs.recoveries_limit) == (False, 4)
    first = begin(runs, 2)
    assert (runs.is_closed, runs.recoveries_limit, runs.probation_seconds) == (False, 0, 10)
    runs.end(first)
    assert runs.recoveries_limit == 4
    begin(runs, 2)
    clock.now += 10
    assert runs.recoveries_limit == 4


def test_the_next_suspect_begins_when_a_node_of_the_first_has_ended(clock: Clock) -> None:
    runs = Isolation()
    first, third = begin(runs, 2), begin(runs, 3)
    runs.clear(first)
    runs.clear(third)  # it was there too often
    runs.clear(begin(runs, 0))
    assert (runs.is_closed, runs.recoveries_limit) == (True, 0)
    clock.now += 10
    assert runs.recoveries_limit == 4
    runs.clear(begin(runs, 2))
    assert (runs.is_closed, runs.recoveries_limit) == (False, 4)


@pytest.mark.parametrize(("recoveries", "seconds"), [(3, 10), (4, 40)])
def test_nothing_begins_beside_who_was_there_more_often(
    clock: Clock, recoveries: int, seconds: int
) -> None:
    runs = Isolation()
    begin(runs, recoveries)
    clock.now += seconds - 0.1
    assert (runs.is_closed, runs.recoveries_limit) == (True, 0)
    clock.now += 0.1
    assert (runs.is_closed, runs.recoveries_limit) == (False, 4)


def test_the_last_attempt_at_a_run_is_alone_until_it_ends(clock: Clock) -> None:
    runs = Isolation()
    last = begin(runs, 5)
    clock.now += 3600
    assert (runs.is_closed, runs.recoveries_limit) == (True, 0)
    runs.end(last)
    assert (runs.is_closed, runs.recoveries_limit) == (False, ANY_RECOVERIES)


def test_a_run_that_is_no_suspect_is_like_any_other(clock: Clock) -> None:
    runs = Isolation()
    runs.begin(uuid4(), 2, is_suspect=False)
    assert (runs.is_closed, runs.recoveries_limit) == (False, 4)
