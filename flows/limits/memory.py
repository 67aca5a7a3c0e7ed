"""Which node takes the memory of this process, and that this one fails where too little is left.

What a node's work takes is measured: by how much the process has grown whenever the node's own code
had the event loop. Nothing is known of what a node asks of other threads, so that is added by who
asks. What nodes gave that have ended counts for their run, until the last node that takes it has
ended. A node that only waits beside others is never blamed for what they take.
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
MIN_LIMIT_BYTES: Final = 400_000_000
"""However little there is: with less, a worker that has just begun would have no room for nodes."""
SOFT_SHARE: Final = 0.75
"""Of the limit. From there on nodes fail, and nothing new is begun."""
MIN_NODE_BYTES: Final = 2_097_152
MIN_RUN_BYTES: Final = 16_777_216
"""A node that has taken less, or whose run has, is not what makes the process grow; but one of a run
that holds so much in what its nodes gave fails however little it took itself."""
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
        self._reason = ""
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
        self._reason = self._describe()  # as it is now: what it took is given back as it ends
        if self._task is not None and self._task is not asyncio.current_task():
            self._cancelled = self._task.cancel()

    def _error(self) -> BadInputError:
        return BadInputError("out_of_memory", self._reason or self._describe())

    def _describe(self) -> str:
        """Say what the node and its run have, and what to do."""
        limiter, held = self._limiter, self._limiter.held(self.run_id)
        what, advice = "", "give the node less to do or smaller inputs"
        if held > MB:
            what = f" and its run {held / MB:,.0f} MB in results that other nodes still need"
        if held > self.taken:
            advice = "pass shorter texts from node to node, or run the workflow in parts"
        return (
            f"This node took {self.taken / MB:,.0f} MB of memory{what}, when its worker had"
            f" {limiter.resident() / MB:,.0f} MB of the {limiter.hard_limit / MB:,.0f} MB that it may"
            f" have: {advice}, or give the worker more memory (NODELOOM_MEMORY_LIMIT_MB)."
        )


def default_limit(available: int | None) -> float:
    """Give what one process may have of so much memory; infinite where nobody knows how much there is."""
    return float("inf") if available is None else max(DEFAULT_SHARE * available, MIN_LIMIT_BYTES)


class MemoryLimiter:
    """Knows what the attempts of this process take, and what it has in all."""

    def __init__(
        self, limit_bytes: int | None, release_free_memory: Callable[[], object] = lambda: None
    ) -> None:
        """Allow so much, or the default.

        What nodes held that failed is free, but mostly the process's own until it is released.
        """
        self.hard_limit: Final = limit_bytes or default_limit(available_bytes())
        """In bytes."""
        self.soft_limit: Final = SOFT_SHARE * self.hard_limit
        self.resident: Final = ResidentMemory()
        self._release_free_memory = release_free_memory
        self._used: set[MemoryUsage] = set()
        self._held: Counter[UUID] = Counter()
        self._paused_until = 0.0
        self._check: asyncio.Handle | None = None

    @property
    def is_short(self) -> bool:
        """Whether nothing new should begin here."""
        return self.resident() > self.soft_limit

    @property
    def largest(self) -> list[MemoryUsage]:
        """Give the three attempts that have taken most."""
        used = self._used.copy()  # nodes may begin and end while another thread asks
        return sorted(used, key=lambda usage: -usage.taken)[:3]

    @property
    def largest_held(self) -> list[tuple[UUID, int]]:
        """Give the three runs whose ended nodes left most, and how much."""
        return Counter(dict(self._held)).most_common(3)

    def held(self, run_id: UUID) -> int:
        """Give how much a run has in what its ended nodes gave."""
        return self._held[run_id]

    def hold(self, run_id: UUID, size: int) -> None:
        """Count so much more of what ended nodes of a run gave, or less."""
        self._held[run_id] += size
        if not self._held[run_id]:
            del self._held[run_id]
        if size > CHECK_BYTES:
            self.schedule_check()

    def schedule_check(self) -> None:
        """Check as soon as the node that works now waits."""
        if self._check is None:
            self._check = asyncio.get_running_loop().call_soon(self.check)

    def check(self) -> None:
        """Have nodes fail where too little is left: the largest, of the run that has most."""
        self._check = None
        if not self.is_short:
            return
        pause = self._paused_until - monotonic()
        if pause > 0:  # what failed is about to give back what it had
            self._check = asyncio.get_running_loop().call_later(pause, self.check)
            return
        self._release_free_memory()
        excess = self.resident() - self.soft_limit
        by_run = self._held.copy()
        for usage in self._used:
            by_run[usage.run_id] += usage.taken
        for run_id, size in by_run.most_common():
            if excess <= 0 or size < MIN_RUN_BYTES:
                break
            excess = self._relieve(run_id, excess)

    def _relieve(self, run_id: UUID, excess: float) -> float:
        """Have nodes of a run fail until it would be enough; give what is still too much then.

        What the run holds goes as soon as a node fails that takes it. No other run is to blame
        for it, so it counts also where no node of the run is at work: the next one will fail.
        """
        held = self._held[run_id]
        attempts = [usage for usage in self._used if usage.run_id == run_id]
        for usage in sorted(attempts, key=lambda usage: -usage.taken):
            if excess <= 0 or (usage.taken < MIN_NODE_BYTES and held < MIN_RUN_BYTES):
                break
            if not usage.failed:
                self._paused_until = monotonic() + PAUSE_SECONDS
                self._log(usage)
                usage.fail()
            excess -= usage.taken + held
            held = 0
        return excess - held

    def _log(self, largest: MemoryUsage) -> None:
        logger.warning(
            "out of memory: node %s of run %s fails, it took %d MB, and its ended nodes left %d MB that"
            " others need; the worker has %d of %d MB",
            largest.node_id,
            largest.run_id,
            largest.taken / MB,
            self._held[largest.run_id] / MB,
            self.resident() / MB,
            self.hard_limit / MB,
        )

    @contextmanager
    def measured(self, usage: MemoryUsage) -> Generator[None]:
        """Know of an attempt within this block."""
        self._used.add(usage)
        if self._held[usage.run_id] >= MIN_RUN_BYTES:
            self.schedule_check()
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
