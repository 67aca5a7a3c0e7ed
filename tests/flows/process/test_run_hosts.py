"""Runs are kept from a Prefect that does not answer."""

from flows.process.run_hosts import MAX_UNREACHABLE_SECONDS, CircuitBreaker


class Clock:
    """A clock that goes by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_everybody_is_let_through_while_it_answers() -> None:
    breaker = CircuitBreaker()
    for _ in range(3):
        assert breaker.acquire()
    breaker.record(answered=True)
    assert breaker.acquire()


def test_after_a_pause_one_run_tries_and_the_others_go_on_without() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock)
    assert breaker.acquire()
    breaker.record(answered=False)
    assert not breaker.acquire()
    clock.now += 1.0
    assert [breaker.acquire() for _ in range(3)] == [True, False, False]
    breaker.record(answered=True)
    assert [breaker.acquire() for _ in range(3)] == [True, True, True]


def test_pauses_grow_up_to_a_minute() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock)
    pauses: list[float] = []
    for _ in range(9):
        breaker.record(answered=False)
        began = clock.now
        while not breaker.acquire():
            clock.now += 0.5
        pauses.append(clock.now - began)
    assert pauses[:4] == [1.0, 2.0, 4.0, 8.0]
    assert pauses[-1] == MAX_UNREACHABLE_SECONDS
