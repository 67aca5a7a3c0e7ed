"""Takes what is started in Prefect: by hand, by a schedule, or by *Retry*.

Every recorder serves the work pool of `prefect.yaml`, as long as there is an executor. A flow run
that is due becomes a row in our queue, as a run from the API does, and whichever executor has room
claims it and executes it in that flow run: no process is started, and the limits of executors hold.
Prefect's events say when to look, so it begins at once; a look now and then finds what no event
told of.
"""

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas import FlowRun
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.flow_engine import run_flow_async
from prefect.states import Failed, Pending, Running
from sqlalchemy.orm import Session

from db.postgres.background import Background, wait_for_event
from db.postgres.health import is_worker_connected
from db.postgres.outage import OUTAGE_ERRORS
from db.schedule_ticks import hold_schedules
from db.tables import Workflow, WorkflowRun
from flows.engine.runtime import Result, Runtime
from flows.prefect.host.deployment_limits import (
    FULL_SECONDS,
    DeploymentLimit,
    DeploymentLimits,
)
from flows.prefect.host.flow_run import tick_end_state, to_run_request
from flows.prefect.host.retention_flow import current_runtime, run_retention
from flows.prefect.host.run_parameters import RunParameters
from flows.prefect.host.run_request import RunRequest, resolve_request, shows_open_run
from flows.prefect.installation import get_installation_tag
from flows.prefect.mirror.records_api import RecordsApi
from flows.prefect.names import (
    WORK_POOL,
    flow_run_name,
    is_foreign,
    run_tags,
    without_run_tags,
)
from flows.prefect.offered import PAGE_SIZE, offered_pages
from flows.prefect.records.snapshot import SEQ_LABEL
from flows.prefect.states import waiting_message
from flows.runs.public_message import public_message
from flows.schedules.ticks import NoRun
from schemas.errors import AppError, InvalidInputError
from schemas.wire.run import RunStatus

logger = logging.getLogger(__name__)

POOL_TYPE: Final = "nodeloom"
"""A type of our own, so that no other kind of worker serves the pool by mistake."""
RETRY_SECONDS: Final = 5.0
HEARTBEAT_SECONDS: Final = 10.0
"""Prefect holds a worker to be gone after three of them."""
WORKER_POLL_SECONDS: Final = 1.0
"""Between two looks for a worker while there is none."""
POLL_SECONDS: Final = 10.0
POLL_SECONDS_WITHOUT_EVENTS: Final = 1.0
"""Between two looks while Prefect's events do not reach us."""
PREFETCH_SECONDS: Final = 15.0
"""What becomes due within this time is known beforehand and begins on time."""
MAX_DATABASE_CALLS: Final = 4
"""Connections to the database that are used at the same time, of those that runs use, too."""
MIN_POLL_SECONDS: Final = 0.02
NEXT_PAGE_SECONDS: Final = 0.5
"""The same after a page that was full of what could be taken."""
PENDING_AFTER_SECONDS: Final = 0.5
"""A run that no executor has claimed for so long is told to be waiting."""
ACCEPTED_TTL_SECONDS: Final = 30.0
"""A flow run that still seems not to have begun so long after it was taken is looked at anew."""
_WAKING_EVENTS: Final = [
    "prefect.flow-run.Scheduled",
    "prefect.flow-run.AwaitingRetry",
    "prefect.flow-run.Late",
    "prefect.flow-run.Resuming",
]


async def serve_work_pool(runtime: Runtime) -> None:
    """Serve the work pool until cancelled; while Prefect is away, try again and again."""
    while True:
        try:
            async with get_client() as client:
                await PoolWorker(runtime, client).run()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - Prefect's trouble is not the executor's
            logger.warning("the work pool %s is not served: %s", WORK_POOL, _root_cause(error))
        await asyncio.sleep(RETRY_SECONDS)


