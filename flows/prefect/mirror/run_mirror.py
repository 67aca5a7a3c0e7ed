"""Carries what happens in a run to those who show it; the run never waits for them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final

from flows.engine.observer import Ongoing
from flows.engine.run import RunExecution

GiveWay = Callable[[], Awaitable[None]]
ROOM: Final = 3
"""Times as long as showing a node took, nothing more is shown while the run goes on."""


class Mirror:
    """A run, and its nodes as they begin."""

    def __init__(self, execution: RunExecution, give_way: GiveWay | None = None) -> None:
        """Mirror this run; `run` runs it. `give_way` is awaited after each node."""
        self.execution = execution
        self._give_way = give_way
        self._begun: asyncio.Queue[Ongoing | None] = asyncio.Queue()

    async def run(self) -> None:
        """Run the nodes to their end in our rows."""
        try:
            await self.execution.run(self._begun.put_nowait)
        finally:
            self._begun.put_nowait(None)

    async def begun(self) -> AsyncGenerator[Ongoing]:
        """Give each node when its work begins, until the run has ended.

        Whoever shows a node keeps the event loop busy with it, which belongs to the runs: after
        each node it is left alone for longer than that took, for as long once this run has ended.
        """
        while (ongoing := await self._begun.get()) is not None:
            began = time.monotonic()
            yield ongoing
            took = time.monotonic() - began
            await asyncio.sleep(took if self.execution.ended.is_set() else took * ROOM)
            if self._give_way is not None:
                await self._give_way()
