"""Runs the nodes of a run inside their Prefect tasks, in the flow run of the current context.

An attempt is a call of the task's function. Prefect's engine makes the next one, after the delay
that ours has decided; it changes states in this process and sends events of them, so a server that
is away holds nothing up. Our rows are written by the engine's own parts and never read from Prefect.
"""

import asyncio
import logging
from contextlib import AsyncExitStack, ExitStack
from copy import copy

from prefect.client.schemas import TaskRun
from prefect.client.schemas.objects import State
from prefect.exceptions import PrefectSignal
from prefect.logging.loggers import task_run_logger
from prefect.states import Cancelled, Failed
from prefect.task_engine import run_task_async
from prefect.utilities.engine import emit_task_run_state_change_event

from flows.engine.host import NodeWork
from flows.engine.outcome import Outcome
from flows.prefect.host.compile import WorkflowFlow
from flows.prefect.host.node_task import NodeTask, current_node
from flows.prefect.records.task_runs import TaskRuns
from flows.prefect.states import task_run_end_state
from schemas.errors import NodeError

logger = logging.getLogger(__name__)


class PrefectHost:
    """Runs each node as a task run of one flow run."""

    def __init__(self, flow: WorkflowFlow, task_runs: TaskRuns) -> None:
        """Run nodes by the tasks of this flow."""
        self._tasks = flow.tasks
        self._task_runs = task_runs

    async def __call__(self, node: NodeWork) -> Outcome:
        """Bring a node to its end within its task."""
        task = self._tasks[node.step.node_id]
        task_run = self._task_runs.make_task_run(node.step, node.model)
        tags = self._task_runs.tags(node.step, node.model)
        return await _HostedNode(node, copy(task), task_run, tags).run()


class _HostedNode:
    """A node and its task run."""

    def __init__(self, node: NodeWork, task: NodeTask, task_run: TaskRun, tags: list[str]) -> None:
        self.is_retried = False
        self._node = node
        self._task = task
        # The attempt keeps the time itself: it has child processes to kill, and its slots to wait for.
        self._task.timeout_seconds = None
        self._task_run = task_run
        self._tags = tags
        self._outcome: Outcome | None = None
        self._slots: AsyncExitStack | None = None
        self._slots_error: NodeError | None = None
        self._waiting = ExitStack()
        self._log = task_run_logger(task_run, task)
        node.log = self._log.info

    async def run(self) -> Outcome:
        token = current_node.set(self)
        try:
            self._outcome = await self._node.prepare()
            if self._outcome is None:
                # Whoever waits for its first slots is not at work yet: the task begins after it.
                await self._acquire_slots()
            ended_by = await self._run_task()
        finally:
            self._waiting.close()
            await self._release_slots()
            current_node.reset(token)
        return self._outcome or self._fail(ended_by)

    async def attempt(self) -> State[None]:
        """Make the next attempt; give the state that the task run is in after it."""
        self._waiting.close()
        # Tags given before the start would cost one call to the server for each task.
        self._task_run.tags = self._tags
        try:
            if self._outcome is None:
                self._outcome = await self._attempt_once()
        except NodeError as error:
            return self._retry_or_fail(error)
        except asyncio.CancelledError:
            if _is_cancelled():  # then `_run_task` raises it again
                return _cancelled_state()
            raise
        return task_run_end_state(self._outcome)

    async def _attempt_once(self) -> Outcome:
        if self._slots is None:
            await self._acquire_slots()
        try:
            if self._slots_error is not None:
                raise self._slots_error
            return await self._node.attempt()
        finally:
            await self._release_slots()

    async def _acquire_slots(self) -> None:
        self._slots, self._slots_error = AsyncExitStack(), None
        try:
            await self._slots.enter_async_context(self._node.slots())
        except NodeError as error:
            self._slots_error = error

    async def _release_slots(self) -> None:
        slots, self._slots = self._slots, None
        if slots is not None:
            await slots.aclose()

    def _retry_or_fail(self, error: NodeError) -> State[None]:
        delay = self._node.retry_delay(error)
        self.is_retried = delay is not None
        if delay is None:
            self._outcome = self._node.fail(error)
            self._task.retries += 1  # so that Prefect asks whether to retry, and logs no traceback
            return task_run_end_state(self._outcome)
        self._task.retry_delay_seconds = delay
        self._waiting.enter_context(self._node.waiting())
        return Failed(message=f"{error.code}: {error.message}")

    async def _run_task(self) -> BaseException | None:
        """Have Prefect's engine make the attempts; give what has ended them, if that was no attempt."""
        ended_by: BaseException | None = None
        try:
            await run_task_async(
                task=self._task,
                task_run=self._task_run,
                parameters={"node": self._node.step.node_id},
                return_type="state",
            )
        except (asyncio.CancelledError, Exception, PrefectSignal) as error:  # noqa: BLE001 - Prefect's
            ended_by = error
        if self._outcome is None and _is_cancelled():
            self._show_cancelled()
            raise asyncio.CancelledError from ended_by
        return ended_by

    def _show_cancelled(self) -> None:
        """Say that a run was stopped while this node waited: Prefect's engine calls it a crash."""
        before = self._task_run.state
        if before is not None and not before.is_cancelled():
            emit_task_run_state_change_event(self._task_run, before, _cancelled_state())

    def _fail(self, ended_by: BaseException | None) -> Outcome:
        """End a node whose task Prefect has ended by itself."""
        state = self._task_run.state
        reason = repr(ended_by) if ended_by else state.name if state else "no state"
        logger.warning("Prefect has ended the task of node %s: %s", self._node.step.node_id, reason)
        return self._node.fail(
            NodeError(
                "stopped_by_prefect",
                f"Prefect ended the task of this node by itself ({reason}). Run what failed again;"
                " with NODELOOM_PREFECT=record nodes are not run inside of Prefect's tasks.",
            )
        )


def _cancelled_state() -> State[None]:
    return Cancelled(message="The run was cancelled, paused or taken over.")


def _is_cancelled() -> bool:
    """Whether the node's own task was cancelled, and not only something within Prefect."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
