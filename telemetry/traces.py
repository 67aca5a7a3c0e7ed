"""Spans from the request through the executor and the node to the call of a model.

They are OpenTelemetry's; until `telemetry.setup.start_traces` was called with somewhere to send
them, its API makes spans that do nothing (12 µs each), and its SDK is not imported. A trace goes
on across processes: `traceparent` (W3C Trace Context) is stored with the run.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, Literal

from opentelemetry.trace import NoOpTracer, Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

Kind = Literal["SERVER", "CONSUMER", "CLIENT", "INTERNAL"]

_PROPAGATOR: Final = TraceContextTextMapPropagator()
_tracer: Tracer = NoOpTracer()


@contextmanager
def start_span(name: str, kind: Kind = "INTERNAL", parent: str | None = None) -> Generator[Span]:
    """Make a span of this block; its parent is the current one, or a `traceparent`.

    Of an exception that leaves the block only its code or type is told.
    """
    context = _PROPAGATOR.extract({"traceparent": parent}) if parent else None
    with _tracer.start_as_current_span(
        name, context, SpanKind[kind], record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:
            fail_span(span, getattr(error, "code", None) or type(error).__name__)
            raise


def set_attributes(span: Span, **attributes: str | float | None) -> None:
    """Add attributes; `__` in a name stands for a dot. Never what users wrote."""
    for name, value in attributes.items():
        if value is not None:
            span.set_attribute(name.replace("__", "."), value)


def fail_span(span: Span, code: str) -> None:
    """Mark a span as failed, with the code of the error."""
    span.set_attribute("error.type", code)
    span.set_status(StatusCode.ERROR)


def current_traceparent() -> str | None:
    """Give the current span's address, for another process to go on."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def set_tracer(new: Tracer | None) -> None:
    """Make spans with this one from now on; with None they do nothing any more."""
    global _tracer  # noqa: PLW0603 - one per process, like the log
    _tracer = new or NoOpTracer()
