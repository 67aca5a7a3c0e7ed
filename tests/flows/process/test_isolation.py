"""What may begin in an executor beside runs that may have killed others."""

import math
from uuid import uuid4

import pytest

from flows.process import isolation
from flows.process.isolation import ANY_RECOVERIES, Isolation, isolation_seconds


def test_a_run_is_alone_for_longer_the_more_executors_died_with_it() -> None:
    assert [isolation_seconds(number) for number in range(6)] == [0, 0, 10, 20, 40, math.inf]


def test_a_suspect_begins_where_nothing_else_has_just_begun_and_then_nothing_else_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(isolation, "monotonic", lambda: now)
    runs = Isolation()
    assert (runs.is_closed, runs.recoveries_limit) == (False, ANY_RECOVERIES)
    run, suspect, last = uuid4(), uuid4(), uuid4()
    runs.begin(run, 1)
    assert (runs.is_closed, runs.recoveries_limit) == (False, 0)
    now += 10
    assert (runs.is_closed, runs.recoveries_limit) == (False, 4)
    runs.begin(suspect, 2)
    now += 9
    assert (runs.is_closed, runs.recoveries_limit) == (True, 0)
    now += 1
    assert (runs.is_closed, runs.recoveries_limit) == (False, 4)
    runs.end(run)
    runs.end(suspect)
    assert runs.recoveries_limit == ANY_RECOVERIES
    runs.begin(last, 5)
    now += 3600
    assert runs.is_closed
    runs.end(last)
    assert not runs.is_closed
