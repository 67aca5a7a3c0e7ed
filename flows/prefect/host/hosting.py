"""Executes runs of this executor inside flow runs of Prefect's, in its own process and event loop.

The flow run is made first; the run begins within the flow's body, and goes on directly where that
does not come to begin in time. From then on Prefect's server is needed only for the flow run's end,
for which nobody waits: where it is not told, the reconciler puts it right.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from contextvars import copy_context
from typing import Final, Protocol

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas import FlowRun
from prefect.client.schemas.objects import State
from prefect.context import AsyncClientContext, SyncClientContext
from prefect.exceptions import ObjectNotFound, Pause, PrefectSignal
from prefect.flow_engine import run_flow_async
from prefect.states import Failed

from db.queue.claims import set_prefect_flow_run
from flows.engine.run import RunExecution
from flows.prefect.host.compile import WorkflowFlow, current_run
from flows.prefect.host.execute import compile_execution, execute_in_flow, final_state
from flows.prefect.mirror.api import PrefectRunApi, ended_task_runs, has_visible_end
from flows.prefect.names import claim_tags, flow_run_name, flow_run_parameters
from flows.prefect.records.artifacts import update_progress, write_artifacts
from flows.prefect.records.task_runs import TaskRuns, model_tags

logger = logging.getLogger(__name__)

BEGIN_SECONDS: Final = 5.0
"""How long making a flow run may take, and then how long its beginning, before a run goes on without."""
MAX_FLOW_RUNS: Final = 50
"""While more are to be ended, or wait for their artifacts, further runs get none."""
CLOSE_SECONDS: Final = 3.0
"""How long a stopping executor lets flow runs end."""


class RecordAnswer(Protocol):
    """Takes note of whether Prefect's server answers."""

    def __call__(self, *, answered: bool) -> None:
        """Take note."""
        ...


