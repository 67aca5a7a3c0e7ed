"""Runs the nodes of a run inside their Prefect tasks, in the flow run of the current context.

An attempt is a call of the task's function. Prefect's engine makes the next one, after the delay
that ours has decided; it changes states in this process, and each of them is put into a send queue,
so a server that is away holds nothing up. Our rows are written by the engine's own parts and never
read from Prefect.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from copy import copy
from functools import partial
from typing import Any, Final, cast

from prefect.client.schemas import TaskRun
from prefect.client.schemas.objects import State
from prefect.exceptions import PrefectSignal
from prefect.logging.loggers import task_run_logger
from prefect.states import AwaitingConcurrencySlot, Cancelled, Crashed, Failed, Retrying
from prefect.task_engine import run_task_async

from flows.engine.host import NodeWork
from flows.engine.outcome import Outcome
from flows.prefect.host.compile import WorkflowFlow
from flows.prefect.host.node_task import NodeTask, current_node
from flows.prefect.records.send_queue import SendQueue
from flows.prefect.records.task_events import Resource, task_run_event
from flows.prefect.records.task_runs import TaskRuns
from flows.prefect.states import task_run_end_state
from schemas.errors import NodeError

logger = logging.getLogger(__name__)

SLOT_SECONDS: Final = 0.1
"""So long a further attempt waits for its slots before its task run is shown to wait for them."""


class PrefectHost:
    """Runs each node as a task run of one flow run."""

    def __init__(
        self,
        flow: WorkflowFlow,
        task_runs: TaskRuns,
        queue: SendQueue,
        resources: Sequence[Resource] = (),
    ) -> None:
        """Run nodes by the tasks of this flow; events of them name these resources."""
        self._tasks = flow.tasks
        self._task_runs = task_runs
        self._queue = queue
        self._resources = resources

    async def __call__(self, node: NodeWork) -> Outcome:
        """Bring a node to its end within its task."""
        task = self._tasks[node.step.node_id]
        task_run = self._task_runs.make_task_run(node.step, node.model)
        tags = self._task_runs.tags(node.step, node.model)
        return await _HostedNode(node, copy(task), task_run, tags, self).run()

    def report(self, task_run: TaskRun, before: State[Any] | None) -> None:
        """Tell of the state that a task run is in now."""
        event = partial(task_run_event, copy(task_run), before, self._resources)
        self._queue.add_event(event)


class _HostedNode:
    """A node and its task run."""

    def __init__(
        self, node: NodeWork, task: NodeTask, task_run: TaskRun, tags: list[str], host: PrefectHost
    ) -> None:
        self._is_retried = False
        self._host = host
        self._reported: State[Any] | None = None
        """The state that was told last."""
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

    def decide_retry(self) -> bool:
        """Whether the attempt that was made last is followed by another."""
        if self._is_retried:  # once Prefect's engine has decided that it waits for it
            asyncio.get_running_loop().call_soon(self._report)
        return self._is_retried

    async def attempt(self) -> State[None]:
        """Make the next attempt; give the state that the task run is in after it."""
        self._waiting.close()
        # Tags given before the start would cost one call to the server for each task.
        self._task_run.tags = self._tags
        try:
            if self._outcome is None and self._slots is None:
                await self._wait_for_slots()
            self._report()
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
        try:
            if self._slots_error is not None:
                raise self._slots_error
            return await self._node.attempt()
        finally:
            await self._release_slots()

    async def _wait_for_slots(self) -> None:
        """Wait for the slots of a further attempt; that is no time in which its task runs."""
        begun = self._task_run.state
        waiting = AwaitingConcurrencySlot(message="It waits for others to make room.")
        timer = asyncio.get_running_loop().call_later(SLOT_SECONDS, self._set_state, waiting)
        try:
            await self._acquire_slots()
        finally:
            timer.cancel()
            if self._task_run.state is not begun:
                self._set_state(Retrying())

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
        self._is_retried = delay is not None
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
            state = self._task_run.state
            if (
                state is None or not state.is_cancelled()
            ):  # it waited: the engine calls that a crash
                self._set_state(_cancelled_state())
            self._report()
            raise asyncio.CancelledError from ended_by
        state = self._task_run.state
        if self._outcome is None and state is not None and not state.is_final():
            self._set_state(Crashed(message=f"Prefect's engine ended this task: {ended_by!r}"))
        self._report()
        return ended_by

    def _report(self) -> None:
        """Tell of the state that the task run is in, if that is news."""
        before, state = self._reported, self._task_run.state
        if state is not None and (before is None or state.id != before.id):
            self._reported = state
            self._host.report(self._task_run, before)

    def _set_state(self, state: State[Any]) -> None:
        """Put the task run into a state of which Prefect's engine knows nothing, and tell of it."""
        task_run, before = self._task_run, self._task_run.state
        if before is not None and before.is_running():
            task_run.total_run_time += state.timestamp - before.timestamp
        task_run.state = state
        task_run.state_id, task_run.state_type, task_run.state_name = (
            state.id,
            state.type,
            state.name,
        )
        if state.is_final():
            task_run.end_time = cast("Any", state.timestamp)  # Prefect has a type of its own for it
        self._report()

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
