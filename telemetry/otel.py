"""Traces by OpenTelemetry's SDK, sent by OTLP over HTTP from a thread.

The provider is ours alone, not OpenTelemetry's global one: libraries that would add spans of their
own, with texts we do not know, stay silent.
"""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telemetry.traces import Attribute, Kind, Span, Tracer

STOP_SECONDS: Final = 3
"""How long an ending process waits for a collector."""
_KINDS: Final[Mapping[Kind, SpanKind]] = {kind.name.lower(): kind for kind in SpanKind}  # pyright: ignore[reportAssignmentType]
_PROPAGATOR: Final = TraceContextTextMapPropagator()


class _OtelSpan(Span):
    """A span that is sent."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def set(self, **attributes: Attribute | None) -> None:
        """Add attributes."""
        for name, value in attributes.items():
            if value is not None:
                self._span.set_attribute(name.replace("__", "."), value)

    def fail(self, code: str) -> None:
        """Mark it as failed."""
        self._span.set_attribute("error.type", code)
        self._span.set_status(StatusCode.ERROR)


class OtelTracer(Tracer):
    """Makes spans and sends them in batches; a collector that is away costs nobody anything."""

    def __init__(self, endpoint: str, service: str) -> None:
        """Send to a collector, under OTEL_SERVICE_NAME or this name."""
        resource = Resource.create(
            {
                "service.name": os.environ.get("OTEL_SERVICE_NAME") or service,
                "service.version": _version(),
            }
        )
        self._provider = TracerProvider(
            resource=resource,
            shutdown_on_exit=False,
            span_limits=SpanLimits(max_span_attribute_length=256),
        )
        exporter = OTLPSpanExporter(
            endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=STOP_SECONDS
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("nodeloom")

    @contextmanager
    def span(
        self, name: str, kind: Kind = "internal", parent: str | None = None
    ) -> Generator[Span]:
        """Make a span of this block; an exception that leaves it is told by its type alone."""
        context = _PROPAGATOR.extract({"traceparent": parent}) if parent else None
        with self._tracer.start_as_current_span(
            name, context, _KINDS[kind], record_exception=False, set_status_on_exception=False
        ) as otel_span:
            span = _OtelSpan(otel_span)
            try:
                yield span
            except BaseException as error:
                span.fail(getattr(error, "code", None) or type(error).__name__)
                raise

    def traceparent(self) -> str | None:
        """Give the current span's address."""
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        return carrier.get("traceparent")

    def stop(self) -> None:
        """Send what waits, and end."""
        self._provider.force_flush(STOP_SECONDS * 1000)
        self._provider.shutdown()


def _version() -> str:
    try:
        return version("nodeloom")
    except PackageNotFoundError:
        return "unknown"
