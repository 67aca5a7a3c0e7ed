"""What is counted and measured, without saying how.

Until `telemetry.setup.start_metrics` was called nothing is counted, nothing is imported, and a call costs
nothing but itself. Labels have few values: types, states, codes, route templates. What users
type, such as the name of a model, is bounded: see `telemetry.prometheus`.
"""

from collections.abc import Callable
from enum import StrEnum


class Gauge(StrEnum):
    """What is looked at when somebody asks, by the name it has then."""

    QUEUE_DEPTH = "queue_runs"
    OLDEST_WAIT = "queue_oldest_seconds"
    RUNNING = "runs_running"
    WAITING = "runs_waiting"
    ACTIVE = "worker_runs"
    POOL_USED = "database_connections_used"
    POOL_SIZE = "database_connections_kept"
    STREAMS = "event_streams"
    STORE_FREE = "asset_store_free_bytes"
    MEMORY = "worker_memory_bytes"
    MEMORY_LIMIT = "worker_memory_limit_bytes"
    MEMORY_SHORT = "worker_memory_short"


class Metrics:
    """Counts nothing."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request; `route` is its template."""

    def run_ended(self, status: str, seconds: float) -> None:
        """Count the end of a run in this process; the time is since its claim."""

    def node_ended(self, node_type: str, status: str, seconds: float, *, reused: bool) -> None:
        """Count the end of a node; the time is since its inputs were ready."""

    def provider_called(self, model: str, outcome: str, seconds: float) -> None:
        """Count a call to a model; the outcome is `ok` or the code of its error."""

    def provider_tokens(self, model: str, read: int, written: int) -> None:
        """Count what a model counted."""

    def provider_waited(self, model: str, seconds: float) -> None:
        """Count the time that a call waited for its turn."""

    def recovered(self, outcome: str, count: int) -> None:
        """Count runs that this process's sweep gave to others or gave up."""

    def renewal_failed(self) -> None:
        """Count a renewal of leases that the database did not answer."""

    def lease_lost(self) -> None:
        """Count a run that another executor has taken over from this one."""

    def child_process_died(self, reason: str) -> None:
        """Count a child process that was replaced: `died`, `killed`, `timed_out`, `pool_broken`."""

    def bytes_stored(self, count: int) -> None:
        """Count bytes that came new into the asset store."""

    def bytes_served(self, count: int) -> None:
        """Count bytes of assets that were sent to clients."""

    def register_gauge(self, gauge: Gauge, read: Callable[[], float]) -> None:
        """Have a gauge looked at whenever metrics are read, from another thread."""

    def stop(self) -> None:
        """Serve no longer."""


_NOOP = Metrics()
_current = _NOOP


def metrics() -> Metrics:
    """Give what this process counts with."""
    return _current


def set_metrics(new: Metrics | None) -> None:
    """Count with these from now on; with None nothing is counted any more."""
    global _current  # noqa: PLW0603 - one per process, like the log
    _current = new or _NOOP
