"""Has flow runs show the end of their run, whatever state somebody has put them into since.

Flow runs to be looked at come from four sides: those that Prefect holds to be going on, those of
runs that have just ended, those whose state has changed, and those of runs that were deleted here.
Everything here may be done twice.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from prefect.client.schemas import FlowRun
from prefect.client.schemas.objects import State, StateType

from db.mirror.ended_runs import (
    EndedRun,
    find_deleted_runs,
    find_ended_runs,
    mark_deleted_runs_shown,
)
from db.mirror.mirrored_runs import MirroredRun, find_mirrored, find_open_shown
from flows.engine.runtime import Runtime
from flows.prefect.mirror.api import PAGE_SIZE, FlowRunChange, PrefectRunApi, is_recorded
from flows.prefect.mirror.recorder import Recorder
from flows.prefect.mirror.task_run_ends import MAX_ATTEMPTS, TaskRunEnds, stopped_task_runs
from flows.prefect.names import parse_run_tags, recorded_flow_run_id
from flows.prefect.states import GRACE_SECONDS, deleted_run_state, flow_run_end_state
from schemas.wire.run import RunStatus

logger = logging.getLogger(__name__)

RUNS_PER_PASS: Final = 25
MAX_SUSPECTS: Final = 10_000
PAGES_PER_PASS: Final = 5
FIRST_PASS_WINDOW: Final = timedelta(minutes=10)
"""How far back the first pass of a process goes."""
LATE_EVENTS: Final = timedelta(seconds=3)
"""So much later than it occurred Prefect may store an event."""
# Paused runs may be many, and for long: others are not to wait until all of them were looked at.
_OPEN_TYPES: Final = (
    (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING),
    (StateType.PAUSED,),
)
_NOT_FINAL: Final = (*(type_ for types in _OPEN_TYPES for type_ in types), StateType.SCHEDULED)


class FlowRunEnds:
    """Corrects flow runs whose run has ended, a bounded number in each pass."""

    def __init__(self, runtime: Runtime, recorder: Recorder) -> None:
        """Prepare; where the recorder can, it writes the ends of the runs that it records."""
        self._runtime = runtime
        self._recorder = recorder
        self._task_run_ends = TaskRunEnds(runtime)
        self._offsets = dict.fromkeys(_OPEN_TYPES, 0)
        self._attempts = Counter[UUID]()
        self._suspects: dict[UUID, None] = {}
        """Flow runs that may show something else than their run."""
        self._ended_after: EndedRun | None = None
        self._changed_since: datetime | None = None
        self._newest_changes = frozenset[FlowRunChange]()
        self._remaining = 0

    async def correct(self, api: PrefectRunApi) -> None:
        """Do a pass."""
        self._remaining = RUNS_PER_PASS
        for types, offset in self._offsets.items():
            page = await api.list_open(types, offset)
            self._offsets[types] = offset + PAGE_SIZE if len(page) == PAGE_SIZE else 0
            await self._correct(api, page)
        await self._check_ended_runs(api)
        await self._end_deleted_runs(api)
        await self._find_changed(api)
        suspects = list(self._suspects)[:PAGE_SIZE]
        for id in suspects:  # who is still one comes last
            del self._suspects[id]
        if suspects:
            await self._correct(api, await api.list_by_id(suspects))
        await self._task_run_ends.correct(api)

    async def end_flow_run(
        self, api: PrefectRunApi, flow_run: FlowRun, run: MirroredRun, claim: int, end: State[None]
    ) -> None:
        """End a flow run once all its task runs are known to have ended; until then, tell of them."""
        open_ends = await self._task_run_ends.find_missing(api, flow_run, run, claim)
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

    async def _correct(self, api: PrefectRunApi, flow_runs: Sequence[FlowRun]) -> None:
        """End those of these flow runs that do not show the end of their run."""
        claims = {each.id: parse_run_tags(each.tags) for each in flow_runs}
        runs = await self._runtime.run_in_transaction(
            partial(find_mirrored, run_ids={id for id, _ in claims.values() if id})
        )
        recorded: list[UUID] = []
        for flow_run in flow_runs:
            run_id, claim = claims[flow_run.id]
            run = runs.get(run_id) if run_id else None
            if run is None or _is_due(flow_run):  # of another installation, or to begin again
                continue
            current = run.flow_run_id == flow_run.id
            by_recorder = current and is_recorded(flow_run, run.id)
            if current and (run.queued or (by_recorder and not run.status.terminal)):
                continue
            if current and run.status is not RunStatus.PENDING:  # whichever claim it showed first
                claim = run.epoch
            elif claim is None:  # older versions did not write it down
                claim = run.epoch if current else run.epoch - 1
            end = flow_run_end_state(run, claim, current=current)
            is_over = run.status.terminal and run.ended_seconds_ago < GRACE_SECONDS
            if _shows(flow_run, end) or (end is None and not is_over):
                continue
            self._suspect(flow_run.id)
            if end is not None and by_recorder:
                recorded.append(run.id)
            elif end is not None and self._remaining > 0:
                self._remaining -= 1
                await self.end_flow_run(api, flow_run, run, claim, end)
        if recorded and await self._recorder.is_supported():
            await self._recorder.record(recorded[:RUNS_PER_PASS])

    async def _check_ended_runs(self, api: PrefectRunApi) -> None:
        """See once, some seconds after its end, that Prefect shows what became of a run."""
        for _ in range(PAGES_PER_PASS):
            ended = await self._runtime.run_in_transaction(
                partial(
                    find_ended_runs,
                    after=self._ended_after,
                    window=FIRST_PASS_WINDOW,
                    ended_seconds_ago=GRACE_SECONDS,
                    limit=PAGE_SIZE,
                )
            )
            if not ended:
                return
            found = await api.list_by_id([each.flow_run_id for each in ended])
            known = {each.id for each in found}
            deleted = [each.id for each in ended if each.flow_run_id not in known]
            if deleted and await self._recorder.is_supported():
                logger.info("%d flow runs were deleted; their runs are recorded anew", len(deleted))
                await self._recorder.record(deleted, anew=True)
            await self._correct(api, found)
            run_ids = {each.flow_run_id: each.id for each in ended}
            hosted = {
                each.id: run_ids[each.id]
                for each in found
                if not is_recorded(each, run_ids[each.id])
            }
            await self._task_run_ends.check(api, hosted)
            self._ended_after = ended[-1]

    async def _find_changed(self, api: PrefectRunApi) -> None:
        """Suspect flow runs that came into another state, at whatever age."""
        since = self._changed_since or datetime.now(UTC) - FIRST_PASS_WINDOW
        for _ in range(PAGES_PER_PASS):
            changes = await api.list_changes(since)
            for change in set(changes) - self._newest_changes:
                self._suspect(change.flow_run_id)
            if not changes:
                return
            self._newest_changes = frozenset(changes)
            since = changes[-1].at
            self._changed_since = since - LATE_EVENTS
            if len(changes) < api.CHANGES_PER_PAGE:
                return
            since += timedelta(microseconds=1)
            self._changed_since = since

    async def _end_deleted_runs(self, api: PrefectRunApi) -> None:
        """End what Prefect holds to be going on although its run was deleted here."""
        deleted = await self._runtime.run_in_transaction(
            partial(find_deleted_runs, deleted_seconds_ago=GRACE_SECONDS, limit=RUNS_PER_PASS)
        )
        ids = {each.id: each.flow_run_id or recorded_flow_run_id(each.id) for each in deleted}
        found = await api.list_in_states([*ids.values()], _NOT_FINAL) if ids else []
        # Asked after what Prefect shows: *Retry* has another run shown in the same flow run.
        open_runs = partial(find_open_shown, ids={each.id for each in found})
        reused = await self._runtime.run_in_transaction(open_runs) if found else set[UUID]()
        open_flow_runs = {each.id: each for each in found if each.id not in reused}
        done: list[UUID] = []
        for run in deleted:
            flow_run = open_flow_runs.get(ids[run.id])
            if flow_run is None or _is_due(flow_run) or _names_another(flow_run, run.id):
                done.append(run.id)
                continue
            known = await api.list_task_runs(flow_run.id)
            await api.emit_task_events(flow_run, stopped_task_runs(known.values(), ()))
            await api.set_state(flow_run.id, deleted_run_state(run.status))
        if done:
            await self._runtime.run_in_transaction(partial(mark_deleted_runs_shown, ids=done))

    def _suspect(self, flow_run_id: UUID) -> None:
        if len(self._suspects) < MAX_SUSPECTS:
            self._suspects[flow_run_id] = None


def _is_due(flow_run: FlowRun) -> bool:
    """Whether it is to begin again, by whoever serves its work pool."""
    state = flow_run.state
    return state is not None and state.is_scheduled() and flow_run.work_pool_name is not None


def _names_another(flow_run: FlowRun, run_id: UUID) -> bool:
    """Whether it has come to show another run, as after *Retry*."""
    shown, _ = parse_run_tags(flow_run.tags)
    return shown is not None and shown != run_id


def _shows(flow_run: FlowRun, end: State[None] | None) -> bool:
    state = flow_run.state
    return bool(end and state and (state.type, state.name) == (end.type, end.name))
