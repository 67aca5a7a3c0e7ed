"""Has flow runs that have ended show the end of each of their nodes.

What a hosted run tells of its task runs may get lost: its worker is killed before the last of it has left,
or Prefect's server before it has written it down. So what Prefect shows of a run is compared with our rows
once, some seconds after its end, and task runs that are open in an ended flow run are looked for in each pass.
"""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Final
from uuid import UUID

import httpx
from prefect.client.schemas import FlowRun, TaskRun
from prefect.client.schemas.objects import State
from prefect.states import Crashed

from db.mirror.mirrored_runs import (
    EndedNode,
    MirroredRun,
    find_ended_nodes,
    find_mirrored,
    get_executed_version,
)
from db.postgres.outage import OUTAGE_ERRORS
from db.tables import NodeExecution, WorkflowVersion
from flows.engine.runtime import Runtime
from flows.graph.check import NodeTypes
from flows.planning.compiled import compile_version
from flows.planning.plan import Step
from flows.prefect.mirror.api import (
    PAGE_SIZE,
    PrefectRunApi,
    ended_task_run,
    ended_task_runs,
    has_visible_end,
    is_final,
    is_recorded,
    shows_end,
)
from flows.prefect.names import parse_run_tags, run_tags, task_run_id
from flows.prefect.records.task_runs import TaskRuns
from flows.prefect.states import GRACE_SECONDS, WORKER_STOPPED
from schemas.errors import AppError

logger = logging.getLogger(__name__)

MAX_ATTEMPTS: Final = 5
"""So often Prefect is told of the same task runs."""
LATE_SECONDS: Final = 15.0
"""So much longer Prefect may take to write down what it was told, before it is told again."""
FLOW_RUNS_PER_PASS: Final = 25
MAX_TASK_RUNS_PER_PASS: Final = 2_000
"""So many are compared at once; flow runs with more of them one by one."""
MAX_SUSPECTS: Final = 10_000


class TaskRunEnds:
    """Completes flow runs, a bounded number in each pass."""

    def __init__(self, runtime: Runtime) -> None:
        """Prepare."""
        self._runtime = runtime
        self._incomplete: dict[UUID, float] = {}
        """Flow runs that may lack the ends of task runs, and when they are due."""
        self._attempts = Counter[UUID]()
        self._stray_offset = 0

    async def find_missing(
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
        return found + stopped_task_runs(known.values(), {each.id for each in found})

    async def check(self, api: PrefectRunApi, run_ids: Mapping[UUID, UUID]) -> None:
        """Compare what flow runs show of these runs with our rows, in bulk."""
        nodes = defaultdict[UUID, list[EndedNode]](list)
        for node in await self._runtime.run_in_transaction(
            partial(find_ended_nodes, run_ids=run_ids.values())
        ):
            nodes[node.run_id].append(node)
        compared: list[UUID] = []
        count = 0
        for flow_run_id, run_id in run_ids.items():
            count += len(nodes[run_id])
            if count > MAX_TASK_RUNS_PER_PASS:
                self._note_incomplete(flow_run_id, 0)
            else:
                compared.append(flow_run_id)
        known = await api.list_task_runs(*compared) if compared else {}
        for flow_run_id in compared:
            if not all(_is_shown(known, node) for node in nodes[run_ids[flow_run_id]]):
                self._note_incomplete(flow_run_id)

    async def correct(self, api: PrefectRunApi) -> None:
        """Do a pass: find what is open although its flow run has ended, and tell of what is missing."""
        stray = await api.list_open_task_runs(GRACE_SECONDS, self._stray_offset)
        self._stray_offset += PAGE_SIZE if len(stray) == PAGE_SIZE else -self._stray_offset
        for task_run in stray:
            if task_run.flow_run_id is not None:
                self._note_incomplete(task_run.flow_run_id)
        now = time.monotonic()
        due = [id for id, at in self._incomplete.items() if at <= now][:FLOW_RUNS_PER_PASS]
        if due:
            await self._complete(api, due)

    async def _complete(self, api: PrefectRunApi, ids: Sequence[UUID]) -> None:
        flow_runs = {each.id: each for each in await api.list_by_id(ids)}
        claims = {id: parse_run_tags(each.tags) for id, each in flow_runs.items()}
        runs = await self._runtime.run_in_transaction(
            partial(find_mirrored, run_ids={id for id, _ in claims.values() if id})
        )
        for id in ids:
            flow_run = flow_runs.get(id)
            run_id, claim = claims.get(id, (None, None))
            run = runs.get(run_id) if run_id else None
            told = False
            if flow_run is not None and run is not None and _may_be_completed(flow_run, run):
                claim = run.epoch if claim is None or run.flow_run_id == id else claim
                told = await self._tell_missing(api, flow_run, run, claim)
            del self._incomplete[id]
            if told:
                self._note_incomplete(id)

    async def _tell_missing(
        self, api: PrefectRunApi, flow_run: FlowRun, run: MirroredRun, claim: int
    ) -> bool:
        """Tell what is missing of a flow run; False: nothing is, or that was told too often."""
        try:
            missing = await self.find_missing(api, flow_run, run, claim)
            if missing and self._attempts[flow_run.id] < MAX_ATTEMPTS:
                self._attempts[flow_run.id] += 1
                await api.emit_task_events(flow_run, missing)
                return True
        except (httpx.TransportError, *OUTAGE_ERRORS):
            raise
        except Exception:  # one that cannot be completed holds up no other
            logger.exception("flow run %s cannot be completed", flow_run.id)
            return False
        if missing:
            logger.warning(
                "Prefect does not show the ends of %d task runs of flow run %s",
                len(missing),
                flow_run.id,
            )
        del self._attempts[flow_run.id]
        return False

    def _note_incomplete(self, flow_run_id: UUID, seconds: float = LATE_SECONDS) -> None:
        if len(self._incomplete) < MAX_SUSPECTS:
            self._incomplete.setdefault(flow_run_id, time.monotonic() + seconds)


def _may_be_completed(flow_run: FlowRun, run: MirroredRun) -> bool:
    """Whether nobody else tells of its task runs: neither an executor, the recorder, nor who ends it."""
    is_current = run.flow_run_id == flow_run.id
    return (
        flow_run.state is not None
        and flow_run.state.is_final()
        and not is_recorded(flow_run, run.id)
        and (run.status.terminal or not is_current)
    )


def _is_shown(known: Mapping[UUID, TaskRun], node: EndedNode) -> bool:
    """Whether a task run shows the end of a node: of the newest claim, or of the one that it ended in."""
    ids = {task_run_id(node.id, epoch) for epoch in (node.run_epoch, node.epoch)}
    return any(id in known and shows_end(known[id], node.status) for id in ids)


def stopped_task_runs(known: Collection[TaskRun], others: Collection[UUID]) -> list[TaskRun]:
    """Give an end of those that have none and are not among the others."""
    stopped: State[None] = Crashed(message=WORKER_STOPPED)
    return [
        ended_task_run(
            each,
            stopped.fresh_copy(),
            each.tags,
            each.start_time,
            None,
            after=each.state.timestamp if each.state else None,
        )
        for each in known
        if not is_final(each) and each.id not in others
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
