"""Runs a workflow in a process of its own: what any Prefect worker does with our deployment."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from uuid import uuid4

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.exceptions import Pause
from prefect.states import Completed, Failed
from sqlalchemy.orm import Session

from db.postgres.background import Background
from db.queue.claims import ClaimedRun, claim_run, set_prefect_flow_run
from db.queue.leases import StopRequests, find_stop_requests
from db.queue.pauses import request_pause
from flows.engine.leases import LEASE_SECONDS, LeaseRenewer, make_executor_id
from flows.engine.run import RunExecution, abandon_run, release_run
from flows.engine.runtime import Runtime, open_runtime
from flows.prefect.database import database_url
from flows.prefect.host.execute import compile_execution, execute_in_flow
from flows.prefect.host.flow_run import tick_end_state, to_run_request
from flows.prefect.host.run_parameters import RunParameters
from flows.prefect.host.run_request import RunRequest, resolve_request
from flows.prefect.installation import get_installation_tag
from flows.prefect.loading import load_prefect
from flows.prefect.mirror.records_api import RecordsApi
from flows.prefect.names import claim_tags, flow_run_name, without_run_tags
from flows.prefect.records.artifacts import write_artifacts
from flows.prefect.records.send_queue import open_send_queue
from flows.prefect.records.task_runs import model_tags
from flows.runs.public_message import public_message
from flows.schedules.ticks import NoRun
from schemas.errors import AppError, ConflictError, NotFoundError
from schemas.settings import Settings

logger = logging.getLogger(__name__)

NAME_TIMEOUT_SECONDS: Final = 5.0
RELEASE_SECONDS: Final = 2 * NAME_TIMEOUT_SECONDS
FOLLOW_SECONDS: Final = 1.0
"""Between two looks whether the run is to be cancelled or paused."""


async def run_standalone(parameters: Mapping[str, Any]) -> State[None]:
    """Claim a waiting run, or make one of a workflow, and run it; give the flow's final state."""
    context = FlowRunContext.get()
    flow_run = context.flow_run if context else None
    try:
        read = RunParameters.read(parameters)
        if flow_run is None:  # called as a function
            request = RunRequest(flow_run_id=uuid4(), key="once", parameters=read)
        else:
            key = f"attempt {flow_run.run_count}"
            request = to_run_request(flow_run, key=key, own_starts=1, parameters=read)
        return await _claim_and_run(request)
    except AppError as error:
        return Failed(message=public_message(error))


async def _claim_and_run(request: RunRequest) -> State[None]:
    settings = Settings()
    url = await database_url(settings)
    leases = LeaseRenewer(url, make_executor_id(), recovers=False)
    async with open_runtime(settings, url, "nodeloom-flow", load_prefect) as runtime:
        leases.start()
        runtime.concurrency_limiter.start()
        try:
            claimed_at = time.monotonic()
            claimed = await _claim(runtime, leases.executor_id, request)
            if isinstance(claimed, NoRun):
                return tick_end_state(claimed)
            if claimed is None:
                return Completed(message="The run is not waiting: nothing was to be done.")
            return await _run(runtime, leases, claimed, claimed_at)
        finally:
            leases.stop()


async def _claim(runtime: Runtime, executor: str, request: RunRequest) -> ClaimedRun | NoRun | None:
    """Make the run, unless it is there, and claim it in one transaction, so that it stays ours."""

    def claim(session: Session) -> ClaimedRun | NoRun | None:
        granted = resolve_request(session, request)
        if isinstance(granted, NoRun):
            return granted
        claimed = claim_run(session, granted, executor, LEASE_SECONDS)
        if claimed is not None:
            set_prefect_flow_run(session, claimed.id, claimed.epoch, request.flow_run_id)
        return claimed

    return await runtime.run_in_transaction(claim)


