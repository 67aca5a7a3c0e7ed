"""Runs that people pause and resume."""

from uuid import UUID

import psycopg
import pytest
from sqlalchemy.orm import Session

from db.postgres.errors import StaleEpochError
from db.queue.claims import claim_run, claim_runs, finish_run
from db.queue.depth import get_queue_depth
from db.queue.leases import find_stop_requests, release_lease, renew_leases
from db.queue.node_states import apply_changes
from db.queue.pauses import request_pause, request_resume
from db.queue.recovery import recover_expired_runs, request_cancel
from db.runs import get_executions, get_run
from schemas.errors import ConflictError, NotFoundError
from schemas.wire.run import RunStatus
from support.database.rows import (
    BROKEN,
    claim_again,
    complete_nodes,
    completed,
    events_after,
    expire_leases,
    make_claimed,
    make_run,
    make_workflow,
    running,
)


def pause(session: Session, run_id: UUID) -> None:
    request_pause(session, "ann", run_id)
    session.commit()


def resume(session: Session, run_id: UUID) -> None:
    request_resume(session, "ann", run_id)
    session.commit()


def status(session: Session, run_id: UUID) -> str:
    return get_run(session, "ann", run_id).status.value


def run_events(session: Session, run_id: UUID) -> list[str]:
    events = events_after(session, "ann", run_id, 0)
    return [event.body["status"] for event in events if event.kind == "run"]


def test_a_run_in_the_queue_is_paused_at_once_and_claimed_by_nobody(session: Session) -> None:
    run = make_run(session)
    for _ in range(2):
        pause(session, run)
    assert status(session, run) == "WAITING"
    assert claim_run(session, run, "x", 15) is None
    assert claim_runs(session, "x", 5, 15, reserve=5) == []
    for _ in range(2):
        resume(session, run)
    assert run_events(session, run) == ["PENDING", "WAITING", "PENDING"]
    (claimed,) = claim_runs(session, "x", 5, 15)
    assert (claimed.id, claimed.epoch) == (run, 1)


def test_a_running_run_is_paused_by_its_executor(session: Session) -> None:
    run = make_claimed(session, "abc")
    apply_changes(session, run.id, 1, [running("a"), completed("a"), running("b", 2)])
    for _ in range(2):
        pause(session, run.id)
    first = get_run(session, "ann", run.id).pause_requested_at
    assert (status(session, run.id), first is None) == ("RUNNING", False)
    asked = find_stop_requests(session, "executor-1")
    assert (asked.paused, asked.cancelled) == ({run.id}, set())
    assert find_stop_requests(session, "executor-2").paused == set()
    assert renew_leases(session, "executor-1", [(run.id, 1)], 15) == {run.id: True}
    assert release_lease(session, run.id, 1, {"b": BROKEN})
    session.commit()

    paused = get_run(session, "ann", run.id)
    assert (paused.status, paused.lease_until, paused.executor_id) == ("WAITING", None, None)
    assert (paused.recoveries, paused.pause_requested_at) == (0, first)
    nodes = {row.node_id: row for row in get_executions(session, "ann", run.id)}
    assert {id: row.status.value for id, row in nodes.items()} == {
        "a": "COMPLETED",
        "b": "PENDING",
        "c": "PENDING",
    }
    assert (nodes["b"].attempt, nodes["b"].started_at) == (2, None)
    assert nodes["b"].error == BROKEN.model_dump(mode="json")
    with pytest.raises(StaleEpochError):
        apply_changes(session, run.id, 1, [running("c")])


def test_a_resumed_run_goes_on_from_its_rows(session: Session) -> None:
    run = make_claimed(session)
    complete_nodes(session, run, "a")
    pause(session, run.id)
    release_lease(session, run.id, run.epoch)
    resume(session, run.id)
    again = claim_again(session, run.id)
    assert {row.node_id: row.status.value for row in again.executions} == {
        "a": "COMPLETED",
        "b": "PENDING",
    }
    complete_nodes(session, again, "b")
    finish_run(session, run.id, again.epoch, RunStatus.COMPLETED)
    session.commit()
    ended = get_run(session, "ann", run.id)
    assert (ended.recoveries, ended.pause_requested_at, ended.resumed_at) == (0, None, None)
    assert run_events(session, run.id) == [
        *("PENDING", "RUNNING", "RUNNING", "WAITING", "PENDING", "RUNNING", "COMPLETED")
    ]


def test_a_run_that_is_resumed_before_it_was_paused_goes_on_where_it_is(session: Session) -> None:
    run = make_claimed(session)
    pause(session, run.id)
    resume(session, run.id)
    assert find_stop_requests(session, "executor-1").paused == set()
    assert release_lease(session, run.id, 1)  # its executor gave it up at that moment
    session.commit()
    assert status(session, run.id) == "PENDING"


