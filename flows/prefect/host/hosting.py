"""Executes runs of this executor inside flow runs of Prefect's, in its own process and event loop.

The flow run is made first; the run begins within the flow's body, and goes on directly where that
does not come to begin in time. From then on Prefect's server is needed only for the flow run's end,
for which nobody waits: where it is not told, the reconciler puts it right. A flow that Prefect ends
by itself does not end the run: our rows are decided by its nodes, and then its flow run is put right.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Generator
from contextvars import copy_context
from functools import partial
from typing import Any, Final, Protocol
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas import FlowRun
from prefect.client.schemas.objects import State
from prefect.client.schemas.responses import (
    OrchestrationResult,
    SetStateStatus,
    StateAcceptDetails,
)
from prefect.context import AsyncClientContext, SyncClientContext
from prefect.exceptions import ObjectNotFound, Pause, PrefectSignal
from prefect.flow_engine import run_flow_async
from prefect.settings import (
    get_current_settings,
    temporary_settings,
)
from prefect.states import Failed, Running

from db.queue.claims import set_prefect_flow_run
from flows.engine.run import RunExecution
from flows.prefect.host.compile import WorkflowFlow, current_run
from flows.prefect.host.execute import compile_execution, execute_in_flow, final_state
from flows.prefect.host.flow import run_workflow
from flows.prefect.installation import get_installation_tag
from flows.prefect.mirror.api import PrefectRunApi, ended_task_runs, has_visible_end
from flows.prefect.mirror.records_api import RecordRefusedError, RecordsApi
from flows.prefect.names import (
    claim_tags,
    flow_run_name,
    flow_run_parameters,
    hosted_flow_run_id,
)
from flows.prefect.records.artifacts import update_progress, write_artifacts
from flows.prefect.records.flow_runs import hosted_run_record
from flows.prefect.records.send_queue import SendQueue, open_send_queue
from flows.prefect.records.task_events import flow_run_resources, task_run_event
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

    def __init__(self, client: "HostingClient", queue: SendQueue) -> None:
        """Use this client, and the clients of the current context."""
        self._client = client
        self._api = PrefectRunApi(client)
        self._records_api = RecordsApi(client)
        self._queue = queue
        self._context = copy_context()
        self._flow_runs: set[asyncio.Task[None]] = set()
        self._artifacts = asyncio.Semaphore(1)
        self._closing = False

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
        hosted = HostedExecution(execution, flow, flow_run.id, self._queue)
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
        self._closing = True
        for task in self._flow_runs:
            task.cancel()
        if self._flow_runs:
            await asyncio.wait(self._flow_runs, timeout=CLOSE_SECONDS)

    async def _run_flow(self, hosted: "HostedExecution", flow_run: FlowRun) -> None:
        """Run the flow to its end, and write what belongs to it."""
        current_run.set(hosted)  # in this task's own context
        execution = hosted.execution
        progress = asyncio.create_task(update_progress(self._client, execution, flow_run.id))
        try:
            self._report_earlier_ends(execution, flow_run)
            with self._client.cached(flow_run) as known_flow_run:
                await run_flow_async(
                    hosted.flow,
                    flow_run=known_flow_run,
                    parameters={"run_id": execution.claimed.id},
                    return_type="state",
                )
        except Pause:
            logger.debug("flow run %s is left as it is", flow_run.id)
        except (asyncio.CancelledError, Exception, PrefectSignal) as error:
            if self._closing:
                raise
            logger.warning("Prefect shows run %s in part: %r", execution.claimed.id, error)
        finally:
            progress.cancel()
        if hosted.flow_ended:
            await self._end_flow_run(hosted, flow_run.id)
        if execution.status.terminal and len(self._flow_runs) <= MAX_FLOW_RUNS:
            async with self._artifacts:  # one run after the other
                await write_artifacts(self._records_api, execution, flow_run.id)

    async def _end_flow_run(self, hosted: "HostedExecution", flow_run_id: UUID) -> None:
        """Put a flow run that Prefect has ended by itself into the state in which its run ends."""
        await hosted.ended.wait()
        if hosted.error is not None:
            return  # the executor fails the run
        try:
            await self._api.set_state(flow_run_id, final_state(hosted.execution))
        except Pause:
            logger.debug("flow run %s is left as it is", flow_run_id)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect
            logger.warning("flow run %s does not show how its run ended: %s", flow_run_id, error)

    async def _make_flow_run(self, execution: RunExecution, flow: WorkflowFlow) -> FlowRun | None:
        """Make the flow run of a claim, or take the one that the run was asked for with."""
        claimed = execution.claimed
        name = flow_run_name(claimed.workflow_name, claimed.id)
        try:
            async with asyncio.timeout(BEGIN_SECONDS):
                tags = [
                    await get_installation_tag(execution.runtime),
                    *claim_tags(claimed.workflow_id, claimed.id, claimed.epoch),
                    *model_tags(execution),
                ]
                if claimed.flow_run_id is not None:
                    with contextlib.suppress(ObjectNotFound):
                        return await self._api.update_flow_run(
                            claimed.flow_run_id, name, tags, flow.version
                        )
                if await self._records_api.is_supported():
                    with contextlib.suppress(RecordRefusedError):
                        return await self._record_flow_run(execution, flow, name, tags)
                key = f"{claimed.id}:{claimed.epoch}"
                parameters = flow_run_parameters(claimed.workflow_id, claimed.id)
                return await self._api.create_flow_run(
                    key, name, parameters, tags, flow_name=flow.name, flow_version=flow.version
                )
        except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect, runs go on
            logger.warning("Prefect does not answer; run %s goes on without: %s", claimed.id, error)
            return None

    async def _record_flow_run(
        self, execution: RunExecution, flow: WorkflowFlow, name: str, tags: list[str]
    ) -> FlowRun:
        """Make a flow run that has begun, in one call, as nobody can have held it back.

        Raises:
            RecordRefusedError: the server does not take it.
            Exception: the server does not answer.
        """
        claimed = execution.claimed
        flow_run = FlowRun(
            id=hosted_flow_run_id(claimed.id, claimed.epoch),
            flow_id=await self._api.find_flow(flow.name),
            flow_version=flow.version,
            name=name,
            tags=tags,
            parameters=flow_run_parameters(claimed.workflow_id, claimed.id),
            state=Running(),
        )
        deployment = (run_workflow.name, run_workflow.name)
        await self._records_api.write([hosted_run_record(flow_run, flow.name, deployment)])
        return flow_run

    def _report_earlier_ends(self, execution: RunExecution, flow_run: FlowRun) -> None:
        """Show what earlier claims of a run have done, so that its newest flow run shows all of it."""
        done = {row.node_id: row for row in execution.claimed.executions if has_visible_end(row)}
        if (
            not done or execution.claimed.flow_run_id is not None
        ):  # a resumed one shows them already
            return
        task_runs = TaskRuns.from_execution(execution, flow_run.id)
        steps = [step for step in execution.plan.steps if step.node_id in done]
        resources = flow_run_resources(flow_run)
        for each in ended_task_runs(task_runs, steps, done, {}):
            self._queue.add_event(partial(task_run_event, each, None, resources))


class HostedExecution:
    """A run of this executor, on its way through a flow run."""

    def __init__(
        self, execution: RunExecution, flow: WorkflowFlow, flow_run_id: UUID, queue: SendQueue
    ) -> None:
        """Know the run, its workflow as a flow, and the flow run."""
        self.execution = execution
        self.flow = flow
        self._queue = queue
        self.started = asyncio.Event()
        self.ended = asyncio.Event()
        self.missed = False
        """Set when the run went on without its flow run."""
        self.flow_ended = False
        """Set when Prefect has ended the flow by itself while the run goes on."""
        self.error: Exception | None = None
        """A defect of ours that has ended the execution."""
        self._work: asyncio.Task[State[None]] | None = None
        # While Prefect has the flow run begin. Before the first node begins it must be there: the
        # recorder takes a run without a flow run for its own.
        self._stored = asyncio.create_task(_store_flow_run_id(execution, flow_run_id))

    async def run(self) -> State[None]:
        """Execute the run to its end; give the flow's final state."""
        if self.missed:
            await self.execution.ended.wait()
            return final_state(self.execution)
        self.started.set()
        self._work = asyncio.create_task(self._execute(), name="hosted run")
        try:
            return await asyncio.shield(self._work)
        except asyncio.CancelledError:
            run_id = self.execution.claimed.id
            logger.warning("Prefect has ended the flow run of run %s, which goes on", run_id)
            self.flow_ended = True
            raise

    async def _execute(self) -> State[None]:
        try:
            await self._stored
            return await execute_in_flow(self.execution, self.flow, self._queue)
        except Exception as error:  # noqa: BLE001 - raised again in the executor
            self.error = error
            return Failed(message="Something went wrong inside Nodeloom.")
        finally:
            self.ended.set()


