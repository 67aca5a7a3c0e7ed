"""Traces by OpenTelemetry's SDK, sent by OTLP over HTTP from a thread.

The provider is ours alone, not OpenTelemetry's global one: libraries that would add spans of their
own, with texts we do not know, stay silent.
"""

import os
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

STOP_SECONDS: Final = 3
"""How long an ending process waits for a collector."""


def make_provider(endpoint: str, service: str) -> TracerProvider:
    """Give what sends spans to a collector in batches, under OTEL_SERVICE_NAME or this name.

    A collector that is away costs nobody anything.
    """
    resource = Resource.create(
        {
            "service.name": os.environ.get("OTEL_SERVICE_NAME") or service,
            "service.version": _version(),
        }
    )
    provider = TracerProvider(
        resource=resource,
        shutdown_on_exit=False,
        span_limits=SpanLimits(max_span_attribute_length=256),
    )
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=STOP_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def stop_provider(provider: TracerProvider) -> None:
    """Send what waits, and end."""
    provider.force_flush(STOP_SECONDS * 1000)
    provider.shutdown()


def _version() -> str:
    try:
        return version("nodeloom")
    except PackageNotFoundError:
        return "unknown"
