"""What Prefect has still to be told, and whose turn it is to tell it."""

from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
from sqlalchemy.orm import Session

from db.mirror.ended_runs import find_deleted_runs, find_ended_runs, mark_deleted_runs_shown
from db.mirror.mirrored_runs import (
    OpenMirroredRun,
    find_mirrored,
    find_open_mirrored,
    find_open_shown,
    find_running_mirrored,
    find_unmirrored,
    find_waiting_mirrored,
    get_executed_version,
)
from db.postgres.engine import make_sync_engine
from db.postgres.roles import Role
from db.queue.claims import assign_flow_run, finish_run, set_prefect_flow_run
from db.queue.pauses import request_pause
from db.queue.recovery import request_cancel
from db.runs import delete_run
from db.users import delete_user
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
    assert find_running_mirrored(session, 10) == []
    set_prefect_flow_run(session, claimed.id, claimed.epoch, flow_run_id)
    shown = OpenMirroredRun(
        claimed.id, "ann", flow_run_id, RunStatus.RUNNING, pausing=False, queued=False
    )
    assert find_running_mirrored(session, 10) == find_open_mirrored(session, claimed.id) == [shown]
    assert find_open_mirrored(session, flow_run_id) == []
    request_cancel(session, "ann", claimed.id)
    assert find_running_mirrored(session, 10) == find_open_mirrored(session, claimed.id) == []


def test_a_run_that_waits_for_another_executor_is_still_mirrored(
    session: Session, raw: psycopg.Connection
) -> None:
    run_id = make_claimed(session).id
    expire_leases(raw)
    set_prefect_flow_run(session, run_id, 1, uuid4())
    session.commit()
    assert len(find_running_mirrored(session, 10)) == 1


def test_paused_runs_are_given_in_parts_and_hold_nobody_up(session: Session) -> None:
    ids = sorted(make_run(session) for _ in range(5))
    for id in ids:
        assign_flow_run(session, id, uuid4())
        request_pause(session, "ann", id)
    assign_flow_run(session, waiting := make_run(session), uuid4())
    shown = make_claimed(session)
    set_prefect_flow_run(session, shown.id, shown.epoch, uuid4())
    assert [run.id for run in find_running_mirrored(session, 2)] == [shown.id]
    found = find_waiting_mirrored(session, None, 4)
    found += find_waiting_mirrored(session, found[-1].id, 4)
    assert [run.id for run in found] == sorted([*ids, waiting])
    assert {run.id for run in found if run.queued} == {waiting}


def test_runs_that_ended_are_given_once_in_the_order_of_their_ends(session: Session) -> None:
    ids = [ended(session, uuid4()) for _ in range(3)]
    ended(session)  # not shown
    hour = timedelta(hours=1)
    first = find_ended_runs(session, None, window=hour, ended_seconds_ago=0, limit=2)
    rest = find_ended_runs(session, first[-1], window=hour, ended_seconds_ago=0, limit=2)
    assert [run.id for run in first + rest] == ids
    assert find_ended_runs(session, rest[-1], window=hour, ended_seconds_ago=0, limit=2) == []
    assert find_ended_runs(session, None, window=hour, ended_seconds_ago=60, limit=2) == []


def test_a_run_that_was_deleted_is_remembered_until_prefect_shows_no_more_of_it(
    session: Session,
) -> None:
    flow_run_id = uuid4()
    shown, unshown, never_begun = ended(session, flow_run_id), ended(session), make_run(session)
    request_cancel(session, "ann", never_begun)
    for id in (shown, unshown, never_begun):
        delete_run(session, "ann", id)
    session.commit()
    found = find_deleted_runs(session, deleted_seconds_ago=0, limit=10)
    assert {(run.id, run.flow_run_id) for run in found} == {(shown, flow_run_id), (unshown, None)}
    assert {run.status for run in found} == {RunStatus.COMPLETED}
    assert find_deleted_runs(session, deleted_seconds_ago=60, limit=10) == []
    mark_deleted_runs_shown(session, [shown, unshown])
    assert find_deleted_runs(session, deleted_seconds_ago=0, limit=10) == []


def test_of_a_user_who_is_deleted_no_run_stays_open_in_prefect(
    session: Session, database_url: str
) -> None:
    claimed = make_claimed(session)
    session.commit()
    engine = make_sync_engine(database_url, role=Role.IDENTITY)
    with Session(engine) as identity, identity.begin():
        delete_user(identity, "ann")
    engine.dispose()
    [found] = find_deleted_runs(session, deleted_seconds_ago=0, limit=10)
    assert (found.id, found.status) == (claimed.id, RunStatus.RUNNING)


def test_flow_runs_are_known_that_show_a_run_which_goes_on(session: Session) -> None:
    over, running, waits, paused = (uuid4() for _ in range(4))
    ended(session, over)
    claimed = make_claimed(session)
    set_prefect_flow_run(session, claimed.id, claimed.epoch, running)
    assign_flow_run(session, make_run(session), waits)
    assign_flow_run(session, stopped := make_run(session), paused)
    request_pause(session, "ann", stopped)
    found = find_open_shown(session, {over, running, waits, paused, uuid4()})
    assert found == {running, waits, paused}
