"""Runs a claimed run as a Prefect flow run, or without one where Prefect is away."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas import FlowRun
from prefect.context import AsyncClientContext
from prefect.flow_engine import run_flow_async
from prefect.states import Pending

from db.claims import set_prefect_flow_run
from flows.execution.node_run import bare
from flows.execution.run_execution import RunExecution
from flows.prefect_names import flow_run_name, run_tags
from flows.run_workflow import current_execution, run_workflow

logger = logging.getLogger(__name__)

CREATE_SECONDS: Final = 1.0
"""How long the creation of a flow run may hold a run up."""
AWAY_SECONDS: Final = 10.0
"""How long Prefect is left alone after it did not answer."""


class PrefectRuns:
    """Puts runs on Prefect's dashboard as long as its server answers."""

    def __init__(self, *, configured: bool) -> None:
        """`configured` says whether there is a Prefect server at all."""
        self._configured = configured
        self._away_until = 0.0

    @asynccontextmanager
    async def connected(self) -> AsyncGenerator[None]:
        """Keep one client for all runs started within: a client of its own costs each run 30 ms."""
        if not self._configured:
            yield
            return
        async with AsyncClientContext.get_or_create():
            yield

    async def run(self, execution: RunExecution) -> None:
        """Run it to its end in our rows, whatever becomes of Prefect's record."""
        flow_run = await self._flow_run(execution)
        if flow_run is not None:
            await self._run_in_flow(execution, flow_run)
        if not execution.started:
            await execution.run(bare)

    async def _flow_run(self, execution: RunExecution) -> FlowRun | None:
        if not self._configured or time.monotonic() < self._away_until:
            return None
        try:
            async with (
                asyncio.timeout(CREATE_SECONDS),
                AsyncClientContext.get_or_create() as context,
            ):
                return await _create(context.client, execution)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect, the run goes on
            self._away_until = time.monotonic() + AWAY_SECONDS
            logger.warning(
                "Prefect does not answer; run %s goes on without it: %s",
                execution.claimed.id,
                error,
            )
            return None

    async def _run_in_flow(self, execution: RunExecution, flow_run: FlowRun) -> None:
        token = current_execution.set(execution)
        try:
            await asyncio.gather(
                run_flow_async(
                    run_workflow,
                    flow_run=flow_run,
                    parameters={"run_id": execution.claimed.id},
                    return_type="state",
                ),
                _remember(execution, flow_run),
            )
        except Exception:
            if not execution.ended.is_set() and execution.started:
                raise
            logger.warning("Prefect failed around run %s", execution.claimed.id, exc_info=True)
        finally:
            current_execution.reset(token)


async def _create(client: PrefectClient, execution: RunExecution) -> FlowRun:
    claimed = execution.claimed
    return await client.create_flow_run(
        run_workflow,
        name=flow_run_name(claimed.workflow_name, claimed.id),
        parameters={"run_id": str(claimed.id)},
        tags=run_tags(claimed.workflow_id, claimed.id),
        state=Pending(),
    )


async def _remember(execution: RunExecution, flow_run: FlowRun) -> None:
    """Keep the flow run's id for the link to the dashboard; worth nothing more than a try."""
    claimed = execution.claimed
    try:
        async with execution.runtime.sessions.begin() as session:
            await session.run_sync(set_prefect_flow_run, claimed.id, claimed.epoch, flow_run.id)
    except Exception as error:  # noqa: BLE001 - a missing link never fails a run
        logger.warning("run %s has no link to Prefect: %s", claimed.id, error)
