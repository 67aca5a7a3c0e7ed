"""Which node takes the memory of this process, and that this one fails where too little is left.

What a node's work takes is measured: by how much the process has grown whenever the node's own code
had the event loop. Nothing is known of what a node asks of other threads, so that is added by who
asks. A node that only waits beside others is never blamed for what they take.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from time import monotonic
from types import coroutine
from typing import Any, Final, TypeVar
from uuid import UUID

from flows.limits.resident_memory import ResidentMemory, available_bytes
from schemas.errors import BadInputError

logger = logging.getLogger(__name__)

DEFAULT_SHARE: Final = 0.5
"""Of the memory of the machine or container that one process may take; child processes need the rest."""
SOFT_SHARE: Final = 0.75
"""Of the limit. From there on nodes fail, and nothing new is begun."""
MIN_NODE_BYTES: Final = 2_097_152
MIN_RUN_BYTES: Final = 16_777_216
"""A node that has taken less, or whose run has, is not what makes the process grow."""
CHECK_BYTES: Final = 4_194_304
"""A step that takes so much has it looked at at once how much is left."""
PAUSE_SECONDS: Final = 0.2
"""After nodes have failed, for what they held to be free."""
MB: Final = 1_000_000
Result = TypeVar("Result")


class MemoryUsage:
    """What one attempt of a node has taken so far."""

    def __init__(self, limiter: "MemoryLimiter", run_id: UUID, node_id: str) -> None:
        """Begin with nothing."""
        self.run_id = run_id
        self.node_id = node_id
        self.taken = 0
        """In bytes."""
        self.failed = False
        """Whether it is the node that fails."""
        self._limiter = limiter
        self._task: asyncio.Task[Any] | None = None
        self._cancelled = False

    async def limit(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do the work of the attempt, and measure it.

        Raises:
            BadInputError: `out_of_memory`: this is what makes the process grow.
        """
        task = self._task = asyncio.current_task()
        others = task.cancelling() if task else 0
        with self._limiter.measured(self):
            try:
                result = await _measure_steps(work, self._limiter.resident, self.add)
                self._limiter.check()  # it may have taken all at once, at last
            except asyncio.CancelledError:
                if not (self._cancelled and task and task.uncancel() <= others):
                    raise
            except MemoryError:
                self.failed = True
            else:
                if self._cancelled and task:
                    task.uncancel()
                if not self.failed:
                    return result
        # Not within the handler: what was raised there would hold all that the work had.
        raise self._error()

    def add(self, size: int) -> None:
        """Count what was taken, or given back."""
        self.taken = max(0, self.taken + size)
        if size > CHECK_BYTES:
            self._limiter.schedule_check()

    def fail(self) -> None:
        """End the attempt with an error, wherever it is."""
        self.failed = True
        if self._task is not None and self._task is not asyncio.current_task():
            self._cancelled = self._task.cancel()

    def _error(self) -> BadInputError:
        limiter = self._limiter
        return BadInputError(
            "out_of_memory",
            f"This node took {self.taken / MB:,.0f} MB of memory, more than any other, when its"
            f" worker had {limiter.soft_limit / MB:,.0f} MB of the"
            f" {limiter.hard_limit / MB:,.0f} MB that it may have: give the node less to do or smaller"
            " inputs, or give the worker more memory (NODELOOM_MEMORY_LIMIT_MB).",
        )


class MemoryLimiter:
    """Knows what the attempts of this process take, and what it has in all."""

    def __init__(
        self, limit_bytes: int | None, release_free_memory: Callable[[], object] = lambda: None
    ) -> None:
        """Allow so much, or half of what there is.

        What nodes held that failed is free, but mostly the process's own until it is released.
        """
        available = available_bytes()
        default = DEFAULT_SHARE * available if available else float("inf")
        self.hard_limit: Final = limit_bytes or default
        """In bytes; infinite where nobody knows how much there is."""
        self.soft_limit: Final = SOFT_SHARE * self.hard_limit
        self.resident: Final = ResidentMemory()
        self._release_free_memory = release_free_memory
        self._used: set[MemoryUsage] = set()
        self._paused_until = 0.0
        self._check: asyncio.Handle | None = None

    @property
    def is_short(self) -> bool:
        """Whether nothing new should begin here."""
        return self.resident() > self.soft_limit

    @property
    def largest(self) -> list[MemoryUsage]:
        """Give the three attempts that have taken most."""
        return sorted(self._used, key=lambda usage: -usage.taken)[:3]

    def schedule_check(self) -> None:
        """Check as soon as the node that works now waits."""
        if self._check is None:
            self._check = asyncio.get_running_loop().call_soon(self.check)

    def check(self) -> None:
        """Have nodes fail where too little is left: the largest, of the run that has taken most."""
        self._check = None
        if monotonic() < self._paused_until or not self.is_short:
            return
        self._release_free_memory()
        excess = self.resident() - self.soft_limit
        by_run: Counter[UUID] = Counter()
        for usage in self._used:
            by_run[usage.run_id] += usage.taken
        candidates = sorted(self._used, key=lambda usage: (by_run[usage.run_id], usage.taken))
        while candidates and excess > 0:
            largest = candidates.pop()
            if largest.taken < MIN_NODE_BYTES or by_run[largest.run_id] < MIN_RUN_BYTES:
                continue
            if not largest.failed:
                self._paused_until = monotonic() + PAUSE_SECONDS
                self._log(largest)
                largest.fail()
            excess -= largest.taken

    def _log(self, largest: MemoryUsage) -> None:
        logger.warning(
            "out of memory: node %s of run %s fails, it took %d MB; the worker has %d of %d MB",
            largest.node_id,
            largest.run_id,
            largest.taken / MB,
            self.resident() / MB,
            self.hard_limit / MB,
        )

    @contextmanager
    def measured(self, usage: MemoryUsage) -> Generator[None]:
        """Know of an attempt within this block."""
        self._used.add(usage)
        try:
            yield
        finally:
            self._used.discard(usage)


@coroutine
def _measure_steps(
    work: Coroutine[Any, Any, Result], resident: Callable[[], int], add: Callable[[int], None]
) -> Generator[Any, Any, Result]:
    """Await `work`; tell by how much the process grew each time that it had the event loop."""
    step: Callable[[Any], Any] = work.send
    argument: Any = None
    while True:
        before = resident()
        try:
            awaited = step(argument)
        except StopIteration as end:
            return end.value
        finally:
            argument = None  # an error that held itself by this frame would hold all the work had
            add(resident() - before)
        try:
            argument = yield awaited
            step = work.send
        except BaseException as error:  # noqa: BLE001 - the work's own to handle
            argument, step = error, work.throw
