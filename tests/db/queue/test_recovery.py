"""Runs whose executor is gone, stops or fails, and runs that are to be cancelled."""

import time
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db.postgres.errors import StaleEpochError
from db.queue.claims import claim_runs, finish_run
from db.queue.leases import find_stop_requests, hold_liveness_lock, release_lease, renew_leases
from db.queue.node_states import apply_changes
from db.queue.recovery import (
    fail_run,
    recover_expired_runs,
    request_cancel,
    seconds_until_expired,
)
from db.runs import get_executions, get_run
from schemas.errors import ConflictError, NotFoundError
from schemas.wire.run import RunStatus
from support.database.rows import (
    BROKEN,
    claim_again,
    complete_nodes,
    completed,
    expire_leases,
    failed,
    make_claimed,
    make_run,
    running,
)


def statuses(session: Session, run_id: UUID) -> dict[str, str]:
    return {row.node_id: row.status.value for row in get_executions(session, "ann", run_id)}


def test_a_run_whose_lease_is_over_is_given_to_the_next_executor(
    session: Session, raw: psycopg.Connection
) -> None:
    run = make_claimed(session, nodes="abc")
    apply_changes(session, run.id, run.epoch, [running("a"), completed("a"), running("b", 2)])
    session.commit()
    assert recover_expired_runs(session).requeued == []
    expire_leases(raw)
    assert recover_expired_runs(session).requeued == [run.id]
    session.commit()
    again = claim_again(session, run.id)
    assert (again.epoch, get_run(session, "ann", run.id).recoveries) == (2, 1)
    found = {row.node_id: (row.status.value, row.attempt) for row in again.executions}
    assert found == {"a": ("COMPLETED", 1), "b": ("PENDING", 2), "c": ("PENDING", 0)}
    apply_changes(session, run.id, again.epoch, [running("b", 3), completed("b")])
    complete_nodes(session, again, "c")
    finish_run(session, run.id, again.epoch, RunStatus.COMPLETED)
    session.commit()


def test_a_stale_lease_is_over_at_once_when_its_executor_is_gone(
    session: Session, database_url: str
) -> None:
    """The lock is that of a connection, which the operating system closes with its process."""
    run = make_claimed(session, seconds=15)

    def recovered(left: float) -> list[UUID]:
        found = recover_expired_runs(session, stale_lease_seconds=left).requeued
        session.commit()
        return found

    executor = psycopg.connect(database_url)
    hold_liveness_lock(executor, "executor-1")
    assert recovered(20) == []  # alive, although it has not renewed for a while
    executor.close()
    assert recovered(10) == []  # gone, but it may connect again
    deadline = time.monotonic() + 5
    while not (found := recovered(20)):  # the server notices within milliseconds
        assert time.monotonic() < deadline
    assert found == [run.id]
    assert claim_again(session, run.id).epoch == 2


def test_the_executor_that_was_too_slow_can_write_nothing_more(
    session: Session, raw: psycopg.Connection
) -> None:
    slow = make_claimed(session)
    expire_leases(raw)
    recover_expired_runs(session)
    session.commit()
    claim_again(session, slow.id)
    with pytest.raises(StaleEpochError):
        apply_changes(session, slow.id, slow.epoch, [running("a")])
    with pytest.raises(StaleEpochError):
        finish_run(session, slow.id, slow.epoch, RunStatus.FAILED)
    with pytest.raises(StaleEpochError):
        fail_run(session, slow.id, slow.epoch, BROKEN)
    assert not release_lease(session, slow.id, slow.epoch)
    assert renew_leases(session, "executor-1", [(slow.id, slow.epoch)], 15) == {}


def test_it_is_known_when_the_first_lease_may_be_over(session: Session) -> None:
    assert seconds_until_expired(session, 11) is None
    make_claimed(session, seconds=60)
    assert 48 < (seconds_until_expired(session, 11) or 0) <= 49
    run = make_claimed(session, seconds=15)
    assert 3 < (seconds_until_expired(session, 11) or 0) <= 4
    request_cancel(session, "ann", run.id)
    assert (seconds_until_expired(session, 11) or 0) < 0


