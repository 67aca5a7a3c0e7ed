"""Watches over the memory of this process, from a thread that no node can block.

Above the soft limit the node fails that makes the process grow, and the executor takes no further
runs. Where that does not help, the process ends itself at the hard limit, before the kernel ends it
or others: its runs go on elsewhere, and which of them it was is found out as after any other death of
an executor.
"""

import asyncio
import logging
import os
import threading
from time import monotonic
from typing import Final

from flows.limits.memory import MB, MemoryLimiter
from flows.process.gc import FreeMemory

logger = logging.getLogger(__name__)

CHECK_SECONDS: Final = 0.25
HARD_SECONDS: Final = 1.0
"""So long above the hard limit, for nodes to fail and give back what they had."""
RESUME_SHARE: Final = 0.9
"""Of the soft limit; only then the log says that there is enough again."""
WARNING_SHARE: Final = 0.8
"""Of the soft limit; with more than that before the first run, nodes have next to nothing."""
EXIT_CODE: Final = os.EX_TEMPFAIL


class MemoryGuard:
    """A thread that looks at what the process has, as long as the block lasts."""

    def __init__(self, limiter: MemoryLimiter, loop: asyncio.AbstractEventLoop) -> None:
        """Prepare; nodes run in this event loop."""
        self._limiter = limiter
        self._loop = loop
        self._was_short = False
        self._over_since: float | None = None
        self._free_memory = FreeMemory(limiter.resident)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)

    def __enter__(self) -> None:
        """Begin; warn where there is hardly any room for nodes from the beginning."""
        limiter, resident = self._limiter, self._limiter.resident()
        if resident > WARNING_SHARE * limiter.soft_limit:
            logger.warning(
                "memory is scarce from the beginning: %d MB, and from %d of %d MB on nodes fail; give this"
                " machine or container more, or set NODELOOM_MEMORY_LIMIT_MB",
                *(resident / MB, limiter.soft_limit / MB, limiter.hard_limit / MB),
            )
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        """End."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(CHECK_SECONDS):
            self._check(self._limiter.resident())

    def _check(self, resident: int) -> None:
        limiter = self._limiter
        is_short = resident > limiter.soft_limit
        if is_short:
            self._loop.call_soon_threadsafe(limiter.check)
        if is_short is not self._was_short and (
            is_short or resident < RESUME_SHARE * limiter.soft_limit
        ):
            self._was_short = is_short
            self._log(resident)
        if resident <= limiter.hard_limit:
            self._over_since = None
        elif self._over_since is None:
            self._over_since = monotonic()
        elif monotonic() - self._over_since > HARD_SECONDS:
            self._end(resident)
        if self._free_memory.is_due():
            self._free_memory.release()

    def _log(self, resident: int) -> None:
        limits = (
            resident / MB,
            self._limiter.soft_limit / MB,
            self._limiter.hard_limit / MB,
        )
        if self._was_short:
            message = "short of memory: %d MB, above %d of %d MB; no further runs are claimed"
            logger.warning(message, *limits)
        else:
            logger.info("memory: %d MB, below %d of %d MB; runs are claimed again", *limits)

    def _end(self, resident: int) -> None:
        """End the process at once, without its runs: another executor takes them."""
        nodes = ", ".join(
            f"node {each.node_id} of run {each.run_id}: {each.taken / MB:.0f} MB"
            for each in self._limiter.largest
        )
        held = ", ".join(f"run {id}: {size / MB:.0f} MB" for id, size in self._limiter.largest_held)
        logger.critical(
            "out of memory: %d MB of the %d MB that this process may have"
            " (NODELOOM_MEMORY_LIMIT_MB); it ends, and its runs go on elsewhere. At work: %s."
            " Left by ended nodes for others: %s",
            resident / MB,
            self._limiter.hard_limit / MB,
            nodes or "nothing that took much",
            held or "nothing",
        )
        os._exit(EXIT_CODE)
