"""Carries what happens in a run to those who show it; the run never waits for them."""

import asyncio
from collections.abc import AsyncGenerator

from flows.execution.run_execution import RunExecution
from flows.execution.watch import Ongoing


class Mirror:
    """A run, and its nodes as they begin."""

    def __init__(self, execution: RunExecution) -> None:
        """Mirror this run; `run` runs it."""
        self.execution = execution
        self._begun: asyncio.Queue[Ongoing | None] = asyncio.Queue()

    async def run(self) -> None:
        """Run the nodes to their end in our rows."""
        try:
            await self.execution.run(self._begun.put_nowait)
        finally:
            self._begun.put_nowait(None)

    async def begun(self) -> AsyncGenerator[Ongoing]:
        """Give each node when its work begins, until the run has ended."""
        while (ongoing := await self._begun.get()) is not None:
            yield ongoing
