"""What becomes of ticks: each makes one run or none, whoever comes first. No Prefect here.

A tick arrives as a flow run that Prefect has scheduled, or is found by an executor that looks
for what is overdue. Both decide with the schedule's row locked, and write what they decided in
the transaction that makes the run.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy.orm import Session

from db.queue.claims import assign_flow_run
from db.runs import IdempotentRequest, Tick
from db.schedule_ticks import (
    add_tick,
    count_queued_ticks,
    find_tick,
    has_open_run,
    lock_next_due,
    lock_next_queued,
    lock_schedule,
)
from db.tables import Schedule, ScheduleTick, WorkflowRun
from db.tables.base import database_time
from db.workflows import get_workflow
from flows.planning.compiled import compile_version
from flows.runs.public_message import public_message
from flows.runs.start import StartRequest, start_run
from flows.schedules.inputs import ScheduleInputs, split_inputs
from flows.schedules.times import due_times, next_time
from schemas.errors import AppError, UnavailableError
from schemas.wire.run import Reuse, RunCreate, RunError, StartedBy, Trigger
from schemas.wire.schedule import TickOutcome, schedule_scope_adapter, timing_adapter
from tasks.registry import node_types

logger = logging.getLogger(__name__)

LATE_SECONDS: Final = 60.0
"""A tick that was not taken for so long was missed: the catch-up rule says what becomes of it."""
LOOKAHEAD_SECONDS: Final = 5.0
"""So much too early Prefect may bring a tick: it begins up to half a second before, and has another clock."""
MAX_QUEUED: Final = 10
"""Ticks of a schedule that may wait for a run to end; what comes on top is skipped."""


@dataclass(frozen=True)
class TickRequest:
    """The flow run that brings a tick, and is to show its run.

    Without `due_at` somebody in Prefect wants a run now, as the schedule would start it.
    """

    due_at: datetime | None
    flow_run_id: UUID
    idempotency: IdempotentRequest


@dataclass(frozen=True)
class NoRun:
    """There is no run that the flow run which brought a tick is to show; what became of the tick.

    `outcome` is None where it is no tick, or not any more.
    """

    outcome: TickOutcome | None
    message: str


def decide_due_ticks(
    session: Session, schedule: Schedule, now: datetime, request: TickRequest | None = None
) -> None:
    """Decide about all ticks of a locked schedule that are due, and find the next one.

    Ticks that were missed together make one run, marked late, or none.
    """
    timing = timing_adapter.validate_python(schedule.timing)
    if schedule.paused or schedule.next_at is None or schedule.next_at > now:
        return
    due = due_times(timing, schedule.next_at, now)
    schedule.next_at = next_time(timing, now)
    session.flush()
    if not due:
        return
    missed = [at for at in due if now - at > timedelta(seconds=LATE_SECONDS)]
    if missed and schedule.catch_up == "skip":
        for at in missed:
            add_tick(session, schedule, at, "skipped_late", late=True)
        due, missed = due[len(missed) :], []
    if due:
        *earlier, at = due
        if request is not None and request.due_at not in due:
            request = None  # the run is that of other ticks
        run_id = _decide(session, schedule, Tick(schedule.id, at, bool(missed)), request)
        for each in earlier:
            add_tick(session, schedule, each, "coalesced", run_id=run_id, late=True)


def resolve_tick(session: Session, schedule_id: UUID, request: TickRequest) -> UUID | NoRun:
    """Take a tick that Prefect brings, unless that was done; give the run that it is to show.

    Raises:
        AppError: the workflow cannot be run now, as somebody wants it to.
    """
    schedule = lock_schedule(session, schedule_id)
    if schedule is None:
        return NoRun(None, "The schedule or its workflow was deleted.")
    if request.due_at is None:
        return _start(session, schedule, "prefect", None, request)
    if find_tick(session, schedule_id, request.due_at) is None:
        now = database_time(session)
        early = now < request.due_at <= now + timedelta(seconds=LOOKAHEAD_SECONDS)
        decide_due_ticks(session, schedule, request.due_at if early else now, request)
    tick = find_tick(session, schedule_id, request.due_at)
    if tick is None:
        return NoRun(None, _not_due(schedule))
    if tick.run_id and _mirrors(session, tick.run_id, request.flow_run_id):
        return tick.run_id
    return NoRun(cast("TickOutcome", tick.outcome), _outcome_message(tick))


def _mirrors(session: Session, run_id: UUID, flow_run_id: UUID) -> bool:
    """Whether a flow run shows a run; one that is not shown yet and has not begun will be."""
    run = session.get(WorkflowRun, run_id, populate_existing=True)
    if run is not None and run.prefect_flow_run_id is None:
        assign_flow_run(session, run_id, flow_run_id)
        session.refresh(run)
    return run is not None and run.prefect_flow_run_id == flow_run_id


def decide_overdue_tick(
    session: Session, grace_seconds: float, now: datetime | None = None
) -> bool:
    """Decide about one schedule whose tick nobody took for so long; False: there is none.

    What Prefect holds back is left to it; without a grace there is no Prefect.
    """
    now = now or database_time(session)
    schedule = _lock_overdue(session, grace_seconds, now)
    if schedule is None:
        return False
    decide_due_ticks(session, schedule, now)
    return True


def start_queued_tick(session: Session, *, also_held: bool = False) -> bool:
    """Make the run of one tick that waited for an earlier run to end; False: there is none."""
    found = lock_next_queued(session, also_held=also_held)
    if found is None:
        return False
    schedule, tick = found
    outcome, run_id, error = _try_start(
        session, schedule, Tick(schedule.id, tick.due_at, tick.late), None
    )
    tick.outcome, tick.run_id = outcome, run_id
    tick.error = error and error.model_dump(mode="json")
    tick.decided_at = database_time(session)
    session.flush()
    return True


def refuse_overdue_tick(session: Session, grace_seconds: float) -> bool:
    """Pass a tick by that could not be decided about because of a defect, or it blocks others."""
    now = database_time(session)
    schedule = _lock_overdue(session, grace_seconds, now)
    if schedule is None or schedule.next_at is None:
        return False
    error = RunError(code="internal_error", message="The worker could not start it; see its log.")
    add_tick(session, schedule, schedule.next_at, "refused", error=error)
    schedule.next_at = next_time(timing_adapter.validate_python(schedule.timing), now)
    session.flush()
    return True


def refuse_tick(session: Session, schedule_id: UUID, due_at: datetime, reason: RunError) -> None:
    """Make no run of a tick, which is the next one of its schedule and was not decided about."""
    schedule = lock_schedule(session, schedule_id)
    if schedule is None or schedule.next_at is None or schedule.next_at != due_at:
        return
    due_at = schedule.next_at  # the same moment, and not of Prefect's own type
    if find_tick(session, schedule_id, due_at) is None:
        add_tick(session, schedule, due_at, "refused", error=reason)
    schedule.next_at = next_time(timing_adapter.validate_python(schedule.timing), due_at)
    session.flush()


def _lock_overdue(session: Session, grace_seconds: float, now: datetime) -> Schedule | None:
    before = now - timedelta(seconds=grace_seconds)
    return lock_next_due(session, before, also_held=not grace_seconds)


def _decide(
    session: Session, schedule: Schedule, tick: Tick, request: TickRequest | None
) -> UUID | None:
    """Make the run of a tick if the overlap rule allows it, and write down what became of it."""
    outcome, run_id, error = _overlap_outcome(session, schedule), None, None
    if outcome == "run":
        outcome, run_id, error = _try_start(session, schedule, tick, request)
    add_tick(session, schedule, tick.due_at, outcome, run_id=run_id, late=tick.late, error=error)
    return run_id


def _overlap_outcome(session: Session, schedule: Schedule) -> TickOutcome:
    if schedule.overlap == "allow":
        return "run"
    waiting = count_queued_ticks(session, schedule.id) if schedule.overlap == "queue" else 0
    if not waiting and not has_open_run(session, schedule.id):
        return "run"
    return "queued" if schedule.overlap == "queue" and waiting < MAX_QUEUED else "skipped_overlap"


def _try_start(
    session: Session, schedule: Schedule, tick: Tick, request: TickRequest | None
) -> tuple[TickOutcome, UUID | None, RunError | None]:
    try:
        with session.begin_nested():
            return "run", _start(session, schedule, "schedule", tick, request), None
    except UnavailableError:
        raise
    except AppError as error:
        logger.info("schedule %s could not start a run: %s", schedule.id, error)
        return "refused", None, RunError(code=error.code, message=public_message(error))


def _start(
    session: Session,
    schedule: Schedule,
    trigger: Trigger,
    tick: Tick | None,
    request: TickRequest | None,
) -> UUID:
    scope = schedule_scope_adapter.validate_python(schedule.scope)
    inputs = _read_inputs(session, schedule)
    return start_run(
        session,
        StartRequest(
            owner_id=schedule.owner_id,
            workflow_id=schedule.workflow_id,
            trigger=trigger,
            started_by=StartedBy(kind="schedule", name=schedule.name) if tick else None,
            run=RunCreate(scope=scope, reuse=cast("Reuse", schedule.reuse), inputs=inputs.values),
            overrides=inputs.overrides,
            idempotency=request and request.idempotency,
            tick=tick,
            flow_run_id=request and request.flow_run_id,
        ),
    )


def _read_inputs(session: Session, schedule: Schedule) -> ScheduleInputs:
    """Read the values of a schedule by what its workflow declares now."""
    if not schedule.inputs:
        return ScheduleInputs()
    workflow, types = get_workflow(session, schedule.owner_id, schedule.workflow_id), node_types()
    graph = compile_version(workflow.version_id, workflow.graph, types).graph
    # Of a workflow that cannot run its start says so.
    return split_inputs(graph, schedule.inputs, types) if graph else ScheduleInputs()


def _not_due(schedule: Schedule) -> str:
    if schedule.paused:
        return "The schedule is paused."
    return "The schedule is not due at this time any more."


def _outcome_message(tick: ScheduleTick) -> str:
    match tick.outcome:
        case "run":
            return f"Run {tick.run_id} was started for this tick."
        case "coalesced":
            return f"Ticks were missed; run {tick.run_id} stands for all of them."
        case "queued":
            return "The run of this tick waits for an earlier run of the schedule to end."
        case "skipped_overlap":
            return "This tick was skipped: an earlier run of the schedule goes on."
        case "skipped_late":
            return "This tick was skipped: nobody could take it in time."
        case _:
            return f"No run could be started. {(tick.error or {}).get('message', '')}".strip()
