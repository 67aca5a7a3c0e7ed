"""Makes Prefect's records agree with our rows again, whatever either missed. Ours always wins.

The recorder that leads does a round of bounded work every five seconds: what operators ask for in Prefect is done, flow runs whose executor is gone or that Prefect heard no end of are ended, and runs that took
place while Prefect was away are recorded. Everything here may be done twice.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

from prefect.client.schemas import FlowRun, TaskRun
from prefect.client.schemas.objects import State
from prefect.context import AsyncClientContext
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from db.mirror.mirrored_runs import (
    MirroredRun,
    find_mirrored,
    find_mirrored_since,
    find_unmirrored,
    get_executed_version,
)
from db.postgres.outage import OUTAGE_ERRORS
from db.queue.claims import set_prefect_flow_run
from db.tables import NodeExecution, WorkflowVersion
from flows.engine.runtime import Runtime
from flows.graph.check import NodeTypes
from flows.maintenance.leader import Leadership
from flows.planning.compiled import compile_version
from flows.planning.plan import Step
from flows.prefect.loading import is_reachable
from flows.prefect.mirror.api import (
    PAGE_SIZE,
    PrefectRunApi,
    ended_task_run,
    ended_task_runs,
    has_visible_end,
    is_final,
)
from flows.prefect.mirror.recorder import Recorder
from flows.prefect.mirror.requests import apply_requests
from flows.prefect.names import (
    RECORDED_LATER_TAG,
    claim_tags,
    flow_run_name,
    flow_run_parameters,
    parse_run_tags,
    recorded_flow_run_id,
    run_tags,
    task_run_id,
)
from flows.prefect.records.task_runs import TaskRuns
from flows.prefect.states import GRACE_SECONDS, WORKER_STOPPED, flow_run_end_state
from schemas.errors import AppError

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 5.0
TIMEOUT_SECONDS: Final = 60.0
"""After so long a round is given up."""
RUNS_PER_PASS: Final = 25
MAX_AGE_DAYS: Final = 7.0
"""How long ago a run may have ended that is recorded later."""
UNCONFIRMED_SECONDS: Final = 60.0
"""So long before it went away Prefect may have lost what it was told; it confirms each 30 s."""
MAX_UNCONFIRMED: Final = 1_000
MAX_ATTEMPTS: Final = 5
"""So often Prefect is told of the same task runs before their flow run is ended without them."""


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
        self._offset = 0
        self._attempts = Counter[UUID]()
        self._unavailable_since: float | None = None
        self._unconfirmed: set[UUID] = set()
        """Runs that went on while Prefect was away, and may have said what nobody heard."""

    async def run(self) -> None:
        """Do rounds until cancelled; what goes wrong is tried again in the next one."""
        async with AsyncClientContext.get_or_create() as context:
            api = PrefectRunApi(context.client)
            while True:
                await asyncio.sleep(POLL_SECONDS)
                try:
                    if await self._check_prefect() and self._leadership.is_held:
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
        await apply_requests(self._runtime, api)
        await self._end_finished_flow_runs(api)
        if not await self._recorder.is_supported():
            await self._record_missed_runs(api)
        await self._resend_task_ends(api)

    async def _check_prefect(self) -> bool:
        """Whether Prefect answers; when it does again, remember which runs it may have missed."""
        now = time.monotonic()
        if not await is_reachable(self._url):
            self._unavailable_since = self._unavailable_since or now
            return False
        if self._unavailable_since is not None:
            seconds = now - self._unavailable_since + UNCONFIRMED_SECONDS
            self._unconfirmed |= set(
                await self._runtime.run_in_transaction(
                    partial(find_mirrored_since, seconds=seconds, limit=MAX_UNCONFIRMED)
                )
            )
            self._unavailable_since = None
            logger.info("Prefect is back; %d runs may be shown in part", len(self._unconfirmed))
        return True

    async def _end_finished_flow_runs(self, api: PrefectRunApi) -> None:
        """Look at one page of what Prefect holds to be going on; the next round at the next one."""
        page = await api.list_unfinished(self._offset)
        self._offset = self._offset + PAGE_SIZE if len(page) == PAGE_SIZE else 0
        claims_by_flow_run = {each.id: parse_run_tags(each.tags) for each in page}
        runs = await self._runtime.run_in_transaction(
            partial(
                find_mirrored,
                run_ids={run_id for run_id, _ in claims_by_flow_run.values() if run_id},
            )
        )
        remaining = RUNS_PER_PASS
        recorded: list[UUID] = []
        for flow_run in page:
            run_id, claim = claims_by_flow_run[flow_run.id]
            run = runs.get(run_id) if run_id else None
            if run is None:  # of another installation, or not claimed yet
                continue
            current = run.flow_run_id == flow_run.id
            if current and flow_run.id == recorded_flow_run_id(run.id):
                recorded += [run.id] if run.status.terminal else []
                continue
            if claim is None:  # older versions did not write it down
                claim = run.epoch if current else run.epoch - 1
            end = flow_run_end_state(run, claim, current=current)
            if end is not None and remaining > 0:
                remaining -= 1
                await self._end_flow_run(api, flow_run, run, claim, end)
        if recorded:
            await self._recorder.record(recorded[:RUNS_PER_PASS])

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
            tags = [*claim_tags(run.workflow_id, run.id, run.epoch), RECORDED_LATER_TAG]
            flow_run = await api.create_flow_run(
                f"{run.id}:{run.epoch}",
                flow_run_name(run.workflow_name, run.id),
                flow_run_parameters(run.workflow_id, run.id),
                tags,
            )
            end = flow_run_end_state(run, run.epoch, current=True)
            if end is not None:
                await self._end_flow_run(api, flow_run, run, run.epoch, end)
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

    async def _resend_task_ends(self, api: PrefectRunApi) -> None:
        """Tell of task runs whose end got lost although their flow run was ended."""
        runs = await self._runtime.run_in_transaction(
            partial(find_mirrored, run_ids=set(self._unconfirmed))
        )
        self._unconfirmed &= runs.keys()
        due = [run for run in runs.values() if run.ended_seconds_ago >= GRACE_SECONDS]
        for run in due[:RUNS_PER_PASS]:
            assert run.flow_run_id is not None
            try:
                flow_run = await api.client.read_flow_run(run.flow_run_id)
            except ObjectNotFound:
                self._unconfirmed.discard(run.id)
                continue
            if flow_run.state is None or not flow_run.state.is_final():
                continue  # it is ended like the others
            _, claim = parse_run_tags(flow_run.tags)
            lost = await self._missing_task_ends(api, flow_run, run, claim or run.epoch)
            self._attempts[flow_run.id] += 1
            if lost and self._attempts[flow_run.id] <= MAX_ATTEMPTS:
                await api.emit_task_events(flow_run, lost)
                continue
            self._unconfirmed.discard(run.id)
            del self._attempts[flow_run.id]

    async def _end_flow_run(
        self, api: PrefectRunApi, flow_run: FlowRun, run: MirroredRun, claim: int, end: State[None]
    ) -> None:
        """End a flow run once all its task runs are known to have ended; until then, tell of them."""
        open_ends = await self._missing_task_ends(api, flow_run, run, claim)
        self._attempts[flow_run.id] += 1
        if open_ends and self._attempts[flow_run.id] <= MAX_ATTEMPTS:
            await api.emit_task_events(flow_run, open_ends)
            return
        if open_ends:
            missing = f"{len(open_ends)} task runs could not be recorded."
            end = end.model_copy(update={"message": f"{end.message} {missing}"})
        await api.set_state(flow_run.id, end)
        del self._attempts[flow_run.id]
        logger.info("flow run %s of run %s is told to be %s", flow_run.id, run.id, end.name)

    async def _missing_task_ends(
        self, api: PrefectRunApi, flow_run: FlowRun, run: MirroredRun, claim: int
    ) -> list[TaskRun]:
        """Give the ends of task runs that Prefect has not heard of, or holds to be going on."""
        version, rows = await self._runtime.run_in_transaction(
            partial(get_executed_version, run_id=run.id)
        )
        known = await api.list_task_runs(flow_run.id)
        # The newest flow run shows the whole run, also what earlier claims of it have done.
        ended_nodes = {
            row.node_id: row
            for row in rows
            if has_visible_end(row) and (claim in (row.epoch, run.epoch))
        }
        ids = {row.node_id: task_run_id(row.id, claim) for row in rows}
        # One that goes on in the flow run that it was paused in shows what ended before the pause.
        earlier = {row.node_id: task_run_id(row.id, row.epoch) for row in ended_nodes.values()}
        ids |= {node_id: id for node_id, id in earlier.items() if id in known}
        task_runs = TaskRuns(
            flow_run.id,
            ids,
            run_tags(run.workflow_id, run.id),
            self._runtime.node_types,
        )
        steps = _plan_steps(version, ended_nodes, self._runtime.node_types)
        found = ended_task_runs(task_runs, steps, ended_nodes, known)
        known_ids = {each.id for each in found}
        stopped: State[None] = Crashed(message=WORKER_STOPPED)
        return found + [
            ended_task_run(each, stopped.fresh_copy(), each.tags, each.start_time, None)
            for each in known.values()
            if not is_final(each) and each.id not in known_ids
        ]


def _plan_steps(
    version: WorkflowVersion, rows: dict[str, NodeExecution], node_types: NodeTypes
) -> Sequence[Step]:
    """Plan the nodes again that are to be shown; none where the graph can no longer be read."""
    compiled = compile_version(version.id, version.graph, node_types)
    if compiled.graph is None:
        return ()
    try:
        return compiled.plan(frozenset(rows)).steps
    except (AppError, KeyError, ValueError):
        return ()
