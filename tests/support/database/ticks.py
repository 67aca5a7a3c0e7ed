"""Schedules that are due every minute, by a clock of the test's own, and what came of their ticks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.queue.recovery import request_cancel
from db.runs import IdempotentRequest
from db.tables import Schedule, ScheduleTick, WorkflowRun
from flows.schedules.ticks import (
    TickRequest,
    decide_overdue_tick,
)
from support.database.rows import digest

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTES = {"kind": "cron", "cron": "* * * * *"}
Make = Callable[..., Schedule]


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def outcomes(session: Session) -> list[str]:
    found = session.scalars(select(ScheduleTick.outcome).order_by(ScheduleTick.due_at))
    return list(found)


def runs(session: Session) -> list[WorkflowRun]:
    query = select(WorkflowRun).order_by(WorkflowRun.due_at)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def end_runs(session: Session) -> None:
    for run in runs(session):
        if not run.status.terminal:
            request_cancel(session, run.owner_id, run.id)
    session.commit()


def catch_up(session: Session, now: datetime) -> None:
    while decide_overdue_tick(session, 0, now):
        session.commit()
    session.commit()


def tick_request(due_at: datetime | None = NOON) -> TickRequest:
    idempotency = IdempotentRequest(f"prefect {uuid4()}", digest("x"))
    return TickRequest(due_at, uuid4(), idempotency)
