"""How long a request waits for the asset store and for child processes, whatever hangs."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from api.waits import counted_wait
from schemas.errors import ProviderError, UnavailableError

P = ParamSpec("P")
T = TypeVar("T")

READ_BYTES_PER_SECOND: Final = 20_000_000
WRITE_BYTES_PER_SECOND: Final = 2_000_000
"""What a store gives and takes at the least: so much longer a request waits."""
_THREADS: Final = ThreadPoolExecutor(32, "asset-store")
"""Of their own, as those that hang with a bucket are missing to others."""


async def call_store(
    seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Call a method of the asset store in a thread.

    Args:
        seconds: How long moving the bytes may take, beside the wait for an answer.
        function: The method.
        *args: Its arguments.
        **kwargs: Its arguments by name.

    Raises:
        ProviderError: `storage_failed`: it does not answer in time; and what the method raises.
    """
    loop = asyncio.get_running_loop()
    try:
        with counted_wait(seconds) as limit:
            async with asyncio.timeout(limit):
                return await loop.run_in_executor(_THREADS, lambda: function(*args, **kwargs))
    except TimeoutError as error:
        raise ProviderError(
            "storage_failed",
            "The asset store does not answer: check NODELOOM_ASSETS and that the store runs, then"
            " try again.",
            retryable=True,
        ) from error


async def wait_for_child(work: Awaitable[T], allowance: float = 0.0) -> T:
    """Wait for child processes, which may all be at work or hang; `allowance` is for their start.

    Raises:
        UnavailableError: `media_busy`: it takes too long.
    """
    try:
        with counted_wait(allowance) as seconds:
            async with asyncio.timeout(seconds):
                return await work
    except TimeoutError as error:
        raise UnavailableError(
            "media_busy",
            "Pictures and videos take longer than usual at the moment: try again in some seconds.",
        ) from error
