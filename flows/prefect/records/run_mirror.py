"""Carries what happens in a run to those who show it; the run never waits for them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager

from flows.engine.host import NodeObserver, RunningNode
from flows.engine.run import RunExecution
from flows.prefect.records.pacer import Pacer


class RunMirror:
    """A run, and its nodes as they begin."""

    def __init__(self, execution: RunExecution, pacer: Pacer) -> None:
        """Mirror this run, while it is executed."""
        self.execution = execution
        self._pacer = pacer
        self._started_nodes: asyncio.Queue[RunningNode | None] = asyncio.Queue()

    @contextmanager
    def observing(self) -> Generator[NodeObserver]:
        """Give what is to be told of the nodes, while the run is executed within."""
        try:
            yield self._started_nodes.put_nowait
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
