"""Spans from the request through the executor and the node to the call of a model.

A trace goes on across processes: `traceparent` (W3C Trace Context) is stored with the run. Until
`telemetry.setup.start_traces` was called with somewhere to send them, there are no spans and nothing is imported.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

Kind = Literal["server", "producer", "consumer", "client", "internal"]
Attribute = str | int | float | bool


class Span:
    """A span that nobody sees."""

    def set(self, **attributes: Attribute | None) -> None:
        """Add attributes; `__` in a name stands for a dot. Never what users wrote."""

    def fail(self, code: str) -> None:
        """Mark it as failed, with the code of the error."""


_NOOP_SPAN = Span()


class Tracer:
    """Makes spans that nobody sees."""

    @contextmanager
    def span(
        self, name: str, kind: Kind = "internal", parent: str | None = None
    ) -> Generator[Span]:
        """Make a span of this block; its parent is the current one, or a `traceparent`."""
        yield _NOOP_SPAN

    def traceparent(self) -> str | None:
        """Give the current span's address, for somebody else to go on."""
        return None

    def stop(self) -> None:
        """Send what waits, and end."""


_NOOP = Tracer()
_current = _NOOP


def tracer() -> Tracer:
    """Give what this process makes spans with."""
    return _current


def set_tracer(new: Tracer | None) -> None:
    """Make spans with this one from now on; with None there are no more."""
    global _current  # noqa: PLW0603 - one per process, like the log
    _current = new or _NOOP
