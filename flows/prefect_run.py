"""Runs claimed runs and shows them on Prefect's dashboard, as long as its server answers."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator
from typing import Final

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas import FlowRun
from prefect.context import AsyncClientContext
from prefect.flow_engine import run_flow_async
from prefect.states import Pending

from db.claims import set_prefect_flow_run
from flows.execution.run_execution import RunExecution
from flows.execution.watch import nobody
from flows.prefect_mirror import Mirror
from flows.prefect_names import flow_run_name, run_tags
from flows.run_workflow import current_mirror, run_workflow

logger = logging.getLogger(__name__)

CREATE_SECONDS: Final = 10.0
"""How long the creation of a flow run may take before Prefect counts as away."""
AWAY_SECONDS: Final = 10.0
"""How long Prefect is left alone after it did not answer."""
MAX_SHOWN: Final = 200
"""Runs that wait to be shown or are being shown; more of them are executed only."""
CLOSE_SECONDS: Final = 3.0
"""How long a stopping executor lets Prefect catch up."""


class PrefectRuns:
    """Executes runs, and shows them in Prefect beside that; a run never waits for Prefect."""

    def __init__(self, *, configured: bool) -> None:
        """`configured` says whether there is a Prefect server at all."""
        self._configured = configured
        self._away_until = 0.0
        self._shows: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncGenerator[None]:
        """Keep one client for all runs within: a client of its own costs each run 30 ms."""
        if not self._configured:
            yield
            return
        async with AsyncClientContext.get_or_create():
            try:
                yield
            finally:
                await self._catch_up()

    async def run(self, execution: RunExecution) -> None:
        """Run it to its end in our rows, whatever becomes of Prefect's record.

        Raises:
            Exception: a defect of ours; the caller abandons the run.
        """
        away = time.monotonic() < self._away_until
        if not self._configured or away or len(self._shows) >= MAX_SHOWN:
            await execution.run(nobody)
            return
        mirror = Mirror(execution)
        show = asyncio.create_task(self._show(execution, mirror))
        self._shows.add(show)
        show.add_done_callback(self._shows.discard)
        await mirror.run()

    async def _show(self, execution: RunExecution, mirror: Mirror) -> None:
        flow_run = await self._flow_run(execution)
        if flow_run is None:
            return
        current_mirror.set(mirror)  # this task's own context
        try:
            await _remember(execution, flow_run)
            await run_flow_async(
                run_workflow,
                flow_run=flow_run,
                parameters={"run_id": execution.claimed.id},
                return_type="state",
            )
        except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect, runs go on
            logger.warning("Prefect shows run %s in part: %s", execution.claimed.id, error)

    async def _flow_run(self, execution: RunExecution) -> FlowRun | None:
        try:
            async with (
                asyncio.timeout(CREATE_SECONDS),
                AsyncClientContext.get_or_create() as context,
            ):
                return await _create(context.client, execution)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with Prefect, runs go on
            self._away_until = time.monotonic() + AWAY_SECONDS
            logger.warning(
                "Prefect does not answer, run %s is not shown: %s", execution.claimed.id, error
            )
            return None

    async def _catch_up(self) -> None:
        if self._shows:
            _, late = await asyncio.wait(self._shows, timeout=CLOSE_SECONDS)
            for show in late:
                show.cancel()


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
