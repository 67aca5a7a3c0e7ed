"""Makes and changes schedules: what cannot work is refused before it is stored."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from db.schedule_ticks import skip_queued_ticks
from db.schedules import apply_schedule_values, create_schedule, get_schedule
from db.tables import Schedule, Workflow
from db.tables.base import Json, database_time
from db.workflows import get_workflow, graph_document
from flows.graph.check import read_graph
from flows.graph.topology import Topology
from flows.planning.scope import scope_problems
from flows.runs.overrides import ParamOverrides, override_params
from flows.runs.start import asset_problems
from flows.schedules.inputs import input_problems, name_inputs, split_inputs
from flows.schedules.times import check_timing, next_time, next_times, normalize_timing
from schemas.base import FrozenModel
from schemas.errors import InvalidGraphError
from schemas.graph import Graph
from schemas.problem import Problem
from schemas.wire.schedule import ScheduleCreate, ScheduleUpdate, Timing, timing_adapter
from tasks.registry import node_types


def make_schedule(
    session: Session, owner_id: str, workflow_id: int, wanted: ScheduleCreate
) -> Schedule:
    """Store a schedule; its first tick is the first one after now.

    Raises:
        NotFoundError: the user has no such workflow.
        InvalidInputError: `bad_cron`, `unknown_time_zone`, `over_already`.
        InvalidGraphError: `bad_schedule`: scope or inputs do not fit the workflow.
        ConflictError: `too_many_schedules`.
    """
    workflow, now = get_workflow(session, owner_id, workflow_id), database_time(session)
    values = _columns(wanted, now)
    _check_against_workflow(session, workflow, wanted)
    values["next_at"] = None if wanted.paused else _first_tick(values["timing"], now)
    return create_schedule(session, owner_id, workflow_id, values)


def update_schedule(session: Session, owner_id: str, id: UUID, wanted: ScheduleUpdate) -> Schedule:
    """Change what was sent. Ticks that fell into a pause, or before other times, are not caught up.

    Raises:
        NotFoundError: the user has no such schedule.
        InvalidInputError: `bad_cron`, `unknown_time_zone`, `over_already`.
        InvalidGraphError: `bad_schedule`: scope or inputs do not fit the workflow.
    """
    schedule, now = get_schedule(session, owner_id, id, lock=True), database_time(session)
    values = _columns(wanted, now)
    if wanted.scope is not None or wanted.inputs is not None:
        _check_against_workflow(
            session, get_workflow(session, owner_id, schedule.workflow_id), wanted
        )
    resumed = schedule.paused and not values.get("paused", True)
    if values.get("timing", schedule.timing) != schedule.timing or resumed:
        values["next_at"] = _first_tick(values.get("timing", schedule.timing), now)
    if values.get("paused", schedule.paused):
        values["next_at"] = None
    if values.get("paused", schedule.paused) or resumed:
        skip_queued_ticks(session, schedule.id)
    apply_schedule_values(session, schedule, values)
    return schedule


def preview_times(
    session: Session, owner_id: str, workflow_id: int, timing: Timing
) -> list[datetime]:
    """Give the next ticks that such a schedule would have. Raises what `make_schedule` does."""
    get_workflow(session, owner_id, workflow_id)
    now = database_time(session)
    check_timing(timing, now)
    return next_times(normalize_timing(timing, now), now)


def _columns(wanted: ScheduleCreate | ScheduleUpdate, now: datetime) -> Json:
    values = {name: value for name, value in wanted if value is not None}
    if wanted.timing is not None:
        check_timing(wanted.timing, now)
        values["timing"] = normalize_timing(wanted.timing, now)
    return {
        name: value.model_dump(mode="json") if isinstance(value, FrozenModel) else value
        for name, value in values.items()
    }


def _first_tick(timing: Json, now: datetime) -> datetime | None:
    return next_time(timing_adapter.validate_python(timing), now)


def _check_against_workflow(
    session: Session, workflow: Workflow, wanted: ScheduleCreate | ScheduleUpdate
) -> None:
    """Refuse a scope without its nodes, and values that could have no effect.

    A workflow that cannot run yet may have a schedule: its ticks say what is missing.
    """
    graph = read_graph(graph_document(workflow)).graph
    if graph is None:
        return
    inputs = split_inputs(graph, wanted.inputs or {}, node_types())
    of_inputs, overrides = input_problems(graph, inputs, node_types())
    of_assets = _asset_problems(session, workflow, graph, overrides)
    problems = [
        *(scope_problems(Topology.of(graph), wanted.scope) if wanted.scope else ()),
        *of_inputs,
        *name_inputs(graph, inputs, of_assets),
    ]
    if problems:
        raise InvalidGraphError(
            problems, "The schedule does not fit its workflow; see the problems.", "bad_schedule"
        )


def _asset_problems(
    session: Session, workflow: Workflow, graph: Graph, overrides: ParamOverrides
) -> list[Problem]:
    overridden = override_params(graph, overrides)
    found = asset_problems(session, workflow.user_id, overridden, node_types())
    return [each for each in found if each.param in overrides.get(each.node_id or "", ())]
