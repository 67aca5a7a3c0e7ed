"""Metrics as Prometheus reads them, on a port of their own."""

import logging
from collections.abc import Callable
from typing import Any, Final

import prometheus_client as prometheus
from prometheus_client import exposition

from schemas.errors import UnavailableError
from telemetry.metrics import Gauge, Metrics

logger = logging.getLogger(__name__)

MAX_LABEL_VALUES: Final = 50
"""Of a label that users can choose the values of; all further ones are `other`."""
OTHER: Final = "other"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUEST_SECONDS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
WORK_SECONDS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900)

_GAUGES: Final = {
    Gauge.QUEUE_DEPTH: "Runs that wait for an executor, in the whole database",
    Gauge.OLDEST_WAIT: "How long the oldest of them has waited",
    Gauge.RUNNING: "Runs that executors work on, in the whole database",
    Gauge.WAITING: "Runs that wait for a person, such as paused ones, in the whole database",
    Gauge.ACTIVE: "Runs that this worker works on",
    Gauge.POOL_USED: "Database connections of this process that are in use",
    Gauge.POOL_SIZE: "Database connections that this process keeps; twice as many for a moment",
    Gauge.STREAMS: "Readers of event streams",
    Gauge.STORE_FREE: "Free space where the assets are",
    Gauge.MEMORY: "Memory that this worker has, without its child processes",
    Gauge.MEMORY_LIMIT: "Memory that it may have",
    Gauge.MEMORY_SHORT: "1 while it claims no further runs because it has too much of that",
}


class BoundedLabel:
    """Lets only so many different values of a label through."""

    def __init__(self, max_values: int = MAX_LABEL_VALUES) -> None:
        """Begin with none."""
        self._values: set[str] = set()
        self._max_values = max_values

    def __call__(self, value: str) -> str:
        """Give the value, or `other` when there are too many already."""
        if value in self._values:
            return value
        if len(self._values) >= self._max_values:
            return OTHER
        self._values.add(value)
        return value


