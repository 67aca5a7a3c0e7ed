"""What Prefect has still to be told, and whose turn it is to tell it."""

from uuid import UUID, uuid4

import psycopg
from sqlalchemy.orm import Session

from db.mirror.mirrored_runs import (
    OpenMirroredRun,
    find_mirrored,
    find_open_mirrored,
    find_unmirrored,
    get_executed_version,
)
from db.queue.claims import finish_run, set_prefect_flow_run
from db.queue.recovery import request_cancel
from schemas.wire.run import RunStatus
from support.database.rows import complete_nodes, expire_leases, make_claimed, make_run


def ended(session: Session, flow_run_id: UUID | None = None) -> UUID:
    claimed = make_claimed(session)
    if flow_run_id:
        set_prefect_flow_run(session, claimed.id, claimed.epoch, flow_run_id)
    complete_nodes(session, claimed)
    finish_run(session, claimed.id, claimed.epoch, RunStatus.COMPLETED)
    session.commit()
    return claimed.id


def unmirrored(session: Session, limit: int = 10, quiet: float = 0) -> list[UUID]:
    found = find_unmirrored(session, limit, days=1, ended_seconds_ago=quiet)
    return [run.id for run in found]


def test_runs_that_ended_and_are_not_mirrored_are_found_oldest_first(
    session: Session,
) -> None:
    first, second = ended(session), ended(session)
    ended(session, uuid4())  # it was told of this one
    make_claimed(session)  # this one goes on
    never_begun = make_run(session)
    request_cancel(session, "ann", never_begun)
    session.commit()
    assert unmirrored(session) == [first, second]
    assert unmirrored(session, limit=1) == [first]
    assert unmirrored(session, quiet=60) == []

    set_prefect_flow_run(session, first, 1, uuid4())
    session.commit()
    assert unmirrored(session) == [second]


def test_a_run_is_found_with_what_decides_its_end(session: Session) -> None:
    flow_run_id = uuid4()
    run_id = ended(session, flow_run_id)
    found = find_mirrored(session, [run_id, uuid4()])
    assert list(found) == [run_id]
    run = found[run_id]
    assert (run.status, run.epoch, run.flow_run_id) == (RunStatus.COMPLETED, 1, flow_run_id)
    assert (run.owner_id, run.workflow_name) == ("ann", "A workflow")
    assert 0 <= run.ended_seconds_ago < 60
    version, rows = get_executed_version(session, run_id)
    assert [node["id"] for node in version.graph["nodes"]] == ["a", "b"]
    assert [row.node_id for row in rows] == ["a", "b"]


def test_runs_that_prefect_shows_and_that_go_on_may_be_cancelled_there(session: Session) -> None:
    claimed, flow_run_id = make_claimed(session), uuid4()
    make_claimed(session)  # not shown
    ended(session, uuid4())
    assert find_open_mirrored(session, 10) == []
    set_prefect_flow_run(session, claimed.id, claimed.epoch, flow_run_id)
    shown = OpenMirroredRun(claimed.id, "ann", flow_run_id, RunStatus.RUNNING, pausing=False)
    assert (
        find_open_mirrored(session, 10) == find_open_mirrored(session, 1, [claimed.id]) == [shown]
    )
    assert find_open_mirrored(session, 10, [flow_run_id]) == []
    request_cancel(session, "ann", claimed.id)
    assert find_open_mirrored(session, 10) == []


def test_a_run_that_waits_for_another_executor_is_still_mirrored(
    session: Session, raw: psycopg.Connection
) -> None:
    run_id = make_claimed(session).id
    expire_leases(raw)
    set_prefect_flow_run(session, run_id, 1, uuid4())
    session.commit()
    assert len(find_open_mirrored(session, 10)) == 1
