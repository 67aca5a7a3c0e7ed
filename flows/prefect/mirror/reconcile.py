"""Makes Prefect's records agree with our rows again, whatever either missed. Ours always wins.

The recorder that leads does a round of bounded work every five seconds: what operators ask for in
Prefect is done, flow runs that do not show the end of their run are ended, and runs that took place while
Prefect was away are recorded. Everything here may be done twice.
"""

import asyncio
import logging
from functools import partial
from typing import Final

from prefect.context import AsyncClientContext

from db.mirror.mirrored_runs import find_unmirrored
from db.postgres.outage import OUTAGE_ERRORS
from db.queue.claims import set_prefect_flow_run
from flows.engine.runtime import Runtime
from flows.maintenance.leader import Leadership
from flows.prefect.installation import get_installation_tag
from flows.prefect.loading import is_reachable
from flows.prefect.mirror.api import PrefectRunApi
from flows.prefect.mirror.ends import RUNS_PER_PASS, FlowRunEnds
from flows.prefect.mirror.recorder import Recorder
from flows.prefect.mirror.requests import RequestReader
from flows.prefect.names import (
    RECORDED_LATER_TAG,
    claim_tags,
    flow_run_name,
    flow_run_parameters,
)
from flows.prefect.states import GRACE_SECONDS, flow_run_end_state

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 5.0
TIMEOUT_SECONDS: Final = 60.0
"""After so long a round is given up."""
MAX_AGE_DAYS: Final = 7.0
"""How long ago a run may have ended that is recorded later."""


class Reconciler:
    """Does rounds for as long as its process lives."""

    def __init__(
        self, runtime: Runtime, prefect_api_url: str, recorder: Recorder, leadership: Leadership
    ) -> None:
        """Prepare; `run` does it. Where the recorder can, it writes the records of runs."""
        self._leadership = leadership
        self._runtime = runtime
        self._recorder = recorder
        self._url = prefect_api_url
        self._requests = RequestReader(runtime)
        self._ends = FlowRunEnds(runtime, recorder)

    async def run(self) -> None:
        """Do rounds until cancelled; what goes wrong is tried again in the next one."""
        async with AsyncClientContext.get_or_create() as context:
            api = PrefectRunApi(context.client)
            while True:
                await asyncio.sleep(POLL_SECONDS)
                try:
                    if self._leadership.is_held and await is_reachable(self._url):
                        async with asyncio.timeout(TIMEOUT_SECONDS):
                            await self.reconcile(api)
                except OUTAGE_ERRORS as error:
                    logger.warning("Prefect's records wait: %s", error)
                except Exception:
                    logger.warning(
                        "Prefect's records could not be brought up to date", exc_info=True
                    )

    async def reconcile(self, api: PrefectRunApi) -> None:
        """Do what is due, a bounded part of it."""
        await self._requests.apply_requests(api)
        await self._ends.correct(api)
        if not await self._recorder.is_supported():
            await self._record_missed_runs(api)

    async def _record_missed_runs(self, api: PrefectRunApi) -> None:
        missed = await self._runtime.run_in_transaction(
            partial(
                find_unmirrored,
                limit=RUNS_PER_PASS,
                days=MAX_AGE_DAYS,
                ended_seconds_ago=GRACE_SECONDS,
            )
        )
        for run in missed:
            tags = [
                await get_installation_tag(self._runtime),
                *claim_tags(run.workflow_id, run.id, run.epoch),
                RECORDED_LATER_TAG,
            ]
            flow_run = await api.create_flow_run(
                f"{run.id}:{run.epoch}",
                flow_run_name(run.workflow_name, run.id),
                flow_run_parameters(run.workflow_id, run.id),
                tags,
            )
            end = flow_run_end_state(run, run.epoch, current=True)
            if end is not None:
                await self._ends.end_flow_run(api, flow_run, run, run.epoch, end)
            # Only now: until our row names it, the next round makes it again.
            await self._runtime.run_in_transaction(
                partial(
                    set_prefect_flow_run,
                    run_id=run.id,
                    epoch=run.epoch,
                    flow_run_id=flow_run.id,
                )
            )
        if missed:
            logger.info("%d runs that Prefect missed are recorded later", len(missed))
