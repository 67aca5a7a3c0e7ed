"""Switches metrics and traces of a process on and off; what is off is not imported."""

from collections.abc import Callable

from schemas.settings import Settings
from telemetry.metrics import Metrics, metrics, set_metrics
from telemetry.traces import set_tracer

_stop_sending: list[Callable[[], None]] = []


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


def start_traces(settings: Settings, process: str) -> None:
    """Send spans from now on, if the settings say where to."""
    if settings.otlp_endpoint is None:
        return
    from telemetry.otel import make_provider, stop_provider  # noqa: PLC0415 - 300 ms

    provider = make_provider(settings.otlp_endpoint, f"nodeloom-{process}")
    set_tracer(provider.get_tracer("nodeloom"))
    _stop_sending.append(lambda: stop_provider(provider))


def stop_traces() -> None:
    """Send what waits, and no more spans."""
    set_tracer(None)
    while _stop_sending:
        _stop_sending.pop()()