class PrometheusMetrics(Metrics):
    """Counts in this process's memory; whoever reads adds the processes up."""

    def __init__(self, process: str) -> None:
        """Begin at zero; `process` is `api` or `worker`."""
        prometheus.disable_created_metrics()  # a second series for each, which nobody reads
        self._registry = prometheus.CollectorRegistry()
        prometheus.ProcessCollector(registry=self._registry)
        self._server: Any = None
        self._model, self._code, self._type, self._route = (BoundedLabel() for _ in range(4))
        self.port = 0
        info = self._gauge("info", "The process that these figures are of", "process")
        info.labels(process).set(1)
        (self._make_api if process == "api" else self._make_worker)()
        self._stored = self._counter("asset_bytes_stored", "Bytes put into the asset store")
        self._children = self._counter("child_deaths", "Child processes replaced", "reason")

    def _make_api(self) -> None:
        self._requests = self._histogram(
            "http_request_seconds", "Requests", REQUEST_SECONDS, "method", "route", "status"
        )
        self._served = self._counter("asset_bytes_served", "Bytes of assets sent to clients")

    def _make_worker(self) -> None:
        self._runs = self._histogram(
            "run_seconds", "Runs, from their claim", WORK_SECONDS, "status"
        )
        self._nodes = self._histogram(
            "node_seconds",
            "Node executions, from the moment their inputs were ready",
            WORK_SECONDS,
            "type",
            "status",
            "reused",
        )
        self._calls = self._histogram(
            "provider_call_seconds", "Calls to a model", WORK_SECONDS, "model", "outcome"
        )
        self._tokens = self._counter("provider_tokens", "Tokens", "model", "direction")
        self._waits = self._counter(
            "provider_wait_seconds", "Time that calls waited for their turn", "model"
        )
        self._recoveries = self._counter("recoveries", "Runs of silent executors", "outcome")
        self._renewals = self._counter("lease_renew_failures", "Renewals that got no answer")
        self._lost = self._counter("leases_lost", "Runs that another executor took over")

    def _counter(self, name: str, description: str, *labels: str) -> Any:
        return prometheus.Counter(f"nodeloom_{name}", description, labels, registry=self._registry)

    def _gauge(self, name: str, description: str, *labels: str) -> Any:
        return prometheus.Gauge(f"nodeloom_{name}", description, labels, registry=self._registry)

    def _histogram(
        self, name: str, description: str, buckets: tuple[float, ...], *labels: str
    ) -> Any:
        return prometheus.Histogram(
            f"nodeloom_{name}", description, labels, buckets=buckets, registry=self._registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        method = method if method in METHODS else OTHER
        self._requests.labels(method, self._route(route), str(status)).observe(seconds)

    def run_ended(self, status: str, seconds: float) -> None:
        """Count the end of a run."""
        self._runs.labels(status).observe(seconds)

    def node_ended(self, node_type: str, status: str, seconds: float, *, reused: bool) -> None:
        """Count the end of a node."""
        self._nodes.labels(self._type(node_type), status, str(reused).lower()).observe(seconds)

    def provider_called(self, model: str, outcome: str, seconds: float) -> None:
        """Count a call to a model."""
        self._calls.labels(self._model(model), self._code(outcome)).observe(seconds)

    def provider_tokens(self, model: str, read: int, written: int) -> None:
        """Count what a model counted."""
        name = self._model(model)
        self._tokens.labels(name, "input").inc(read)
        self._tokens.labels(name, "output").inc(written)

    def provider_waited(self, model: str, seconds: float) -> None:
        """Count the time that a call waited for its turn."""
        self._waits.labels(self._model(model)).inc(seconds)

    def recovered(self, outcome: str, count: int) -> None:
        """Count runs of silent executors."""
        self._recoveries.labels(outcome).inc(count)

    def renewal_failed(self) -> None:
        """Count a renewal that got no answer."""
        self._renewals.inc()

    def lease_lost(self) -> None:
        """Count a run that was taken over."""
        self._lost.inc()

    def child_process_died(self, reason: str) -> None:
        """Count a child process that was replaced."""
        self._children.labels(reason).inc()

    def bytes_stored(self, count: int) -> None:
        """Count new bytes in the store."""
        self._stored.inc(count)

    def bytes_served(self, count: int) -> None:
        """Count bytes sent to clients."""
        self._served.inc(count)

    def register_gauge(self, gauge: Gauge, read: Callable[[], float]) -> None:
        """Have a gauge looked at whenever metrics are read."""
        self._gauge(gauge.value, _GAUGES[gauge]).set_function(_nan_on_error(read))

    def text(self) -> str:
        """Give all figures in Prometheus's text form."""
        return exposition.generate_latest(self._registry).decode()

    def serve(self, host: str, port: int) -> None:
        """Answer `GET /metrics` from a thread; port 0 takes a free one.

        Raises:
            UnavailableError: `metrics_port_taken`.
        """
        try:
            self._server, _ = prometheus.start_http_server(port, host, self._registry)
        except OSError as error:
            raise UnavailableError(
                "metrics_port_taken",
                f"Metrics cannot be served on {host}, port {port} ({error.strerror}): give each"
                " process of a machine its own NODELOOM_METRICS_PORT, or leave it out.",
            ) from error
        self.port = self._server.server_port
        logger.info("metrics at http://%s:%d/metrics", host, self.port)

    def stop(self) -> None:
        """Serve no longer."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def _nan_on_error(read: Callable[[], float]) -> Callable[[], float]:
    """Give a look that says NaN when it cannot be made: one bad figure must not cost the others."""

    def read_safely() -> float:
        try:
            return read()
        except Exception as error:  # noqa: BLE001 - said in the log, and seen as a gap in the graph
            logger.warning("a metric cannot be read: %s", error)
            return float("nan")

    return read_safely