class HostingClient(PrefectClient):
    """A client that knows the flow runs which it has just made.

    What Prefect's engine asks of them before they begin costs no call: they hold it already.
    """

    def __init__(self) -> None:
        """Call the server of the settings, as Prefect's own clients do."""
        api = get_current_settings().api
        password = api.auth_string.get_secret_value() if api.auth_string else None
        key = api.key.get_secret_value() if api.key else None
        super().__init__(str(api.url), auth_string=password, api_key=key)
        self._known: dict[UUID, FlowRun] = {}

    @contextlib.contextmanager
    def cached(self, flow_run: FlowRun) -> Generator[FlowRun]:
        """Answer for a flow run, as it is when it begins, within this block; give it."""
        # The engine would watch over a flow run of a deployment in a way that blocks this loop.
        known = flow_run.model_copy(
            update={"deployment_id": None, "run_count": flow_run.run_count + 1}
        )
        self._known[known.id] = known
        try:
            yield known
        finally:
            if self._known.get(known.id) is known:  # or *Retry* has begun another run in it
                del self._known[known.id]

    async def read_flow_run(self, flow_run_id: UUID) -> FlowRun:
        """Give a flow run; one that is known, without a call."""
        return self._known.get(flow_run_id) or await super().read_flow_run(flow_run_id)

    async def set_flow_run_state(
        self, flow_run_id: UUID | str, state: State[Any], force: bool = False
    ) -> OrchestrationResult[Any]:
        """Put a flow run into a state; one that runs already lets its engine begin, without a call."""
        known = self._known.get(UUID(str(flow_run_id)))
        if known and known.state and known.state.is_running() and state.is_running():
            details = StateAcceptDetails()
            return OrchestrationResult(
                state=known.state, status=SetStateStatus.ACCEPT, details=details
            )
        return await super().set_flow_run_state(flow_run_id, state, force)

    async def update_flow_run(
        self, flow_run_id: UUID, *args: Any, **changes: Any
    ) -> httpx.Response:
        """Change a flow run; of one that is known, version and policy are there already."""
        if flow_run_id in self._known:
            return httpx.Response(httpx.codes.NO_CONTENT)
        return await super().update_flow_run(flow_run_id, *args, **changes)


