"""Serves the API with uvicorn, in this process, until it is told to stop."""

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

import uvicorn
from litestar import Litestar

from api.app import create_app
from api.identity import check_bind
from api.parts import Parts
from schemas.errors import UnavailableError
from schemas.settings import Settings

logger = logging.getLogger("nodeloom.api")

PATIENCE_SECONDS: Final = 10
"""For requests in flight when the process is told to stop."""


class _Server(uvicorn.Server):
    """Uvicorn, telling streams to end before it waits for them, and when it listens."""

    def __init__(self, config: uvicorn.Config, parts: Parts, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._parts = parts
        self._on_ready = on_ready

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

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._parts.stop()
        await super().shutdown(sockets)


def listen_on(host: str, port: int) -> socket.socket:
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


def address_of(listener: socket.socket) -> str:
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
        listener: A bound socket to serve on.
        on_ready: Called with the address once requests are answered.

    Raises:
        NotConfiguredError: sign-in is not available, or the address is not a local one.
        UnavailableError: the port is taken.
    """
    check_bind(settings)
    own = listener or listen_on(settings.host, settings.port)
    address = address_of(own)

    def ready() -> None:
        logger.info("the API answers at %s", address)
        if on_ready is not None:
            on_ready(address)

    server = make_server(create_app(settings), settings, ready)
    try:
        asyncio.run(server.serve(sockets=[own]))
    finally:
        own.close()


def make_server(app: Litestar, settings: Settings, on_ready: Callable[[], None]) -> uvicorn.Server:
    """Give a server that is not running yet; `on_ready` is called when it listens."""
    config = uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        log_level=settings.log_level.lower(),
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=True,
        ws="none",
        h11_max_incomplete_event_size=65_536,
        timeout_graceful_shutdown=PATIENCE_SECONDS,
        timeout_keep_alive=30,
    )
    return _Server(config, app.state.parts, on_ready)