def test_a_run_that_kills_its_executors_fails_in_the_end(
    session: Session, raw: psycopg.Connection
) -> None:
    claimed = make_claimed(session)
    run_id = claimed.id
    for _ in range(5):
        expire_leases(raw)
        assert recover_expired_runs(session).requeued == [run_id]
        session.commit()
        claimed = claim_again(session, run_id)
    apply_changes(session, run_id, claimed.epoch, [running("a", 6)])
    session.commit()
    expire_leases(raw)
    assert recover_expired_runs(session).failed == [run_id]
    session.commit()
    run = get_run(session, "ann", run_id)
    assert (run.status, run.error and run.error["code"]) == (RunStatus.FAILED, "executor_lost")
    assert statuses(session, run_id) == {"a": "FAILED", "b": "SKIPPED"}
    with pytest.raises(StaleEpochError):
        apply_changes(session, run_id, claimed.epoch, [completed("a")])


def test_a_run_that_was_to_be_cancelled_is_not_given_to_another_executor(
    session: Session, raw: psycopg.Connection
) -> None:
    run = make_claimed(session)
    apply_changes(session, run.id, run.epoch, [running("a")])
    request_cancel(session, "ann", run.id)
    session.commit()
    expire_leases(raw)
    assert recover_expired_runs(session).cancelled == [run.id]
    session.commit()
    assert get_run(session, "ann", run.id).status is RunStatus.CANCELLED
    assert statuses(session, run.id) == {"a": "CANCELLED", "b": "CANCELLED"}


def test_simultaneous_recoveries_do_not_overlap(
    session: Session, raw: psycopg.Connection, sync_engine: Engine
) -> None:
    run = make_claimed(session)
    expire_leases(raw)
    assert recover_expired_runs(session).requeued == [run.id]
    with Session(sync_engine) as other, other.begin():
        assert recover_expired_runs(other).requeued == []


def test_an_executor_that_stops_gives_its_run_back_at_once(session: Session) -> None:
    run = make_claimed(session)
    apply_changes(session, run.id, run.epoch, [running("a")])
    assert release_lease(session, run.id, run.epoch)
    session.commit()
    again = claim_again(session, run.id)
    assert (again.epoch, get_run(session, "ann", run.id).recoveries) == (2, 0)


def test_a_defect_fails_the_run_and_closes_its_nodes(session: Session) -> None:
    run = make_claimed(session, nodes="abc")
    apply_changes(session, run.id, run.epoch, [running("a"), completed("a"), running("b")])
    for _ in range(2):  # a commit whose answer was lost is sent again
        fail_run(session, run.id, run.epoch, BROKEN)
        session.commit()
    assert statuses(session, run.id) == {"a": "COMPLETED", "b": "FAILED", "c": "SKIPPED"}
    assert get_run(session, "ann", run.id).error == BROKEN.model_dump()


def test_a_waiting_run_is_cancelled_at_once(session: Session) -> None:
    run_id = make_run(session)
    session.commit()
    assert request_cancel(session, "ann", run_id).status is RunStatus.CANCELLED
    session.commit()
    assert statuses(session, run_id) == {"a": "CANCELLED", "b": "CANCELLED"}
    assert claim_runs(session, "executor-1", 5, 15) == []


def test_the_executor_of_a_running_run_is_asked_to_cancel_it(
    session: Session, raw: psycopg.Connection
) -> None:
    raw.execute("listen nodeloom_cancel")
    run, other = make_claimed(session), make_claimed(session)
    request_cancel(session, "ann", run.id)
    session.commit()
    asked = request_cancel(session, "ann", run.id)
    session.commit()
    assert asked.status is RunStatus.RUNNING
    assert asked.cancel_requested_at is not None
    assert [note.payload for note in raw.notifies(timeout=5, stop_after=1)] == [str(run.id)]
    assert find_stop_requests(session, "executor-1").cancelled == {run.id}
    assert find_stop_requests(session, "executor-2").cancelled == set()
    assert other.id != run.id


def test_what_has_ended_or_is_not_ours_cannot_be_cancelled(session: Session) -> None:
    run = make_claimed(session)
    with pytest.raises(NotFoundError):
        request_cancel(session, "bob", run.id)
    apply_changes(session, run.id, run.epoch, [running("a"), failed("a"), failed("b")])
    finish_run(session, run.id, run.epoch, RunStatus.FAILED, BROKEN)
    session.commit()
    with pytest.raises(ConflictError) as error:
        request_cancel(session, "ann", run.id)
    assert error.value.code == "run_ended"
