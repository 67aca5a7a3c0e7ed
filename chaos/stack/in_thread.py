"""A server in a thread, so that it answers whatever the main thread waits for."""

import asyncio
import threading
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

Value = TypeVar("Value")
TIMEOUT_SECONDS = 10
"""How long it may take to start, and to stop."""


@contextmanager
def run_in_thread(server: AbstractAsyncContextManager[Value]) -> Generator[Value]:
    """Enter an asynchronous context in a loop of its own, and leave it at the end.

    Tasks that are open by then, such as those of connections, are cancelled.

    Raises:
        Exception: what entering it raised; TimeoutError: that took too long.
    """
    started: Future[tuple[Value, asyncio.AbstractEventLoop]] = Future()
    stopping = asyncio.Event()

    async def run_server() -> None:
        try:
            async with server as value:
                started.set_result((value, asyncio.get_running_loop()))
                await stopping.wait()
        except Exception as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=lambda: asyncio.run(run_server()), daemon=True)
    thread.start()
    value, loop = started.result(TIMEOUT_SECONDS)
    try:
        yield value
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(TIMEOUT_SECONDS)
