"""Carries what happens in a run to those who show it; the run never waits for them."""

import asyncio
import time
from collections.abc import AsyncGenerator

from flows.engine.observer import RunningNode
from flows.engine.run import RunExecution
from flows.prefect.records.pacer import Pacer


class RunMirror:
    """A run, and its nodes as they begin."""

    def __init__(self, execution: RunExecution, pacer: Pacer) -> None:
        """Mirror this run; `run` runs it."""
        self.execution = execution
        self._pacer = pacer
        self._started_nodes: asyncio.Queue[RunningNode | None] = asyncio.Queue()

    async def run(self) -> None:
        """Run the nodes to their end in our rows."""
        try:
            await self.execution.run(self._started_nodes.put_nowait)
        finally:
            self._started_nodes.put_nowait(None)

    async def started_nodes(self) -> AsyncGenerator[RunningNode]:
        """Give each node when its work begins, until the run has ended.

        Whoever shows a node keeps the event loop busy with it, which belongs to the runs.
        """
        while (running := await self._started_nodes.get()) is not None:
            started_at = time.monotonic()
            yield running
            await self._pacer.rest(time.monotonic() - started_at)