class PoolWorker:
    """Takes the flow runs of the work pool that are due."""

    def __init__(self, runtime: Runtime, client: PrefectClient) -> None:
        """Prepare; `run` does everything."""
        self._runtime = runtime
        self._client = client
        self._records_api = RecordsApi(client)
        self._hosts_runs = runtime.settings.prefect_mode != "record"
        self._name = f"nodeloom {socket.gethostname()} {os.getpid()}"
        self._wake = asyncio.Event()
        self._has_worker = asyncio.Event()
        self._events_connected = False
        self._accepted: dict[UUID, float] = {}
        """States of flow runs that were taken, with the time."""
        self._database_slots = asyncio.Semaphore(MAX_DATABASE_CALLS)
        self._flow_names: dict[UUID, str] = {}
        self._limits = DeploymentLimits(runtime, client)
        self._tag = ""
        """That of this installation, once it is known."""
        self._background = Background("work pool")

    async def run(self) -> None:
        """Serve until cancelled.

        Raises:
            Exception: Prefect does not answer.
        """
        self._tag = await get_installation_tag(self._runtime)
        await ensure_work_pool(self._client)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send_heartbeats())
            group.create_task(self._listen_for_events())
            group.create_task(self._poll_forever())
            group.create_task(self._release_forever())

    async def _send_heartbeats(self) -> None:
        """Serve the pool as long as there is a worker that would execute what is taken."""
        while True:
            try:
                has_worker = await self._runtime.run_in_transaction(is_worker_connected)
            except OUTAGE_ERRORS:
                has_worker = self._has_worker.is_set()
            if has_worker:
                self._has_worker.set()
                await self._client.send_worker_heartbeat(WORK_POOL, self._name, HEARTBEAT_SECONDS)
            else:
                self._has_worker.clear()
            await asyncio.sleep(HEARTBEAT_SECONDS if has_worker else WORKER_POLL_SECONDS)

    async def _listen_for_events(self) -> None:
        """Wake up at once when something may be due."""
        event_filter = EventFilter(event=EventNameFilter(name=_WAKING_EVENTS))
        while True:
            try:
                async with get_events_subscriber(event_filter, reconnection_attempts=0) as events:
                    self._events_connected = True
                    self._wake.set()
                    async for _ in events:
                        self._wake.set()
            except Exception as error:  # noqa: BLE001 - then we look more often
                logger.info("Prefect's events do not reach this worker: %s", _root_cause(error))
            self._events_connected = False
            await asyncio.sleep(RETRY_SECONDS)

    async def _poll_forever(self) -> None:
        while True:
            await self._has_worker.wait()
            self._wake.clear()
            due_in = await self._poll()
            pause = min(
                due_in, POLL_SECONDS if self._events_connected else POLL_SECONDS_WITHOUT_EVENTS
            )
            await wait_for_event(self._wake, max(pause, MIN_POLL_SECONDS))

    async def _release_forever(self) -> None:
        """Have flow runs begin soon after a slot of their deployment is free."""
        while True:
            await asyncio.sleep(FULL_SECONDS)
            with contextlib.suppress(*OUTAGE_ERRORS):
                if await self._limits.release():
                    self._wake.set()

    async def _poll(self) -> float:
        """Take what is due; give in how many seconds the next one is."""
        now, next_in = time.monotonic(), POLL_SECONDS
        self._accepted = {
            id: at for id, at in self._accepted.items() if now - at < ACCEPTED_TTL_SECONDS
        }
        before = datetime.now(UTC) + timedelta(seconds=PREFETCH_SECONDS)
        async for page in offered_pages(self._client, before):
            due_in = {
                each.id: _seconds_until_due(each)
                for each in page
                if not is_foreign(each.tags, self._tag)
            }
            next_in = min([next_in, *(seconds for seconds in due_in.values() if seconds > 0)])
            new = [each for each in page if due_in.get(each.id, 1) <= 0 and self._is_new(each)]
            for each in new:
                self._background.spawn(self._accept(each), name=f"flow run {each.id}")
            if new and len(page) == PAGE_SIZE:  # what follows can wait until these have begun
                return NEXT_PAGE_SECONDS
        return next_in

    def _is_new(self, flow_run: FlowRun) -> bool:
        state = flow_run.state_id or flow_run.id
        if state in self._accepted:
            return False
        self._accepted[state] = time.monotonic()
        return True

    async def _accept(self, flow_run: FlowRun) -> None:
        """Have a run executed and shown in this flow run, or say why that cannot be."""
        async with self._limits.slot(flow_run) as limit:
            if limit is not None and limit.full:
                await self._hold_back(flow_run, limit)
                return
            retention = await self._is_retention(flow_run)
            run_id = None if retention else await self._start(flow_run)
        if retention:
            current_runtime.set(self._runtime)  # in this task's own context
            # The engine would watch over a flow run of a deployment in a way that holds us up.
            detached_flow_run = flow_run.model_copy(update={"deployment_id": None})
            await run_flow_async(
                run_retention, flow_run=detached_flow_run, parameters=flow_run.parameters
            )
        elif run_id is not None:
            await asyncio.sleep(PENDING_AFTER_SECONDS)
            await self._show_waiting(flow_run, run_id, limited=limit is not None)

    async def _start(self, flow_run: FlowRun) -> UUID | None:
        """Make the run of a flow run, and name it so; None: there is none, as the flow run says."""
        try:
            request = to_run_request(flow_run, key=str(flow_run.state_id or flow_run.id))
            granted = await self._run_in_transaction(partial(_resolve, request=request))
        except AppError as error:
            await self._refuse(flow_run, error)
            return None
        if isinstance(granted, NoRun):
            await self._client.set_flow_run_state(flow_run.id, tick_end_state(granted), force=True)
            return None
        run_id, workflow_id, workflow = granted
        logger.info("flow run %s is taken as run %s", flow_run.id, run_id)
        # What is shown in it is ours from now on, also where a deployment is that of several installations.
        others = without_run_tags(flow_run.tags)
        tags = sorted({*others, self._tag, *run_tags(workflow_id, run_id)})
        with contextlib.suppress(ObjectNotFound):  # somebody deleted it meanwhile
            name = flow_run_name(workflow, run_id)
            await self._client.update_flow_run(flow_run.id, name=name, tags=tags)
            if await self._is_recorded():  # then the recorder writes to it as to its own
                await self._client.update_flow_run_labels(flow_run.id, {SEQ_LABEL: 0})
        return run_id

    async def _is_recorded(self) -> bool:
        """Whether the recorder shows runs that are executed, as no executor hosts them."""
        return not self._hosts_runs and await self._records_api.is_supported()

    async def _show_waiting(self, flow_run: FlowRun, run_id: UUID, *, limited: bool) -> None:
        """Show that a run has no worker yet; one that is executed is shown by its executor."""
        status, seconds = await self._run_in_transaction(partial(_run_status, run_id=run_id))
        # One that has ended long ago, or that nobody shows, is told to have begun, so that the
        # reconciler ends it.
        late = status.terminal and seconds > ACCEPTED_TTL_SECONDS / 2
        seen = self._hosts_runs or await self._is_recorded()
        if status is RunStatus.PENDING or late or not seen:
            state = Pending(message=waiting_message(run_id))
            if status is RunStatus.RUNNING:
                state = Running(message=f"Run {run_id} is executed outside of Prefect.")
            with contextlib.suppress(ObjectNotFound):
                # Where its deployment has a limit, Prefect would want a slot of its own for this.
                await self._client.set_flow_run_state(flow_run.id, state, force=limited)

    async def _hold_back(self, flow_run: FlowRun, limit: DeploymentLimit) -> None:
        """Let a flow run wait for a slot of its deployment, or cancel it, as its deployment says."""
        self._accepted.pop(flow_run.state_id or flow_run.id, None)
        with contextlib.suppress(InvalidInputError):
            schedule_id = RunParameters.read(flow_run.parameters).schedule_id
            if schedule_id is not None and flow_run.auto_scheduled:  # or an executor takes it
                hold = partial(hold_schedules, ids=[schedule_id])
                await self._run_in_transaction(hold)
        shows = await self._run_in_transaction(
            partial(shows_open_run, flow_run_id=flow_run.id, tags=flow_run.tags)
        )
        state = limit.state_of(flow_run, shows_open_run=shows)
        logger.info("flow run %s: %s", flow_run.id, state.message)
        with contextlib.suppress(ObjectNotFound):
            await self._client.set_flow_run_state(flow_run.id, state, force=True)

    async def _is_retention(self, flow_run: FlowRun) -> bool:
        """Whether it is of the other flow that `prefect.yaml` deploys."""
        if flow_run.flow_id not in self._flow_names:
            self._flow_names[flow_run.flow_id] = (
                await self._client.read_flow(flow_run.flow_id)
            ).name
        return self._flow_names[flow_run.flow_id] == run_retention.name

    async def _refuse(self, flow_run: FlowRun, error: AppError) -> None:
        """Say why there is no run; a flow run whose run goes on shows that."""
        message = public_message(error)
        if error.code == "run_not_ended" and await self._run_in_transaction(
            partial(shows_open_run, flow_run_id=flow_run.id, tags=flow_run.tags)
        ):
            state = Running(message=message)
            await self._client.set_flow_run_state(flow_run.id, state, force=True)
        else:
            await self._reject(flow_run, message)

    async def _reject(self, flow_run: FlowRun, sentence: str) -> None:
        logger.info("flow run %s cannot begin: %s", flow_run.id, sentence)
        await self._client.set_flow_run_state(flow_run.id, Failed(message=sentence), force=True)

    async def _run_in_transaction(self, work: Callable[[Session], Result]) -> Result:
        """Work a few at a time: hundreds of schedules may be due at once, and runs need the rest."""
        async with self._database_slots:
            return await self._runtime.run_in_transaction(work)