async def _write_artifacts(execution: RunExecution) -> None:
    context = FlowRunContext.get()
    if context is not None and context.flow_run is not None and execution.status.terminal:
        async with get_client() as client:
            await write_artifacts(RecordsApi(client), execution, context.flow_run.id)


async def _name_flow_run(execution: RunExecution) -> None:
    """Name and tag the flow run like every other: so its end is told if we cannot do it any more."""
    claimed = execution.claimed
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    name = flow_run_name(claimed.workflow_name, claimed.id)
    try:
        tags = {
            *without_run_tags(context.flow_run.tags),
            await get_installation_tag(execution.runtime),
            *claim_tags(claimed.workflow_id, claimed.id, claimed.epoch),
            *model_tags(execution),
        }
        async with asyncio.timeout(NAME_TIMEOUT_SECONDS), get_client() as client:
            await client.update_flow_run(context.flow_run.id, name=name, tags=tags)
    except Exception as error:  # noqa: BLE001 - a missing name never fails a run
        logger.warning("flow run %s has no name and tags: %s", context.flow_run.id, error)


async def _follow_requests(
    execution: RunExecution, executor: str, context: FlowRunContext | None
) -> None:
    """Cancel or pause the run if somebody asks for it here, or has suspended its flow run in Prefect."""
    claimed = execution.claimed
    suspended = context is not None and context.flow_run_suspension_request.is_requested()

    def follow(session: Session) -> StopRequests:
        if suspended:
            with contextlib.suppress(ConflictError, NotFoundError):  # it has ended meanwhile
                request_pause(session, claimed.owner_id, claimed.id)
        return find_stop_requests(session, executor)

    execution.apply(await execution.runtime.run_in_transaction(follow))


async def _release(runtime: Runtime, claimed: ClaimedRun) -> None:
    """Cancel a run whose flow run is cancelled in Prefect; have another executor go on with any other."""
    try:
        async with asyncio.timeout(RELEASE_SECONDS):
            await release_run(runtime, claimed, cancel=await _is_cancelled())
    except Exception as error:  # noqa: BLE001 - its lease runs out
        logger.warning("run %s waits for its lease to end: %s", claimed.id, error)


async def _is_cancelled() -> bool:
    """Whether Prefect says that the flow run is cancelled; False where it says nothing."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return False
    try:
        async with asyncio.timeout(NAME_TIMEOUT_SECONDS), get_client() as client:
            state = (await client.read_flow_run(context.flow_run.id)).state
    except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect
        logger.warning("Prefect does not say why it stops: %s", error)
        return False
    return state is not None and (state.is_cancelling() or state.is_cancelled())


async def _run(
    runtime: Runtime,
    leases: LeaseRenewer,
    claimed: ClaimedRun,
    claimed_at: float,
) -> State[None]:
    loop = asyncio.get_running_loop()
    try:
        execution = RunExecution(
            runtime, claimed, is_lease_fresh=lambda: leases.is_fresh(claimed.id, claimed.epoch)
        )
        leases.hold(
            claimed.id,
            claimed.epoch,
            lambda: loop.call_soon_threadsafe(execution.journal.lost.set),
            claimed_at,
        )
        await _name_flow_run(execution)
        async with (
            Background("requests") as background,
            get_client() as client,
            open_send_queue(client) as queue,
        ):
            follow = partial(_follow_requests, execution, leases.executor_id, FlowRunContext.get())
            background.every(FOLLOW_SECONDS, follow)
            state = await execute_in_flow(execution, compile_execution(execution), queue)
        await _write_artifacts(execution)
    except (Exception, Pause) as error:
        if isinstance(error, Exception):
            await abandon_run(runtime, claimed, error)
        raise
    except BaseException:
        # Prefect stops this flow: nobody waits until the lease is over.
        releasing = asyncio.create_task(_release(runtime, claimed))
        await asyncio.wait([releasing])
        raise
    finally:
        leases.release(claimed.id, claimed.epoch)
    return state
