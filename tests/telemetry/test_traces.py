"""Spans that nobody is sent: they do nothing, and a trace of somebody else's goes on through them."""

import pytest

from telemetry.traces import current_traceparent, fail_span, set_attributes, start_span

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_without_a_collector_there_is_no_span_to_go_on_from() -> None:
    with start_span("run") as span:
        set_attributes(span, nodeloom__nodes=3, nothing=None)
        fail_span(span, "timed_out")
        assert not span.is_recording()
        assert current_traceparent() is None


def test_a_trace_of_the_caller_goes_on_to_other_processes() -> None:
    with start_span("GET", "SERVER", PARENT):
        assert current_traceparent() == PARENT
    assert current_traceparent() is None


@pytest.mark.parametrize("parent", ["", "nonsense", "00-0-0-01", "00-" + "0" * 32 + "-1-01"])
def test_a_traceparent_that_is_none_is_as_good_as_missing(parent: str) -> None:
    with start_span("GET", "SERVER", parent):
        assert current_traceparent() is None


def test_an_exception_goes_through_a_span() -> None:
    with pytest.raises(ValueError, match="mine"), start_span("node"):
        raise ValueError("mine")