class Hosting:
    """Hosts runs, side by side; `run` may be called from any task."""

    def __init__(self, client: PrefectClient) -> None:
        """Use this client, and the clients of the current context."""
        self._api = PrefectRunApi(client)
        self._context = copy_context()
        self._flow_runs: set[asyncio.Task[None]] = set()
        self._artifacts = asyncio.Semaphore(1)

    async def run(self, execution: RunExecution, record_answer: RecordAnswer) -> bool:
        """Execute a run to its end; False, with nothing done, where Prefect did not get to it.

        `record_answer` is called as soon as it is known whether Prefect answers. That a flow run does
        not begin because somebody has ended it there, or holds it back, says nothing about that.

        Raises:
            Exception: a defect of ours; the caller abandons the run.
        """
        flow = compile_execution(execution)
        flow_run = await self._make_flow_run(execution, flow)
        record_answer(answered=flow_run is not None)
        if flow_run is None:
            return False
        state = flow_run.state
        if state is not None and (
            state.is_failed() or state.is_cancelled() or state.is_cancelling()
        ):
            execution.cancel()  # somebody asked for that while the run waited
        hosted = HostedExecution(execution, flow)
        task = asyncio.create_task(
            self._run_flow(hosted, flow_run), name="flow run", context=self._context.copy()
        )
        self._flow_runs.add(task)
        task.add_done_callback(self._flow_runs.discard)
        begun = asyncio.create_task(hosted.started.wait())
        await asyncio.wait(
            {begun, task}, timeout=BEGIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        begun.cancel()
        if not hosted.started.is_set():
            record_answer(answered=task.done())
            logger.warning("Prefect did not begin flow run %s in time", flow_run.id)
            hosted.missed = True
            return False
        await hosted.ended.wait()
        if hosted.error is not None:
            raise hosted.error
        return True

    async def close(self) -> None:
        """Let flow runs end for a moment, then cancel what is left."""
        if self._flow_runs:
            await asyncio.wait(self._flow_runs, timeout=CLOSE_SECONDS)
        for task in self._flow_runs:
            task.cancel()
        if self._flow_runs:
            await asyncio.wait(self._flow_runs, timeout=CLOSE_SECONDS)

    async def _run_flow(self, hosted: "HostedExecution", flow_run: FlowRun) -> None:
        """Run the flow to its end, and write what belongs to it."""
        current_run.set(hosted)  # in this task's own context
        execution, client = hosted.execution, self._api.client
        # Before the first node begins: the recorder takes a run without a flow run for its own.
        await _store_flow_run_id(execution, flow_run)
        progress = asyncio.create_task(update_progress(client, execution, flow_run.id))
        try:
            await self._emit_earlier_task_ends(execution, flow_run)
            # The engine would watch over a flow run of a deployment in a way that blocks this loop.
            detached_flow_run = flow_run.model_copy(update={"deployment_id": None})
            await run_flow_async(
                hosted.flow,
                flow_run=detached_flow_run,
                parameters={"run_id": execution.claimed.id},
                return_type="state",
            )
            if execution.status.terminal and len(self._flow_runs) <= MAX_FLOW_RUNS:
                async with self._artifacts:  # one run after the other
                    await write_artifacts(client, execution, flow_run.id)
        except Pause:
            logger.debug("flow run %s is left as it is", flow_run.id)
        except (Exception, PrefectSignal) as error:  # noqa: BLE001 - whatever is wrong with Prefect
            logger.warning("Prefect shows run %s in part: %r", execution.claimed.id, error)
        finally:
            progress.cancel()

    async def _make_flow_run(self, execution: RunExecution, flow: WorkflowFlow) -> FlowRun | None:
        """Make the flow run of a claim, or take the one that the run was asked for with."""
        claimed = execution.claimed
        name = flow_run_name(claimed.workflow_name, claimed.id)
        tags = claim_tags(claimed.workflow_id, claimed.id, claimed.epoch) + model_tags(execution)
        try:
            async with asyncio.timeout(BEGIN_SECONDS):
                if claimed.flow_run_id is not None:
                    with contextlib.suppress(ObjectNotFound):
                        return await self._api.update_flow_run(claimed.flow_run_id, name, tags)
                key = f"{claimed.id}:{claimed.epoch}"
                parameters = flow_run_parameters(claimed.workflow_id, claimed.id)
                return await self._api.create_flow_run(key, name, parameters, tags, flow.name)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect, runs go on
            logger.warning("Prefect does not answer; run %s goes on without: %s", claimed.id, error)
            return None

    async def _emit_earlier_task_ends(self, execution: RunExecution, flow_run: FlowRun) -> None:
        """Show what earlier claims of a run have done, so that its newest flow run shows all of it."""
        done = {row.node_id: row for row in execution.claimed.executions if has_visible_end(row)}
        if done and execution.claimed.flow_run_id is None:  # a resumed one shows them already
            task_runs = TaskRuns.from_execution(execution, flow_run.id)
            steps = [step for step in execution.plan.steps if step.node_id in done]
            ends = ended_task_runs(task_runs, steps, done, {})
            await self._api.emit_task_events(flow_run, ends)


async def _store_flow_run_id(execution: RunExecution, flow_run: FlowRun) -> None:
    """Keep the flow run's id for the link to the dashboard; worth nothing more than a try."""
    claimed = execution.claimed
    try:
        async with execution.runtime.sessions.begin() as session:
            await session.run_sync(set_prefect_flow_run, claimed.id, claimed.epoch, flow_run.id)
    except Exception as error:  # noqa: BLE001 - a missing link never fails a run
        logger.warning("run %s has no link to Prefect: %s", claimed.id, error)


class HostedExecution:
    """A run of this executor, on its way through a flow run."""

    def __init__(self, execution: RunExecution, flow: WorkflowFlow) -> None:
        """Know the run, and its workflow as a flow."""
        self.execution = execution
        self.flow = flow
        self.started = asyncio.Event()
        self.ended = asyncio.Event()
        self.missed = False
        """Set when the run went on without its flow run."""
        self.error: Exception | None = None
        """A defect of ours that has ended the execution."""

    async def run(self) -> State[None]:
        """Execute the run to its end; give the flow's final state."""
        if self.missed:
            await self.execution.ended.wait()
            return final_state(self.execution)
        self.started.set()
        try:
            return await execute_in_flow(self.execution, self.flow)
        except Exception as error:  # noqa: BLE001 - raised again in the executor
            self.error = error
            return Failed(message="Something went wrong inside Nodeloom.")
        finally:
            self.ended.set()


@contextlib.asynccontextmanager
async def open_hosting() -> AsyncGenerator[Hosting]:
    """Open the clients that hosted runs share, and close them when all flow runs have ended."""
    # One client for all: a client of its own costs each run 30 ms. The flow engine wants a
    # synchronous one, too, and would make it anew each time, blocking this event loop.
    with SyncClientContext.get_or_create():
        async with AsyncClientContext.get_or_create() as context:
            hosting = Hosting(context.client)
            try:
                yield hosting
            finally:
                await hosting.close()
