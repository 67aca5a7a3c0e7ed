"""The figures of a worker that nobody counts: they are looked at when somebody reads them."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from sqlalchemy.orm import Session

from db.postgres.engine import make_sync_engine
from db.postgres.roles import Role
from db.queue.depth import QueueDepth, get_queue_depth
from flows.process.executor import Executor
from schemas.settings import Settings
from telemetry.metrics import Gauge, metrics

CACHE_SECONDS: Final = 2.0
"""One query of the queue serves all figures that are read with it."""


class _QueueProbe:
    """Measures the queue from the thread that serves metrics."""

    def __init__(self, database_url: str) -> None:
        self._engine = make_sync_engine(
            database_url,
            application_name="nodeloom-metrics",
            role=Role.ENGINE,
            pool_size=1,
            statement_timeout=3,
        )
        self._lock = threading.Lock()
        self._cached: tuple[float, QueueDepth] | None = None

    def depth(self) -> QueueDepth:
        with self._lock:
            if self._cached is None or monotonic() - self._cached[0] > CACHE_SECONDS:
                with Session(self._engine) as session:
                    depth = get_queue_depth(session)
                self._cached = (monotonic(), depth)
            return self._cached[1]

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def export_gauges(settings: Settings, executor: Executor) -> Generator[None]:
    """Have them read while this block lasts, where metrics are wanted."""
    if settings.metrics_port is None:
        yield
        return
    queue, runtime = _QueueProbe(settings.required_database_url), executor.runtime
    readings: dict[Gauge, Callable[[], float]] = {
        Gauge.QUEUE_DEPTH: lambda: queue.depth().queued,
        Gauge.OLDEST_WAIT: lambda: queue.depth().oldest_seconds,
        Gauge.RUNNING: lambda: queue.depth().running,
        Gauge.WAITING: lambda: queue.depth().waiting,
        Gauge.ACTIVE: lambda: executor.active,
        Gauge.POOL_USED: lambda: _pool(runtime.engine).checkedout(),
        Gauge.POOL_SIZE: lambda: _pool(runtime.engine).size(),
        Gauge.STORE_FREE: runtime.store.free_bytes,
        Gauge.MEMORY: runtime.memory.resident,
        Gauge.MEMORY_LIMIT: lambda: runtime.memory.hard_limit,
        Gauge.MEMORY_SHORT: lambda: runtime.memory.is_short,
    }
    for gauge, read in readings.items():
        metrics().register_gauge(gauge, read)
    try:
        yield
    finally:
        queue.close()


def _pool(engine: Any) -> Any:
    return engine.pool
