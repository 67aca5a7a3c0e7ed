"""A process that serves until SIGTERM or SIGINT: its event loop in a thread, signals in the main one.

Prefect turns SIGTERM into an exception inside the event loop of the main thread, which would
crash everything in the process; an event loop in another thread is left alone.
"""

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from schemas.errors import AppError
from schemas.settings import Settings
from telemetry.setup import start_metrics, start_traces, stop_metrics, stop_traces

logger = logging.getLogger(__name__)

Serve = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
"""Serves until the event is set."""


def run_service(name: str, settings: Settings, serve: Serve) -> int:
    """Serve until a signal comes; give the exit code. `name` is that of the process in telemetry."""
    return _Service(name, settings, serve).run()


class _Service:
    def __init__(self, name: str, settings: Settings, serve: Serve) -> None:
        self._name = name
        self._settings = settings
        self._serve = serve
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._exit_code = 0

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        thread = threading.Thread(target=self._run_loop, name=self._name)
        thread.start()
        while thread.is_alive():
            thread.join(0.5)  # signals are handled between two waits
        return self._exit_code

    def _on_signal(self, _number: int, _frame: object) -> None:
        with contextlib.suppress(RuntimeError):  # a second order, when the loop has ended
            self._loop.call_soon_threadsafe(self._stop.set)

    def _run_loop(self) -> None:
        try:
            start_traces(self._settings, self._name)
            start_metrics(self._settings, self._name)
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve(self._stop))
        except AppError as error:
            logger.error("%s", error)  # noqa: TRY400 - the sentence says it all
            self._exit_code = 1
        except BaseException:
            logger.exception("the %s failed", self._name)
            self._exit_code = 1
        finally:
            stop_metrics()
            stop_traces()
