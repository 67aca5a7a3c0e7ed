"""While a run is to be paused no attempt begins, and those under way end."""

import asyncio

from flows.engine.activity import PauseControl
from schemas.wire.run import RunError

ERROR = RunError(code="rate_limited", message="Slow.")


def test_it_is_drained_when_the_last_node_at_work_has_ended() -> None:
    control = PauseControl()
    assert control.begin("a")
    assert control.begin("b")
    control.set_paused(True)
    assert not control.begin("c")
    control.end("a")
    assert not control.drained.is_set()
    control.end("b")
    assert control.drained.is_set()


def test_it_is_drained_at_once_where_no_node_is_at_work() -> None:
    control = PauseControl()
    control.end("skipped")
    assert not control.drained.is_set()
    control.set_paused(True)
    assert control.drained.is_set()


def test_a_node_between_two_attempts_is_not_at_work_and_its_error_is_known() -> None:
    control = PauseControl()
    control.begin("a")
    control.begin("b")
    control.end("a", ERROR)
    control.end("b", ERROR)
    assert control.begin("b")
    control.set_paused(True)
    assert not control.drained.is_set()
    control.end("b")
    assert control.drained.is_set()
    assert control.errors == {"a": ERROR}


async def test_who_waits_goes_on_when_it_is_opened_again() -> None:
    control = PauseControl()
    control.set_paused(True)
    waiting = asyncio.create_task(control.wait_until_resumed())
    await asyncio.sleep(0)
    assert not waiting.done()
    control.set_paused(False)
    await asyncio.wait_for(waiting, 1)
    assert not control.drained.is_set()
    assert control.begin("a")
