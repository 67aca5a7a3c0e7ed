"""Waits for the end of a run, for callers who want its results with the answer.

While it waits, a request holds neither a turn nor a database connection. A notification of the run's
events has it read the run's status; a read each quarter of a minute is for notifications that are lost.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from typing import Final

from litestar.types import Receive

from api.live.subscriptions import Subscription
from schemas.errors import UnavailableError
from schemas.wire.run import RunStatus

CHECK_SECONDS: Final = 15.0
StatusReader = Callable[[], Awaitable[RunStatus]]
"""Gives the status of a run. Raises NotFoundError, UnavailableError."""


async def wait_for_end(
    subscribed: AbstractContextManager[Subscription],
    stopping: asyncio.Event,
    read_status: StatusReader,
    seconds: float,
    receive: Receive,
) -> None:
    """Return when a run has ended, the time is over, the process stops or the client has gone.

    A database that is away is waited for like the run.

    Raises:
        NotFoundError: the run was deleted meanwhile.
    """
    clock = asyncio.get_running_loop().time
    deadline, next_check_at = clock() + seconds, 0.0
    with subscribed as subscription:
        disconnected = asyncio.create_task(_receive_disconnect(receive))
        disconnected.add_done_callback(lambda _: subscription.notify())
        try:
            while clock() < deadline and not (stopping.is_set() or disconnected.done()):
                subscription.wake.clear()
                if subscription.poll_due or clock() >= next_check_at:
                    subscription.poll_due, next_check_at = False, clock() + CHECK_SECONDS
                    with suppress(UnavailableError):
                        if (await read_status()).terminal:
                            return
                if not subscription.poll_due:
                    timeout = max(0.0, min(deadline, next_check_at) - clock())
                    with suppress(TimeoutError):
                        await asyncio.wait_for(subscription.wake.wait(), timeout)
        finally:
            disconnected.cancel()
            await asyncio.gather(disconnected, return_exceptions=True)


async def _receive_disconnect(receive: Receive) -> None:
    """Return when the client has gone; its request has been read."""
    message = await receive()
    while message["type"] != "http.disconnect":
        message = await receive()
