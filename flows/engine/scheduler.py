"""Starts each step as soon as its own inputs are ready. Pure asyncio: no Prefect, no database."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from flows.engine.outcome import Outcome
from flows.graph.topology import dependency_sorter
from flows.limits.held_values import HeldValues
from flows.planning.plan import Step

Execute = Callable[[Step, Mapping[str, Outcome]], Awaitable[Outcome]]
"""Runs a step to its end, given the outcomes of all the steps it needs; never raises NodeError."""


class Scheduler:
    """Runs the steps of a plan by dependency, never layer by layer.

    `execute` is called for a step exactly once, when everything it needs has an outcome,
    good or bad: it decides itself whether to work or to skip.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        execute: Execute,
        hold: Callable[[int], object] = lambda _: None,
    ) -> None:
        """Prepare the bookkeeping; nothing starts yet.

        `hold` is called with each change of the bytes of the values that are held; in the end
        these come to nothing.
        """
        self._execute = execute
        self._held = HeldValues(hold)
        self._steps = {step.node_id: step for step in steps}
        self.outcomes: dict[str, Outcome] = {}
        """What has ended so far; complete when `run` returns."""

    async def run(self, finished: Mapping[str, Outcome]) -> dict[str, Outcome]:
        """Run every step that is not in `finished`; give the outcomes of all, without their values.

        A value is held until the last step that takes it has ended.

        Cancelling this call cancels all running steps. An exception from `execute` is a
        defect: it cancels the others and is raised.
        """
        todo = [step for step in self._steps.values() if step.node_id not in finished]
        consumers = Counter(id for step in todo for id in step.dependencies)
        self.outcomes = outcomes = {}
        try:
            for id, outcome in finished.items():
                self._keep(id, outcome, needed=bool(consumers[id]))
            await self._run(todo, consumers)
        finally:
            self._held.clear()
        return outcomes

    async def _run(self, todo: Sequence[Step], consumers: Counter[str]) -> None:
        outcomes = self.outcomes
        sorter = dependency_sorter(
            {step.node_id: step.dependencies - outcomes.keys() for step in todo}
        )
        ended: asyncio.Queue[tuple[str, Outcome]] = asyncio.Queue()

        async def work(step: Step) -> None:
            needed = {dependency: outcomes[dependency] for dependency in step.dependencies}
            ended.put_nowait((step.node_id, await self._execute(step, needed)))

        async with asyncio.TaskGroup() as group:
            while sorter.is_active():
                for ready in sorter.get_ready():
                    group.create_task(work(self._steps[ready]), name=ready)
                node_id, outcome = await ended.get()
                self._keep(node_id, outcome, needed=bool(consumers[node_id]))
                consumers.subtract(self._steps[node_id].dependencies)
                for id in self._steps[node_id].dependencies:
                    if not consumers[id]:
                        self._keep(id, outcomes[id], needed=False)
                sorter.done(node_id)

    def _keep(self, id: str, outcome: Outcome, *, needed: bool) -> None:
        """Keep the outcome of a node, its values only as long as they are needed."""
        if not needed:
            outcome = replace(outcome, values={})
        before = self.outcomes.get(id)
        self._held.add(outcome.values.values())
        if before is not None:
            self._held.remove(before.values.values())
        self.outcomes[id] = outcome
