"""Serves the API with uvicorn, in this process, until it is told to stop."""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

import uvicorn
from litestar import Litestar

from api.app import create_app
from api.auth.identity import check_bind_address
from api.http.access_log import AccessLogMiddleware
from api.http.errors import MAX_HEAD_BYTES
from api.http.h11_protocol import StrictH11Protocol
from api.state.app_state import AppState
from flows.compute.malloc import LONG_LIVED, set_malloc_options
from schemas.errors import InvalidInputError, UnavailableError
from schemas.settings import Settings
from telemetry.metrics import Gauge, Metrics
from telemetry.setup import start_metrics, start_traces, stop_metrics, stop_traces

logger = logging.getLogger("nodeloom.api")

SHUTDOWN_TIMEOUT_SECONDS: Final = 10
"""For requests in flight when the process no longer listens."""
_SYSTEMD_FD: Final = 3
"""The file descriptor that systemd hands a socket over in."""


class _Server(uvicorn.Server):
    """Uvicorn, saying when it listens, and draining before it stops.

    On the first signal `/health/ready` says 503 and streams end, while requests are still
    answered, each with `Connection: close`, until a load balancer has had time to notice. Then
    the socket is closed, and requests in flight may finish. A second signal skips the waiting.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        app_state: AppState,
        on_ready: Callable[[], None],
        drain: float,
    ) -> None:
        super().__init__(config)
        self._app_state = app_state
        self._on_ready = on_ready
        self._drain = drain
        self._warm_up: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """End in order on SIGINT and SIGTERM, without dying of the signal afterwards."""
        loop = asyncio.get_running_loop()
        own = threading.current_thread() is threading.main_thread()
        signals = (signal.SIGINT, signal.SIGTERM) if own else ()
        for number in signals:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain; at once, where it is asked for again."""
        if self._app_state.stopping.is_set() or self._drain == 0:
            super().handle_exit(sig, frame)
            return
        logger.info("asked to stop: not ready any more, listening for %g s more", self._drain)
        self._app_state.stop()
        loop = asyncio.get_running_loop()
        loop.call_later(self._drain, super().handle_exit, sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()
            # The first picture would wait for its child process, and everybody else with it:
            # starting the process that forks children blocks whoever asks for it.
            self._warm_up = asyncio.create_task(asyncio.to_thread(self._app_state.children.start))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app_state.stop()
        if self._warm_up is not None:
            await self._warm_up
        await super().shutdown(sockets)


def bind_socket(host: str, port: int) -> socket.socket:
    """Take a port; 0 takes a free one.

    Raises:
        UnavailableError: `port_taken`: another program has it, or it may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on: answers in two pieces, head and body,
    # then wait 40 ms for the reader's acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
    except OSError as error:
        listener.close()
        raise UnavailableError(
            "port_taken",
            f"The API cannot listen on {host}, port {port} ({error.strerror}): stop the program"
            " that uses it, or choose another one with --port.",
        ) from error
    return listener


def systemd_socket() -> socket.socket | None:
    """Give the socket that systemd listens on for us, so that a restart refuses nobody.

    Raises:
        InvalidInputError: `one_socket`: it handed over more or others than one TCP socket.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    found = socket.socket(fileno=_SYSTEMD_FD)
    if os.environ.get("LISTEN_FDS") != "1" or found.family not in {
        socket.AF_INET,
        socket.AF_INET6,
    }:
        raise InvalidInputError(
            "one_socket", "The API takes one TCP socket from systemd: give it one ListenStream."
        )
    return found


def socket_url(listener: socket.socket) -> str:
    """Give the `http://` address of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(
    settings: Settings,
    *,
    listener: socket.socket | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; requests in flight may finish.

    Args:
        settings: Host and port are taken from here unless there is a `listener`.
        listener: A bound socket to serve on; else one from systemd, if there is one.
        on_ready: Called with the address once requests are answered.

    Raises:
        NotConfiguredError: sign-in is not available, or the address is not a local one.
        UnavailableError: the port is taken.
    """
    given = listener or systemd_socket()
    if given is not None:
        settings = settings.model_copy(update={"host": given.getsockname()[0]})
    check_bind_address(settings)
    set_malloc_options(LONG_LIVED)
    own = given or bind_socket(settings.host, settings.port)
    address = socket_url(own)

    def ready() -> None:
        logger.info("the API answers at %s", address)
        if on_ready is not None:
            on_ready(address)

    app = create_app(settings)
    server = make_server(app, settings, ready)
    try:
        start_traces(settings, "api")
        _register_gauges(start_metrics(settings, "api"), app.state.app_state)
        with asyncio.Runner(loop_factory=event_loop_factory()) as runner:
            runner.run(server.serve(sockets=[own]))
    finally:
        own.close()
        stop_metrics()
        stop_traces()


def event_loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Give what makes the event loop: uvloop, or None where it is not installed."""
    try:
        import uvloop  # noqa: PLC0415 - it may be missing
    except ImportError:
        return None
    return uvloop.new_event_loop


def http_protocol() -> type[asyncio.Protocol]:
    """Give what reads HTTP: llhttp, or h11 where httptools is not installed."""
    try:
        from api.http.llhttp_protocol import StrictLlhttpProtocol  # noqa: PLC0415 - it may be missing
    except ImportError:
        return StrictH11Protocol
    return StrictLlhttpProtocol


def make_server(app: Litestar, settings: Settings, on_ready: Callable[[], None]) -> uvicorn.Server:
    """Give a server that is not running yet; `on_ready` is called when it listens."""
    app_state = app.state.app_state
    logging.getLogger(
        "uvicorn.access"
    ).disabled = True  # it tells queries; `api.http.access_log` does not
    config = uvicorn.Config(
        AccessLogMiddleware(app, app_state.stopping),
        lifespan="on",
        log_config=None,
        log_level=settings.log_level.lower(),
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=True,
        ws="none",
        http=http_protocol(),
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_SECONDS,
        timeout_keep_alive=30,
    )
    return _Server(config, app_state, on_ready, settings.drain_seconds)


def _register_gauges(metrics: Metrics, app_state: AppState) -> None:
    """Have the figures of this process looked at that nobody counts."""

    def pool() -> Any:
        return app_state.database.engine.pool

    metrics.register_gauge(Gauge.POOL_USED, lambda: pool().checkedout())
    metrics.register_gauge(Gauge.POOL_SIZE, lambda: pool().size())
    metrics.register_gauge(Gauge.STREAMS, lambda: len(app_state.subscriptions))
    metrics.register_gauge(Gauge.STORE_FREE, app_state.store.free_bytes)
