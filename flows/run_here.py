"""Runs a workflow in a process of its own: what any Prefect worker does with our deployment."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Completed, Failed
from sqlalchemy.orm import Session

from db.claims import ClaimedRun, claim_run, set_prefect_flow_run
from db.workflows import owner_of
from flows.execution.abandon import abandon
from flows.execution.run_execution import RunExecution
from flows.execution.runtime import Runtime, open_runtime
from flows.executor_id import executor_id
from flows.lease import LEASE_SECONDS, LeaseKeeper
from flows.mirror import Mirror
from flows.prefect_database import database_url
from flows.prefect_names import claim_tags
from flows.start import start_run
from schemas.errors import AppError, InvalidGraphError
from schemas.run import RunCreate
from schemas.settings import Settings

logger = logging.getLogger(__name__)

TAG_SECONDS: Final = 5.0
ShowNodes = Callable[[Mirror], Awaitable[State[None]]]


async def run_here(
    show_nodes: ShowNodes, *, workflow_id: int | None, run_id: UUID | None
) -> State[None]:
    """Claim a waiting run, or make one of a workflow, and run it; give the flow's final state."""
    if (workflow_id is None) == (run_id is None):
        return Failed(message="Give either a workflow id or the id of a waiting run.")
    try:
        return await _claim_and_run(show_nodes, workflow_id, run_id)
    except AppError as error:
        return Failed(message=_sentence(error))


async def _claim_and_run(
    show_nodes: ShowNodes, workflow_id: int | None, run_id: UUID | None
) -> State[None]:
    settings = Settings()
    url = await database_url(settings)
    leases = LeaseKeeper(url, executor_id(), sweeps=False)
    async with open_runtime(settings, url, "nodeloom-flow") as runtime:
        leases.start()
        try:
            claimed_at = time.monotonic()
            claimed = await _claim(runtime, leases.executor_id, workflow_id, run_id)
            if claimed is None:
                return Completed(message=f"Run {run_id} is not waiting: nothing was to be done.")
            await _tag(claimed)
            return await _run(runtime, leases, claimed, claimed_at, show_nodes)
        finally:
            leases.stop()


async def _claim(
    runtime: Runtime, executor: str, workflow_id: int | None, run_id: UUID | None
) -> ClaimedRun | None:
    """Make (where a workflow is given) and claim the run in one transaction, so it stays ours."""
    context = FlowRunContext.get()
    flow_run_id = context.flow_run.id if context and context.flow_run else None

    def claim(session: Session) -> ClaimedRun | None:
        wanted = run_id or _start(session, workflow_id or 0)
        claimed = claim_run(session, wanted, executor, LEASE_SECONDS)
        if claimed is not None and flow_run_id is not None:
            set_prefect_flow_run(session, claimed.id, claimed.epoch, flow_run_id)
        return claimed

    async with runtime.sessions.begin() as session:
        return await session.run_sync(claim)


async def _tag(claimed: ClaimedRun) -> None:
    """Name the run in the flow run's tags, so that its end can be told when we cannot any more."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    tags = {*context.flow_run.tags, *claim_tags(claimed.workflow_id, claimed.id, claimed.epoch)}
    try:
        async with asyncio.timeout(TAG_SECONDS), get_client() as client:
            await client.update_flow_run(context.flow_run.id, tags=tags)
    except Exception as error:  # noqa: BLE001 - a missing tag never fails a run
        logger.warning("flow run %s has no tags: %s", context.flow_run.id, error)


def _start(session: Session, workflow_id: int) -> UUID:
    """Start a run in the name of the workflow's owner: whoever may use Prefect is an operator."""
    return start_run(
        session,
        owner_id=owner_of(session, workflow_id),
        workflow_id=workflow_id,
        request=RunCreate(),
        trigger="prefect",
    )


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
    except Exception as error:
        await abandon(runtime, claimed, error)
        raise
    finally:
        leases.release(claimed.id)
    return state


def _sentence(error: AppError) -> str:
    if isinstance(error, InvalidGraphError):
        return " ".join([error.message, *(problem.message for problem in error.problems[:5])])
    return error.message
