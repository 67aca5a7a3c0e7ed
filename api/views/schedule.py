"""Schedules as the outside sees them."""

from datetime import datetime

from api.views.times import utc
from db.tables import Schedule, ScheduleTick
from flows.functions.results import present_error
from flows.schedules.times import next_times
from schemas.wire.schedule import (
    ScheduleRead,
    TickRead,
    schedule_scope_adapter,
    timing_adapter,
)


def present_schedule(
    row: Schedule, last: ScheduleTick | None, now: datetime, ui: str | None
) -> ScheduleRead:
    """Present a schedule; `ui` is Prefect's address for people."""
    timing = timing_adapter.validate_python(row.timing)
    deployment = row.prefect_deployment_id
    return ScheduleRead.model_validate(
        {
            "id": row.id,
            "workflow_id": row.workflow_id,
            "name": row.name,
            "timing": timing,
            "scope": schedule_scope_adapter.validate_python(row.scope),
            "reuse": row.reuse,
            "inputs": row.inputs,
            "catch_up": row.catch_up,
            "overlap": row.overlap,
            "paused": row.paused,
            "next_at": row.next_at and utc(row.next_at),
            "next_times": next_times(timing, now),
            "last_tick": last and present_tick(last),
            "revision": row.revision,
            "synced": row.synced_revision == row.revision,
            "prefect_url": f"{ui}/deployments/deployment/{deployment}"
            if ui and deployment
            else None,
            "created_at": utc(row.created_at),
            "updated_at": utc(row.updated_at),
        }
    )


def present_tick(row: ScheduleTick) -> TickRead:
    """Present what became of a tick."""
    return TickRead.model_validate(
        {
            "due_at": utc(row.due_at),
            "outcome": row.outcome,
            "run_id": row.run_id,
            "late": row.late,
            "error": present_error(row.error),
            "decided_at": utc(row.decided_at),
        }
    )
