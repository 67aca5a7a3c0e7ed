"""Carries what happens in a run to those who show it; the run never waits for them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final

from flows.engine.observer import RunningNode
from flows.engine.run import RunExecution

YieldCpu = Callable[[], Awaitable[None]]
PAUSE_FACTOR: Final = 3
"""Times as long as showing a node took, nothing more is shown while the run goes on."""


class RunMirror:
    """A run, and its nodes as they begin."""

    def __init__(self, execution: RunExecution, yield_cpu: YieldCpu | None = None) -> None:
        """Mirror this run; `run` runs it. `give_way` is awaited after each node."""
        self.execution = execution
        self._yield_cpu = yield_cpu
        self._started_nodes: asyncio.Queue[RunningNode | None] = asyncio.Queue()

    async def run(self) -> None:
        """Run the nodes to their end in our rows."""
        try:
            await self.execution.run(self._started_nodes.put_nowait)
        finally:
            self._started_nodes.put_nowait(None)

    async def started_nodes(self) -> AsyncGenerator[RunningNode]:
        """Give each node when its work begins, until the run has ended.

        Whoever shows a node keeps the event loop busy with it, which belongs to the runs: after
        each node it is left alone for longer than that took, for as long once this run has ended.
        """
        while (running := await self._started_nodes.get()) is not None:
            started_at = time.monotonic()
            yield running
            seconds = time.monotonic() - started_at
            await asyncio.sleep(
                seconds if self.execution.ended.is_set() else seconds * PAUSE_FACTOR
            )
            if self._yield_cpu is not None:
                await self._yield_cpu()