def test_a_waiting_run_is_cancelled_at_once(session: Session) -> None:
    run = make_claimed(session)
    apply_changes(session, run.id, 1, [running("a")])
    pause(session, run.id)
    release_lease(session, run.id, 1)
    request_cancel(session, "ann", run.id)
    session.commit()
    assert status(session, run.id) == "CANCELLED"
    assert {row.status for row in get_executions(session, "ann", run.id)} == {"CANCELLED"}


@pytest.mark.parametrize("paused", [True, False])
def test_a_run_that_is_cancelled_while_its_executor_gives_it_up_ends_with_that(
    session: Session, paused: bool
) -> None:
    run = make_claimed(session)
    apply_changes(session, run.id, 1, [running("a")])
    if paused:
        pause(session, run.id)
    request_cancel(session, "ann", run.id)
    session.commit()
    assert release_lease(session, run.id, 1)
    session.commit()
    assert status(session, run.id) == "CANCELLED"
    assert {row.status for row in get_executions(session, "ann", run.id)} == {"CANCELLED"}
    assert not release_lease(session, run.id, 1)


def test_other_tabs_hear_at_once_that_a_run_is_to_be_paused(session: Session) -> None:
    run = make_claimed(session)
    pause(session, run.id)
    resume(session, run.id)
    pause(session, run.id)
    release_lease(session, run.id, 1)
    resume(session, run.id)
    told = [
        (event.body["status"], event.body.get("pausing", False))
        for event in events_after(session, "ann", run.id, 0)
        if event.kind == "run"
    ]
    assert told == [
        ("PENDING", False),
        ("RUNNING", False),
        ("RUNNING", True),
        ("RUNNING", False),
        ("RUNNING", True),
        ("WAITING", True),
        ("PENDING", False),
    ]


def test_a_run_whose_executor_died_while_it_was_to_be_paused_is_paused(
    session: Session, raw: psycopg.Connection
) -> None:
    run = make_claimed(session)
    apply_changes(session, run.id, 1, [running("a")])
    pause(session, run.id)
    expire_leases(raw)
    recover_expired_runs(session)
    session.commit()
    assert status(session, run.id) == "WAITING"
    resume(session, run.id)
    again = claim_again(session, run.id)
    assert {row.node_id: row.attempt for row in again.executions} == {"a": 1, "b": 0}
    assert all(row.error is None for row in again.executions)


def test_pauses_do_not_use_up_recoveries(session: Session) -> None:
    run = make_claimed(session)
    for epoch in range(1, 9):
        pause(session, run.id)
        assert release_lease(session, run.id, epoch)
        resume(session, run.id)
        claim_again(session, run.id)
    assert get_run(session, "ann", run.id).recoveries == 0


def test_resumed_runs_wait_for_their_turn_like_new_ones(session: Session) -> None:
    """One who pauses many and resumes them at once does not go before all others."""
    run = make_claimed(session)
    others = [make_run(session, make_workflow(session, owner)) for owner in ("bob", "cat")]
    pause(session, run.id)
    release_lease(session, run.id, 1)
    resume(session, run.id)
    claimed = [one.id for one in claim_runs(session, "x", 2, 15, reserve=5)]
    assert claimed == others
    assert [one.id for one in claim_runs(session, "x", 2, 15, reserve=5)] == [run.id]


def test_a_paused_run_is_not_in_the_queue(session: Session, raw: psycopg.Connection) -> None:
    run = make_run(session)
    pause(session, run)
    depth = get_queue_depth(session)
    assert (depth.queued, depth.running, depth.waiting, depth.oldest_seconds) == (0, 0, 1, 0)
    resume(session, run)
    raw.execute(  # it was made, paused and resumed days ago
        "alter table workflow_runs disable trigger guard;"
        "update workflow_runs set created_at = created_at - interval '9 days';"
        "alter table workflow_runs enable trigger guard"
    )
    depth = get_queue_depth(session)
    assert (depth.queued, depth.waiting) == (1, 0)
    assert 0 <= depth.oldest_seconds < 60


def test_an_ended_run_is_neither_paused_nor_resumed(session: Session) -> None:
    run = make_run(session)
    request_cancel(session, "ann", run)
    session.commit()
    for request in (request_pause, request_resume):
        with pytest.raises(ConflictError) as refused:
            request(session, "ann", run)
        assert refused.value.code == "run_ended"


def test_somebody_elses_run_is_not_there(session: Session) -> None:
    run = make_run(session)
    for request in (request_pause, request_resume):
        with pytest.raises(NotFoundError):
            request(session, "bob", run)


def test_the_executor_hears_of_pause_and_resume(session: Session, database_url: str) -> None:
    run = make_claimed(session)
    with psycopg.connect(database_url, autocommit=True) as listener:
        listener.execute("listen nodeloom_cancel")
        pause(session, run.id)
        pause(session, run.id)
        resume(session, run.id)
        told = list(listener.notifies(timeout=1))
    assert [each.payload for each in told] == [str(run.id)] * 2