@contextlib.asynccontextmanager
async def open_hosting() -> AsyncGenerator[Hosting]:
    """Open the clients that hosted runs share, and close them when all flow runs have ended."""
    # One client for all: a client of its own costs each run 30 ms. The flow engine wants a
    # synchronous one, too, and would make it anew each time, blocking this event loop. Heartbeats
    # would be a thread for each run; whether it is alive is known from its lease.
    no_heartbeats = temporary_settings({"flows.heartbeat_frequency": None})
    with no_heartbeats, SyncClientContext.get_or_create():
        clients = AsyncClientContext()
        clients.client = client = HostingClient()
        async with clients, open_send_queue(client) as queue:
            hosting = Hosting(client, queue)
            try:
                yield hosting
            finally:
                await hosting.close()


async def _store_flow_run_id(execution: RunExecution, flow_run_id: UUID) -> None:
    """Keep the flow run's id for the link to the dashboard; worth nothing more than a try."""
    claimed = execution.claimed
    try:
        async with execution.runtime.sessions.begin() as session:
            await session.run_sync(set_prefect_flow_run, claimed.id, claimed.epoch, flow_run_id)
    except Exception as error:  # noqa: BLE001 - a missing link never fails a run
        logger.warning("run %s has no link to Prefect: %s", claimed.id, error)
