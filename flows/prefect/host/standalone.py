"""Runs a workflow in a process of its own: what any Prefect worker does with our deployment."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid4

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Completed, Failed
from sqlalchemy.orm import Session

from db.queue.claims import ClaimedRun, claim_run, set_prefect_flow_run
from flows.engine.abandon import abandon
from flows.engine.context import Runtime, open_runtime
from flows.engine.run import RunExecution
from flows.maintenance.leader import in_database
from flows.prefect.database import database_url
from flows.prefect.host.requests import end_of_tick, read_wish
from flows.prefect.mirror.artifacts import write_now
from flows.prefect.mirror.run_mirror import Mirror
from flows.prefect.names import claim_tags
from flows.process.executor_id import executor_id
from flows.process.leases import LEASE_SECONDS, LeaseKeeper
from flows.runs.public_message import told
from flows.runs.request import UNCLEAR, Wish, grant, is_clear, without_run
from flows.schedules.ticks import NoRun
from schemas.errors import AppError
from schemas.settings import Settings

logger = logging.getLogger(__name__)

TAG_SECONDS: Final = 5.0
ShowNodes = Callable[[Mirror], Awaitable[State[None]]]


async def run_here(
    show_nodes: ShowNodes,
    *,
    workflow_id: int | None,
    run_id: UUID | None,
    schedule_id: UUID | None,
) -> State[None]:
    """Claim a waiting run, or make one of a workflow, and run it; give the flow's final state."""
    if not is_clear(workflow_id, run_id, schedule_id):
        return Failed(message=UNCLEAR)
    try:
        return await _claim_and_run(show_nodes, _wish(workflow_id, run_id, schedule_id))
    except AppError as error:
        return Failed(message=told(error))


def _wish(workflow_id: int | None, run_id: UUID | None, schedule_id: UUID | None) -> Wish:
    context = FlowRunContext.get()
    flow_run = context.flow_run if context else None
    if flow_run is None:  # called as a function
        return Wish(
            flow_run_id=uuid4(),
            key="once",
            tags=(),
            workflow_id=workflow_id,
            run_id=run_id,
            again=False,
            schedule_id=schedule_id,
        )
    wish = read_wish(flow_run, key=f"attempt {flow_run.run_count}", begun=1)
    return replace(wish, workflow_id=workflow_id, run_id=run_id, schedule_id=schedule_id)


async def _claim_and_run(show_nodes: ShowNodes, wish: Wish) -> State[None]:
    settings = Settings()
    url = await database_url(settings)
    leases = LeaseKeeper(url, executor_id(), sweeps=False)
    async with open_runtime(settings, url, "nodeloom-flow") as runtime:
        leases.start()
        try:
            claimed_at = time.monotonic()
            claimed = await _claim(runtime, leases.executor_id, wish)
            if isinstance(claimed, NoRun):
                return end_of_tick(claimed)
            if claimed is None:
                return Completed(message="The run is not waiting: nothing was to be done.")
            await _tag(claimed)
            return await _run(runtime, leases, claimed, claimed_at, show_nodes)
        finally:
            leases.stop()


async def _claim(runtime: Runtime, executor: str, wish: Wish) -> ClaimedRun | NoRun | None:
    """Make the run, unless it is there, and claim it in one transaction, so that it stays ours."""

    def claim(session: Session) -> ClaimedRun | NoRun | None:
        granted = grant(session, wish)
        if isinstance(granted, NoRun):
            return granted
        claimed = claim_run(session, granted, executor, LEASE_SECONDS)
        if claimed is not None:
            set_prefect_flow_run(session, claimed.id, claimed.epoch, wish.flow_run_id)
        return claimed

    return await in_database(runtime.sessions, claim)


async def _write_artifacts(execution: RunExecution) -> None:
    context = FlowRunContext.get()
    if context is not None and context.flow_run is not None and execution.status.terminal:
        async with get_client() as client:
            await write_now(client, execution, context.flow_run.id)


async def _tag(claimed: ClaimedRun) -> None:
    """Name the run in the flow run's tags, so that its end can be told when we cannot any more."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    tags = {
        *without_run(context.flow_run.tags),
        *claim_tags(claimed.workflow_id, claimed.id, claimed.epoch),
    }
    try:
        async with asyncio.timeout(TAG_SECONDS), get_client() as client:
            await client.update_flow_run(context.flow_run.id, tags=tags)
    except Exception as error:  # noqa: BLE001 - a missing tag never fails a run
        logger.warning("flow run %s has no tags: %s", context.flow_run.id, error)


async def _run(
    runtime: Runtime,
    leases: LeaseKeeper,
    claimed: ClaimedRun,
    claimed_at: float,
    show_nodes: ShowNodes,
) -> State[None]:
    loop = asyncio.get_running_loop()
    try:
        execution = RunExecution(runtime, claimed, is_ours=lambda: leases.is_ours(claimed.id))
        leases.hold(
            claimed.id,
            claimed.epoch,
            lambda: loop.call_soon_threadsafe(execution.journal.lost.set),
            claimed_at,
        )
        mirror = Mirror(execution)
        _, state = await asyncio.gather(mirror.run(), show_nodes(mirror))
        await _write_artifacts(execution)
    except Exception as error:
        await abandon(runtime, claimed, error)
        raise
    finally:
        leases.release(claimed.id)
    return state
