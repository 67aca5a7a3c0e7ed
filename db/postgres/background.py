"""Work that goes on in the background of a process, through outages of the database.

One rule for all of it: an outage is logged once and tried again, a defect is logged with its
traceback and tried again, both less and less often; cancelling ends it; nothing is lost silently.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Self

from db.postgres.outage import OUTAGE_ERRORS, RETRY_SECONDS

logger = logging.getLogger(__name__)

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Backoff:
    """How long work that fails is left alone: doubled each time, up to a bound."""

    first_seconds: float = RETRY_SECONDS
    max_seconds: float = 4.0

    def seconds(self, failures: int) -> float:
        """Give the pause after so many failures in a row."""
        return min(self.first_seconds * 2 ** min(failures - 1, 10), self.max_seconds)


DEFAULT_BACKOFF: Final = Backoff()


async def wait_for_event(event: asyncio.Event, seconds: float) -> bool:
    """Wait until an event is set, at most so long; whether it is."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


class Background:
    """The background tasks of one part of a process: begun one by one, ended together.

    Left as a context manager, or closed, it cancels what has not ended, and waits for that.
    """

    def __init__(self, name: str, backoff: Backoff = DEFAULT_BACKOFF) -> None:
        """Begin with nothing; `name` is what the log calls it."""
        self._name = name
        self._backoff = backoff
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        """Give itself."""
        return self

    async def __aexit__(self, *_error: object) -> None:
        """End everything."""
        await self.close()

    def __len__(self) -> int:
        """Give how many tasks have not ended."""
        return len(self._tasks)

    def every(
        self,
        seconds: float,
        work: Work,
        *,
        name: str = "",
        wake: asyncio.Event | None = None,
        begins_with_pause: bool = False,
    ) -> asyncio.Task[None]:
        """Do work again and again, with so long a pause after each time.

        A pause ends when `wake` is set, which is cleared before the work begins. What the work
        gives, if it is a number, is the length of the next pause instead.
        """
        begin = seconds if begins_with_pause else 0.0
        return self._start(self._repeat(begin, seconds, work, name, wake), name)

    def spawn(self, work: Coroutine[Any, Any, object], *, name: str = "") -> asyncio.Task[None]:
        """Do work once; if it fails, the log has why."""
        return self._start(self._run_once(work, name), name)

    async def wait(self, seconds: float) -> None:
        """Give what is under way so long to end by itself."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def close(self) -> None:
        """Cancel what has not ended, and wait until it has."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=self._title(name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _title(self, name: str) -> str:
        return f"{self._name}: {name}" if name else self._name

    async def _run_once(self, work: Coroutine[Any, Any, object], name: str) -> None:
        try:
            await work
        except OUTAGE_ERRORS as error:
            logger.warning("%s: given up, the database is away: %s", self._title(name), error)
        except Exception:
            logger.exception("%s failed", self._title(name))

    async def _repeat(
        self, begin: float, seconds: float, work: Work, name: str, wake: asyncio.Event | None
    ) -> None:
        failures, never = 0, asyncio.Event()
        if begin:
            await wait_for_event(wake or never, begin)
        while True:
            if wake is not None:
                wake.clear()
            pause = seconds
            try:
                given = await work()
                failures = 0
                pause = given if isinstance(given, float) else seconds
            except OUTAGE_ERRORS as error:
                failures += 1
                level = logging.WARNING if failures == 1 else logging.DEBUG
                logger.log(level, "%s: the database is away: %s", self._title(name), error)
            except Exception:
                failures += 1
                logger.exception("%s failed; it is tried again", self._title(name))
            if failures:
                rest = self._backoff.seconds(failures)
                await asyncio.sleep(rest)
                pause = 0.0 if wake else max(0.0, pause - rest)  # a wake may have been for this
            await wait_for_event(wake or never, pause)