async def ensure_work_pool(client: PrefectClient) -> None:
    """Make the work pool if it is not there; one of another type is served as it is."""
    with contextlib.suppress(ObjectNotFound):
        pool = await client.read_work_pool(WORK_POOL)
        if pool.type != POOL_TYPE:
            logger.info(
                "the work pool %s has the type %s; its flow runs are executed here all the same",
                WORK_POOL,
                pool.type,
            )
        return
    create = WorkPoolCreate(
        name=WORK_POOL,
        type=POOL_TYPE,
        description="Served by `nodeloom recorder`: workers execute the flow runs in their own processes.",
        base_job_template=_JOB_TEMPLATE,
    )
    with contextlib.suppress(ObjectAlreadyExists):
        await client.create_work_pool(create)


_JOB_TEMPLATE: Final[dict[str, Any]] = {
    "job_configuration": {"name": "{{ name }}"},
    "variables": {
        "type": "object",
        "properties": {
            "name": {
                "type": "string",
                "title": "Name",
                "description": "Unused: a flow run is named after its workflow and run.",
            }
        },
        "required": [],
    },
}
"""Prefect takes no empty one; nothing can be set, as no process is started."""


def _resolve(session: Session, request: RunRequest) -> tuple[UUID, int, str] | NoRun:
    """Give the run, its workflow and that one's name."""
    granted = resolve_request(session, request)
    if isinstance(granted, NoRun):
        return granted
    run = session.get_one(WorkflowRun, granted)
    return run.id, run.workflow_id, session.get_one(Workflow, run.workflow_id).name


def _run_status(session: Session, run_id: UUID) -> tuple[RunStatus, float]:
    """Give where a run is, and how many seconds ago it ended."""
    run = session.get_one(WorkflowRun, run_id, populate_existing=True)
    ended = run.finished_at
    return RunStatus(run.status), (datetime.now(UTC) - ended).total_seconds() if ended else 0.0


def _seconds_until_due(flow_run: FlowRun) -> float:
    due = flow_run.next_scheduled_start_time or flow_run.expected_start_time
    return (due - datetime.now(UTC)).total_seconds() if due else 0.0


def _root_cause(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error
