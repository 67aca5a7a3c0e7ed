"""Switches metrics and traces of a process on and off; what is off is not imported."""

from schemas.settings import Settings
from telemetry.metrics import Metrics, metrics, set_metrics
from telemetry.traces import Tracer, set_tracer, tracer


def start_metrics(settings: Settings, process: str) -> Metrics:
    """Count from now on and serve the figures, if the settings say where.

    Raises:
        UnavailableError: `metrics_port_taken`.
    """
    if settings.metrics_port is None:
        return metrics()
    from telemetry.prometheus import PrometheusMetrics  # noqa: PLC0415 - 60 ms

    serving = PrometheusMetrics(process)
    serving.serve(settings.metrics_host, settings.metrics_port)
    set_metrics(serving)
    return serving


def stop_metrics() -> None:
    """Count and serve no longer."""
    metrics().stop()
    set_metrics(None)


def start_traces(settings: Settings, process: str) -> Tracer:
    """Make spans from now on, if the settings say where to send them."""
    if settings.otlp_endpoint is None:
        return tracer()
    from telemetry.otel import OtelTracer  # noqa: PLC0415 - 300 ms

    set_tracer(OtelTracer(settings.otlp_endpoint, f"nodeloom-{process}"))
    return tracer()


def stop_traces() -> None:
    """Send what waits, and make no more spans."""
    tracer().stop()
    set_tracer(None)
