"""Starts each step as soon as its own inputs are ready. Pure asyncio: no Prefect, no database."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence

from flows.engine.outcome import Outcome
from flows.planning.plan import Step

Execute = Callable[[Step, Mapping[str, Outcome]], Awaitable[Outcome]]
"""Runs a step to its end, given the outcomes of all the steps it needs; never raises NodeError."""


class Scheduler:
    """Runs the steps of a plan by dependency, never layer by layer.

    `execute` is called for a step exactly once, when everything it needs has an outcome,
    good or bad: it decides itself whether to work or to skip.
    """

    def __init__(self, steps: Sequence[Step], execute: Execute) -> None:
        """Prepare the bookkeeping; nothing starts yet."""
        self._execute = execute
        self._steps = {step.node_id: step for step in steps}
        self.outcomes: dict[str, Outcome] = {}
        """What has ended so far; complete when `run` returns."""
        self._dependants: dict[str, list[str]] = defaultdict(list)
        self._unmet: dict[str, set[str]] = {}
        for step in steps:
            for dependency in step.dependencies:
                self._dependants[dependency].append(step.node_id)

    async def run(self, finished: Mapping[str, Outcome]) -> dict[str, Outcome]:
        """Run every step that is not in `finished`; give the outcomes of all.

        Cancelling this call cancels all running steps. An exception from `execute` is a
        defect: it cancels the others and is raised.
        """
        self.outcomes = outcomes = dict(finished)
        todo = [step for step in self._steps.values() if step.node_id not in outcomes]
        self._unmet = {step.node_id: set(step.dependencies) - outcomes.keys() for step in todo}
        ended: asyncio.Queue[tuple[str, Outcome]] = asyncio.Queue()

        async def work(step: Step) -> None:
            needed = {dependency: outcomes[dependency] for dependency in step.dependencies}
            ended.put_nowait((step.node_id, await self._execute(step, needed)))

        async with asyncio.TaskGroup() as group:
            for step in todo:
                if not self._unmet[step.node_id]:
                    group.create_task(work(step), name=step.node_id)
            for _ in todo:
                node_id, outcome = await ended.get()
                outcomes[node_id] = outcome
                for ready in self._release(node_id):
                    group.create_task(work(ready), name=ready.node_id)
        return outcomes

    def _release(self, node_id: str) -> list[Step]:
        """Strike a finished step from the needs of its dependants; give those now ready."""
        ready: list[Step] = []
        for dependant in self._dependants[node_id]:
            dependencies = self._unmet.get(dependant)
            if dependencies is not None and node_id in dependencies:
                dependencies.remove(node_id)
                if not dependencies:
                    ready.append(self._steps[dependant])
        return ready
