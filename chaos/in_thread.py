"""A server in a thread, so that it answers whatever the main thread waits for."""

import asyncio
import threading
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

T = TypeVar("T")
SECONDS = 10
"""How long it may take to start, and to stop."""


@contextmanager
def in_thread(server: AbstractAsyncContextManager[T]) -> Generator[T]:
    """Enter an asynchronous context in a loop of its own, and leave it at the end.

    Tasks that are open by then, such as those of connections, are cancelled.

    Raises:
        Exception: what entering it raised; TimeoutError: that took too long.
    """
    entered: Future[tuple[T, asyncio.AbstractEventLoop]] = Future()
    over = asyncio.Event()

    async def hold() -> None:
        try:
            async with server as value:
                entered.set_result((value, asyncio.get_running_loop()))
                await over.wait()
        except Exception as error:
            if entered.done():
                raise
            entered.set_exception(error)

    thread = threading.Thread(target=lambda: asyncio.run(hold()), daemon=True)
    thread.start()
    value, loop = entered.result(SECONDS)
    try:
        yield value
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(SECONDS)
