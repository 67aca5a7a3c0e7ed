"""Has flow runs show the end of their run, whatever state somebody has put them into since.

Flow runs to be looked at come from four sides: those that Prefect holds to be going on, those of
runs that have just ended, those whose state has changed, and those of runs that were deleted here.
Everything here may be done twice.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

import httpx
from prefect.client.schemas import FlowRun
from prefect.client.schemas.objects import State, StateType

from db.mirror.ended_runs import (
    EndedRun,
    find_deleted_runs,
    find_ended_runs,
    mark_deleted_runs_shown,
)
from db.mirror.mirrored_runs import MirroredRun, find_mirrored, find_open_shown
from db.postgres.outage import OUTAGE_ERRORS
from flows.engine.runtime import Runtime
from flows.prefect.mirror.api import OPEN_TYPES, PAGE_SIZE, PrefectRunApi, is_recorded
from flows.prefect.mirror.changes import FIRST_PASS_WINDOW, PAGES_PER_PASS, ChangeReader
from flows.prefect.mirror.recorder import Recorder
from flows.prefect.mirror.task_run_ends import MAX_ATTEMPTS, TaskRunEnds, stopped_task_runs
from flows.prefect.names import parse_run_tags, recorded_flow_run_id
from flows.prefect.states import GRACE_SECONDS, deleted_run_state, flow_run_end_state
from schemas.wire.run import RunStatus

logger = logging.getLogger(__name__)

_End = tuple[FlowRun, MirroredRun, int, State[None]]
"""A flow run, the run and the claim that it shows, and the end that it is to show."""

RUNS_PER_PASS: Final = 25
MAX_SUSPECTS: Final = 10_000
# Paused runs may be many, and for long: others are not to wait until all of them were looked at.
_POLLED_TYPES: Final = (
    (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING),
    (StateType.PAUSED,),
)


class FlowRunEnds:
    """Corrects flow runs whose run has ended, a bounded number in each pass."""

    def __init__(self, runtime: Runtime, recorder: Recorder) -> None:
        """Prepare; where the recorder can, it writes the ends of the runs that it records."""
        self._runtime = runtime
        self._recorder = recorder
        self._task_run_ends = TaskRunEnds(runtime)
        self._offsets = dict.fromkeys(_POLLED_TYPES, 0)
        self._attempts = Counter[UUID]()
        self._suspects: dict[UUID, None] = {}
        """Flow runs that may show something else than their run."""
        self._ended_after: EndedRun | None = None
        self._changes = ChangeReader()
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
        async for id in self._changes.read(api):  # at whatever age
            self._suspect(id)
        await self._check_suspects(api)
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

    async def _find_shown(
        self, flow_runs: Sequence[FlowRun]
    ) -> list[tuple[FlowRun, MirroredRun, int | None]]:
        """Give those that show a run of this installation, the run, and the claim that tags say."""
        tagged = {each.id: parse_run_tags(each.tags) for each in flow_runs}
        find = self._runtime.run_in_transaction
        runs = await find(partial(find_mirrored, run_ids={id for id, _ in tagged.values() if id}))
        newer = {run.newer_id for run in runs.values() if run.newer_id}
        runs |= await find(partial(find_mirrored, run_ids=newer)) if newer else {}
        found: list[tuple[FlowRun, MirroredRun, int | None]] = []
        for flow_run in flow_runs:
            id, claim = tagged[flow_run.id]
            run = runs.get(id) if id else None
            if run is None:
                continue
            newer_run = runs.get(run.newer_id) if run.newer_id else None
            if newer_run and run.flow_run_id == flow_run.id:  # *Retry* has come, its tags not yet
                run, claim = newer_run, None
            found.append((flow_run, run, claim))
        return found

    async def _correct(self, api: PrefectRunApi, flow_runs: Sequence[FlowRun]) -> None:
        """End those of these flow runs that do not show the end of their run."""
        recorded: dict[UUID, _End] = {}
        others: list[_End] = []
        for flow_run, run, tagged_claim in await self._find_shown(flow_runs):
            if _is_due(flow_run):  # it is to begin again
                continue
            current = run.flow_run_id == flow_run.id
            by_recorder = current and is_recorded(flow_run, run.id)
            if current and (run.queued or (by_recorder and not run.status.terminal)):
                continue
            claim = _shown_claim(run, tagged_claim, current=current)
            end = flow_run_end_state(run, claim, current=current)
            is_over = run.status.terminal and run.ended_seconds_ago < GRACE_SECONDS
            if _shows(flow_run, end) or (end is None and not is_over):
                continue
            self._suspect(flow_run.id)
            if end is not None and by_recorder:
                recorded[run.id] = (flow_run, run, claim, end)
            elif end is not None:
                others.append((flow_run, run, claim, end))
        ids = list(recorded)[:RUNS_PER_PASS]
        if ids and await self._recorder.is_supported():
            shown = await self._recorder.record(ids)
            ids = [id for id in ids if id not in shown]
        # What the recorder cannot show is ended like what Prefect executes: no executor may have had it.
        await self._end_flow_runs(api, [recorded[id] for id in ids] + others)

    async def _end_flow_runs(self, api: PrefectRunApi, ends: Sequence[_End]) -> None:
        for flow_run, run, claim, end in ends[: self._remaining]:
            self._remaining -= 1
            try:
                await self.end_flow_run(api, flow_run, run, claim, end)
            except (httpx.TransportError, *OUTAGE_ERRORS):
                raise
            except Exception:  # one that cannot be ended holds up no other
                logger.exception("flow run %s cannot be told to be %s", flow_run.id, end.name)

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

    async def _end_deleted_runs(self, api: PrefectRunApi) -> None:
        """End what Prefect holds to be going on although its run was deleted here."""
        deleted = await self._runtime.run_in_transaction(
            partial(find_deleted_runs, deleted_seconds_ago=GRACE_SECONDS, limit=RUNS_PER_PASS)
        )
        ids = {each.id: each.flow_run_id or recorded_flow_run_id(each.id) for each in deleted}
        found = await api.list_in_states([*ids.values()], OPEN_TYPES) if ids else []
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

    async def _check_suspects(self, api: PrefectRunApi) -> None:
        suspects = list(self._suspects)[:PAGE_SIZE]
        if not suspects:
            return
        for id in suspects:  # who is still one comes last
            del self._suspects[id]
        try:
            await self._correct(api, await api.list_by_id(suspects))
        except BaseException:  # nothing else may tell of them again
            for id in suspects:
                self._suspect(id)
            raise

    def _suspect(self, flow_run_id: UUID) -> None:
        if len(self._suspects) < MAX_SUSPECTS:
            self._suspects[flow_run_id] = None


def _is_due(flow_run: FlowRun) -> bool:
    """Whether it is to begin again, by whoever serves its work pool."""
    state = flow_run.state
    return state is not None and state.is_scheduled() and flow_run.work_pool_name is not None


def _shown_claim(run: MirroredRun, tagged: int | None, *, current: bool) -> int:
    """Give the claim that a flow run shows."""
    if current and run.status is not RunStatus.PENDING:  # whichever it showed first
        return run.epoch
    if tagged is None:  # older versions did not write it down
        return run.epoch if current else run.epoch - 1
    return tagged


def _names_another(flow_run: FlowRun, run_id: UUID) -> bool:
    """Whether it has come to show another run, as after *Retry*."""
    shown, _ = parse_run_tags(flow_run.tags)
    return shown is not None and shown != run_id


def _shows(flow_run: FlowRun, end: State[None] | None) -> bool:
    state = flow_run.state
    return bool(end and state and (state.type, state.name) == (end.type, end.name))
