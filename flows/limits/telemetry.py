"""What operators see of the calls to a model provider: their waits, times, tokens and errors."""

from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic

from schemas.errors import NodeError
from schemas.wire.run import Usage
from telemetry.metrics import metrics
from telemetry.traces import set_attributes, start_span


@contextmanager
def measure_wait(model: str) -> Generator[None]:
    """Observe how long a call waits for its turn at a model."""
    began = monotonic()
    try:
        yield
    finally:
        metrics().provider_waited(model, monotonic() - began)


class CallTrace:
    """A call to a model."""

    usage: Usage | None = None


@contextmanager
def trace_call(model: str) -> Generator[CallTrace]:
    """Observe a call to a model: its time, its tokens and the code of its error."""
    trace, began, outcome = CallTrace(), monotonic(), "cancelled"
    with start_span("generate_content", "CLIENT") as span:
        set_attributes(
            span, gen_ai__operation__name="generate_content", gen_ai__request__model=model
        )
        try:
            yield trace
            outcome = "ok"
        except NodeError as error:
            outcome = error.code
            raise
        except Exception:
            outcome = "internal_error"
            raise
        finally:
            metrics().provider_called(model, outcome, monotonic() - began)
            if usage := trace.usage:
                set_attributes(
                    span,
                    gen_ai__usage__input_tokens=usage.input_tokens,
                    gen_ai__usage__output_tokens=usage.output_tokens,
                )
                metrics().provider_tokens(model, usage.input_tokens, usage.output_tokens)
