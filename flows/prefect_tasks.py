"""The one adapter between our nodes and Prefect's task engine.

Each node is a real Prefect task run whose `TaskRun` we make ourselves: its id is known
before it starts, its edges are exact, and it costs about 3 ms where `.submit()` inside an
asynchronous flow costs 35. The task stands beside the node and waits for its outcome; the
node never waits for the task. What a node works on travels in a context variable, so no prompt
and no picture becomes a Prefect parameter; nothing is cached or persisted by Prefect.
"""

import asyncio
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import TaskRun
from prefect.client.schemas.objects import State, StateDetails, TaskRunPolicy, TaskRunResult
from prefect.context import TaskRunContext
from prefect.logging import get_run_logger
from prefect.states import Cancelled, Pending
from prefect.task_engine import run_task_async
from prefect.tasks import Task

from flows.execution.watch import Ongoing
from flows.plan import Step
from flows.prefect_ends import end_of_node
from flows.prefect_names import clean


@dataclass(frozen=True)
class _Shown:
    ongoing: Ongoing
    tags: list[str]


_shown: ContextVar[_Shown] = ContextVar("nodeloom_shown_node")


@task(persist_result=False, cache_policy=NO_CACHE, retries=0)
async def run_node(node: str) -> State[None]:
    """Stand beside one node until its end; our own code retries and times out where due."""
    shown = _shown.get()
    context = TaskRunContext.get()
    if context is not None:
        # Tags given before the start would cost one call to the server for each task.
        context.task_run.tags = shown.tags
    try:
        outcome = await asyncio.shield(shown.ongoing.outcome)
    except asyncio.CancelledError:
        if shown.ongoing.outcome.cancelled():
            return Cancelled(message="The run was cancelled or taken over.")
        raise
    finally:
        for line in shown.ongoing.lines:
            get_run_logger().info(line)
    return end_of_node(outcome)


class TaskRuns:
    """Shows the nodes of one claim of a run as the task runs of one Prefect flow run."""

    def __init__(
        self, flow_run_id: UUID, execution_ids: Mapping[str, UUID], epoch: int, tags: list[str]
    ) -> None:
        """Know the flow run and our ids; a recovered run gets task runs of its own."""
        self._flow_run_id = flow_run_id
        self.ids = {
            node_id: uuid5(execution_id, str(epoch))
            for node_id, execution_id in execution_ids.items()
        }
        self._tags = tags

    async def show(self, ongoing: Ongoing) -> None:
        """Be a task run from now until the node's end."""
        step = ongoing.step
        token = _shown.set(_Shown(ongoing, self.tags(step)))
        try:
            await run_task_async(
                task=_task(step.task_name),
                task_run=self.make(step),
                parameters={"node": step.node_id},
                return_type="state",
            )
        finally:
            _shown.reset(token)

    def tags(self, step: Step) -> list[str]:
        """Tag a step's task run."""
        return [step.task_name, step.node_type, *self._tags]

    def make(self, step: Step) -> TaskRun:
        """Make the task run of a step, PENDING and without tags."""
        task_run_id = self.ids[step.node_id]
        state = Pending(
            state_details=StateDetails(task_run_id=task_run_id, flow_run_id=self._flow_run_id)
        )
        return TaskRun(
            id=task_run_id,
            name=clean(step.label),
            flow_run_id=self._flow_run_id,
            task_key=_task(step.task_name).task_key,
            # One flow run may show several runs, one after the other: those of its retries.
            dynamic_key=str(task_run_id),
            empirical_policy=TaskRunPolicy(retries=0, retry_delay=0),
            task_inputs={
                binding.handle: [
                    TaskRunResult(id=self.ids[source])
                    for source in binding.sources
                    if source in self.ids  # what enters from outside of the scope has no task run
                ]
                for binding in step.bindings
            },
            state_id=state.id,
            state_type=state.type,
            state_name=state.name,
            state=state,
        )


@cache
def _task(name: str) -> Task[..., Any]:
    """Give the task of a kind of node; made once, since deriving one costs 2 ms."""
    return run_node.with_options(name=name)
