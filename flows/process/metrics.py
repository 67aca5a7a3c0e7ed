"""The figures of a worker that nobody counts: they are looked at when somebody reads them."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from sqlalchemy.orm import Session

from db.postgres.engine import make_sync_engine
from db.postgres.roles import Role
from db.queue.depth import QueueState, queue_state
from flows.process.executor import Executor
from schemas.settings import Settings
from telemetry.metrics import Gauge, metrics

FRESH_SECONDS: Final = 2.0
"""One look at the queue serves all figures that are read with it."""


class _Queue:
    """Looks at the queue from the thread that serves metrics."""

    def __init__(self, database_url: str) -> None:
        self._engine = make_sync_engine(
            database_url,
            application_name="nodeloom-metrics",
            role=Role.ENGINE,
            pool_size=1,
            statement_timeout=3,
        )
        self._lock = threading.Lock()
        self._known: tuple[float, QueueState] | None = None

    def look(self) -> QueueState:
        with self._lock:
            if self._known is None or monotonic() - self._known[0] > FRESH_SECONDS:
                with Session(self._engine) as session:
                    self._known = (monotonic(), queue_state(session))
            return self._known[1]

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def watching(settings: Settings, executor: Executor) -> Generator[None]:
    """Have them looked at while this block lasts, where metrics are wanted."""
    if settings.metrics_port is None:
        yield
        return
    queue, runtime = _Queue(settings.required_database_url), executor.runtime
    looks: dict[Gauge, Callable[[], float]] = {
        Gauge.QUEUE_DEPTH: lambda: queue.look().waiting,
        Gauge.OLDEST_WAIT: lambda: queue.look().oldest_seconds,
        Gauge.RUNNING: lambda: queue.look().running,
        Gauge.ACTIVE: lambda: executor.active,
        Gauge.POOL_USED: lambda: _pool(runtime.engine).checkedout(),
        Gauge.POOL_SIZE: lambda: _pool(runtime.engine).size(),
        Gauge.STORE_FREE: runtime.store.free_bytes,
    }
    for gauge, look in looks.items():
        metrics().watch(gauge, look)
    try:
        yield
    finally:
        queue.close()


def _pool(engine: Any) -> Any:
    return engine.pool
