"""Who calls the parts of a node's work: the seam between what is done and where attempts are made.

The engine decides what is done, what becomes of it, and whether another attempt makes sense; all
of that is in `flows.engine.node`, and the rows are the same whoever the host is. A host only
calls the parts in their order, and waits between attempts.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol

from flows.engine.outcome import Outcome
from flows.planning.plan import Step
from schemas.errors import NodeError


class NodeWork(Protocol):
    """The work of one node of one run, in the parts that its host calls."""

    @property
    def step(self) -> Step:
        """The node as it was planned."""
        ...

    @property
    def model(self) -> str | None:
        """The model that it asks, if it asks one."""
        ...

    log: Callable[[str], None]
    """Takes a sentence for each thing worth telling on the way, such as a retry."""

    async def prepare(self) -> Outcome | None:
        """Make its inputs ready; give its outcome where no attempt is to be made."""
        ...

    def slots(self) -> AbstractAsyncContextManager[None]:
        """Wait until the next attempt may begin, and hold its slots. Raises NodeError."""
        ...

    async def attempt(self) -> Outcome:
        """Do the work once, within its slots. Raises NodeError."""
        ...

    def retry_delay(self, error: NodeError) -> float | None:
        """Decide after how many seconds another attempt is made, if one is."""
        ...

    def waiting(self) -> AbstractContextManager[None]:
        """Wait between two attempts within this block."""
        ...

    def fail(self, error: NodeError) -> Outcome:
        """Record that the node has failed for good."""
        ...


NodeHost = Callable[[NodeWork], Awaitable[Outcome]]
"""Brings a node to its end; every expected failure is an outcome."""


async def run_directly(node: NodeWork) -> Outcome:
    """Make the attempts one after the other, here in the event loop."""
    outcome = await node.prepare()
    while outcome is None:
        try:
            async with node.slots():  # not held between attempts
                outcome = await node.attempt()
        except NodeError as error:
            delay = node.retry_delay(error)
            if delay is None:
                return node.fail(error)
            with node.waiting():
                await asyncio.sleep(delay)
    return outcome
