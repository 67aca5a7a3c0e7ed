"""The Prefect task that nodes are worked on in: one module-level function, and for each node its options.

No task is made from a closure: two of the same source would share Prefect's identity. What a node
works on travels in a context variable, so no prompt and no image becomes a parameter of Prefect's.
"""

from contextvars import ContextVar
from copy import copy
from functools import lru_cache
from typing import Any, Protocol

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import TaskRun
from prefect.client.schemas.objects import State
from prefect.tasks import Task

from flows.engine.node import MAX_DELAY_SECONDS
from flows.limits.tags import step_model, step_tags
from flows.planning.plan import Step
from flows.prefect.names import clean_name
from tasks.node_type.definition import NodeType

NodeTask = Task[Any, Any]


class HostedNode(Protocol):
    """A node that is worked on inside its task."""

    def decide_retry(self) -> bool:
        """Whether the attempt that was made last is followed by another."""
        ...

    async def attempt(self) -> State[None]:
        """Make the next attempt; give the state that the task run is in after it."""
        ...


current_node: ContextVar[HostedNode] = ContextVar("nodeloom_node")


def _is_retried(_task: NodeTask, _task_run: TaskRun, _state: State[Any]) -> bool:
    return current_node.get().decide_retry()


@task(persist_result=False, cache_policy=NO_CACHE, retry_condition_fn=_is_retried)
async def run_node(node: str) -> State[None]:
    """Make one attempt at the work of a node, which is named for those who look on."""
    del node
    return await current_node.get().attempt()


def node_task(step: Step, node_type: NodeType) -> NodeTask:
    """Make the task of a node: its name, retries, delays, timeout and tags."""
    derived = copy(_derive_task(step.retries, step.retry_delay_seconds, step.timeout_seconds))
    derived.name = clean_name(step.label)
    tags = step_tags(step, node_type, step_model(step, node_type))
    derived.tags = {clean_name(tag) for tag in tags}
    return derived


@lru_cache(maxsize=256)
def _derive_task(retries: int, delay: float, timeout: float) -> NodeTask:
    """Derive a task by what Prefect checks; that costs 2 ms, and few nodes differ in it."""
    return run_node.with_options(
        retries=retries, retry_delay_seconds=retry_delays(retries, delay), timeout_seconds=timeout
    )


def retry_delays(retries: int, delay: float) -> list[float]:
    """Give the waits before each retry in seconds, where nobody asks for longer ones."""
    return [min(delay * 2**retry, MAX_DELAY_SECONDS) for retry in range(retries)]
