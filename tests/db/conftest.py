"""A raw connection, for what PostgreSQL itself must refuse whoever asks, and runs in each state."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.orm import Session

from db.queue.claims import finish_run
from db.tables import Schedule, Workflow
from flows.schedules.edit import make_schedule
from schemas.wire.run import RunStatus
from schemas.wire.schedule import ScheduleCreate
from support.database.rows import complete_nodes, make_claimed, make_run, make_workflow
from support.database.ticks import MINUTES, NOON, Make

Refused = Callable[..., str | None]


@pytest.fixture
def raw(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def refused(raw: psycopg.Connection) -> Refused:
    """Tries statements in one transaction and gives the SQLSTATE, None if all were taken."""

    def attempt(*statements: str, **values: object) -> str | None:
        try:
            with raw.transaction():
                for statement in statements:
                    raw.execute(statement.encode(), values)
                raw.execute("set constraints all immediate")
        except psycopg.Error as error:
            return error.sqlstate
        return None

    return attempt


@pytest.fixture
def pending(session: Session) -> UUID:
    run_id = make_run(session)
    session.commit()
    return run_id


@pytest.fixture
def claimed(session: Session) -> UUID:
    return make_claimed(session).id


@pytest.fixture
def completed(session: Session) -> UUID:
    run = make_claimed(session)
    complete_nodes(session, run)
    finish_run(session, run.id, run.epoch, RunStatus.COMPLETED)
    session.commit()
    return run.id


@pytest.fixture
def make(session: Session) -> Make:
    """Makes a schedule that is due every minute, first at noon."""

    def make(workflow: Workflow | None = None, **more: Any) -> Schedule:
        workflow = workflow or make_workflow(session)
        body = {"name": "Each minute", "timing": MINUTES, **more}
        wanted = ScheduleCreate.model_validate(body)
        made = make_schedule(session, workflow.user_id, workflow.id, wanted)
        if made.next_at is not None:
            made.next_at = NOON
        session.commit()
        return made

    return make
