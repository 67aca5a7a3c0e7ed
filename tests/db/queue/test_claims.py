"""Who executes a run: claims, leases, and the flow run that shows it in Prefect."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db.postgres.errors import StaleEpochError
from db.queue.claims import assign_flow_run, claim_run, claim_runs, finish_run, set_prefect_flow_run
from db.queue.leases import release_lease, renew_leases
from db.queue.node_states import apply_changes
from db.queue.pauses import request_pause, request_resume
from db.queue.recovery import recover_expired_runs
from db.runs import get_run
from schemas.wire.run import NodeStatus, RunStatus
from support.database.rows import (
    BROKEN,
    claim_again,
    complete_nodes,
    completed,
    expire_leases,
    failed,
    make_claimed,
    make_run,
    make_workflow,
    running,
)


def test_a_claimed_run_comes_with_everything_that_running_it_needs(session: Session) -> None:
    workflow = make_workflow(session)
    run_id = make_run(session, workflow)
    session.commit()
    (claimed,) = claim_runs(session, "executor-1", 10, 15)
    assert (claimed.id, claimed.epoch, claimed.owner_id) == (run_id, 1, "ann")
    assert (claimed.workflow_name, claimed.revision) == ("A workflow", 1)
    assert claimed.graph == workflow.graph
    assert [row.node_id for row in claimed.executions] == ["a", "b"]
    run = get_run(session, "ann", run_id)
    assert (run.status, run.executor_id) == (RunStatus.RUNNING, "executor-1")
    assert run.started_at is not None


def test_a_run_is_claimed_once(session: Session) -> None:
    run_id = make_run(session)
    assert claim_run(session, run_id, "executor-1", 15) is not None
    assert claim_run(session, run_id, "executor-2", 15) is None
    assert claim_runs(session, "executor-2", 10, 15) == []
    assert claim_run(session, uuid4(), "executor-2", 15) is None


def test_executors_that_claim_at_the_same_time_share_the_runs(
    session: Session, sync_engine: Engine
) -> None:
    workflow = make_workflow(session)
    waiting = {make_run(session, workflow) for _ in range(40)}
    session.commit()

    def claim(number: int) -> list[UUID]:
        found: list[UUID] = []
        while True:
            with Session(sync_engine) as other, other.begin():
                runs = claim_runs(other, f"executor-{number}", 3, 15)
            if not runs:
                return found
            found += [run.id for run in runs]

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(claim, range(2))
    assert len(first) + len(second) == 40
    assert {*first, *second} == waiting


def test_a_claim_passes_by_what_another_one_holds(session: Session, sync_engine: Engine) -> None:
    workflow = make_workflow(session)
    for _ in range(2):
        make_run(session, workflow)
    session.commit()
    (held,) = claim_runs(session, "executor-1", 1, 15)
    with Session(sync_engine) as other, other.begin():
        assert claim_run(other, held.id, "executor-2", 15) is None
        (free,) = claim_runs(other, "executor-2", 5, 15)
    assert free.id != held.id


def test_the_oldest_run_comes_first(session: Session) -> None:
    workflow = make_workflow(session)
    runs = [make_run(session, workflow) for _ in range(3)]
    assert [run.id for run in claim_runs(session, "executor-1", 2, 15)] == runs[:2]


def test_recovered_runs_come_first_and_have_reserved_slots(
    session: Session, raw: psycopg.Connection
) -> None:
    lost = [make_claimed(session).id for _ in range(3)]
    new = [make_run(session, make_workflow(session, "bob")) for _ in range(2)]
    session.commit()
    expire_leases(raw)
    recover_expired_runs(session)
    session.commit()

    def claim(limit: int, reserve: int) -> list[UUID]:
        claimed = claim_runs(session, "executor-2", limit, 15, reserve=reserve)
        session.commit()
        return [run.id for run in claimed]

    assert claim(0, 0) == []
    assert claim(0, 1) == lost[:1]
    assert claim(3, 2) == [*lost[1:], new[0]]  # a place taken by them is not taken by a new one
    assert claim(0, 5) == []
    assert claim(3, 5) == new[1:]


def test_an_owner_with_many_runs_does_not_starve_another(session: Session) -> None:
    many = make_workflow(session)
    for _ in range(200):
        make_run(session, many)
    lone = make_run(session, make_workflow(session, "bob"))
    session.commit()
    assert lone in [run.id for run in claim_runs(session, "executor-1", 2, 15)]
    late = make_run(session, make_workflow(session, "cid"))
    # Ann has a run going already, so the newcomer is next although all of hers are older.
    assert [run.id for run in claim_runs(session, "executor-1", 1, 15)] == [late]


def test_leases_are_renewed_for_the_claim_that_holds_them(session: Session) -> None:
    mine, theirs = make_claimed(session), make_claimed(session)
    before = get_run(session, "ann", mine.id).lease_until
    held = [(mine.id, mine.epoch), (theirs.id, theirs.epoch + 1), (uuid4(), 1)]
    assert renew_leases(session, "executor-1", held, 60) == {mine.id: True}
    after = get_run(session, "ann", mine.id).lease_until
    assert before is not None
    assert after is not None
    assert after > before
    assert renew_leases(session, "executor-2", held, 60) == {}
    assert renew_leases(session, "executor-1", [], 60) == {}


def test_renewing_leases_makes_no_events(session: Session) -> None:
    run = make_claimed(session)
    seq = get_run(session, "ann", run.id).seq
    renew_leases(session, "executor-1", [(run.id, run.epoch)], 60)
    assert get_run(session, "ann", run.id).seq == seq


def test_finishing_the_same_way_again_is_no_error_and_another_way_is(session: Session) -> None:
    run = make_claimed(session)
    complete_nodes(session, run)
    for _ in range(2):
        finish_run(session, run.id, run.epoch, RunStatus.COMPLETED)
        session.commit()
    with pytest.raises(StaleEpochError):
        finish_run(session, run.id, run.epoch, RunStatus.FAILED, BROKEN)


def test_the_link_to_prefect_is_that_of_the_current_claim(session: Session) -> None:
    run = make_claimed(session)
    flow_run = uuid4()
    set_prefect_flow_run(session, run.id, run.epoch, flow_run)
    set_prefect_flow_run(session, run.id, run.epoch + 1, uuid4())
    assert get_run(session, "ann", run.id).prefect_flow_run_id == flow_run
    release_lease(session, run.id, run.epoch)
    session.commit()
    claim_again(session, run.id)
    assert get_run(session, "ann", run.id).prefect_flow_run_id is None


def test_only_the_first_claim_is_mirrored_in_the_flow_run_that_asked_for_the_run(
    session: Session,
) -> None:
    run_id, flow_run = make_run(session), uuid4()
    assign_flow_run(session, run_id, flow_run)
    first = claim_run(session, run_id, "first", 30)
    assert first is not None
    assert first.flow_run_id == flow_run
    assign_flow_run(session, run_id, uuid4())  # too late
    assert get_run(session, "ann", run_id).prefect_flow_run_id == flow_run
    release_lease(session, run_id, first.epoch)
    session.commit()
    claim_again(session, run_id)
    assert get_run(session, "ann", run_id).prefect_flow_run_id is None


def test_a_late_link_to_prefect_is_kept_if_there_is_none_yet(session: Session) -> None:
    run = make_claimed(session)
    complete_nodes(session, run)
    finish_run(session, run.id, run.epoch, RunStatus.COMPLETED)
    session.commit()
    first = uuid4()
    for flow_run in (first, uuid4()):
        set_prefect_flow_run(session, run.id, run.epoch, flow_run)
        session.commit()
    assert get_run(session, "ann", run.id).prefect_flow_run_id == first


def test_no_claim_finishes_a_run_with_open_nodes(session: Session) -> None:
    run = make_claimed(session)
    apply_changes(session, run.id, run.epoch, [running("a")])
    finish_run(session, run.id, run.epoch, RunStatus.FAILED, BROKEN)
    with pytest.raises(Exception, match="open node rows"):
        session.commit()


def test_claimed_rows_show_skipped_nodes_as_ended(session: Session) -> None:
    run = make_claimed(session)
    apply_changes(session, run.id, run.epoch, [running("a"), failed("a")])
    release_lease(session, run.id, run.epoch)
    session.commit()
    rows = claim_again(session, run.id).executions
    assert [row.status for row in rows] == [NodeStatus.FAILED, NodeStatus.PENDING]


def make_recovered(session: Session, raw: psycopg.Connection, recoveries: int) -> UUID:
    """A run that waits again after so many of its executors have died."""
    run = make_claimed(session)
    for _ in range(recoveries):
        expire_leases(raw)
        assert run.id in recover_expired_runs(session).requeued
        session.commit()
        if get_run(session, "ann", run.id).recoveries < recoveries:
            claim_again(session, run.id)
    return run.id


def test_suspects_are_claimed_one_by_one_after_all_that_are_above_suspicion(
    session: Session, raw: psycopg.Connection
) -> None:
    guilty, suspect, other, unlucky = (
        make_recovered(session, raw, recoveries) for recoveries in (3, 2, 2, 1)
    )
    fresh = make_run(session)
    session.commit()

    def claim(**more: int) -> list[UUID]:
        runs = claim_runs(session, "executor-1", 10, 15, **more)
        session.commit()
        return [run.id for run in runs]

    assert claim(recoveries_limit=0) == [unlucky, fresh]  # nobody waits for suspects
    fresh = make_run(session)
    session.commit()
    assert claim() == [suspect]
    assert claim(recoveries_limit=0) == [fresh]
    assert claim() == [other]
    assert claim(recoveries_limit=2) == []
    assert claim() == [guilty]
    assert claim() == []


def test_a_run_that_has_come_on_to_other_nodes_is_no_suspect(
    session: Session, raw: psycopg.Connection
) -> None:
    """What kills executors is at work each time."""

    def recovered(*attempts: list[str], recoveries: int = 2) -> UUID:
        """A run whose claims end while these nodes are at work."""
        run = make_claimed(session, nodes="ab")
        for number, at_work in enumerate(attempts, start=1):
            changes = [running(id, attempts[:number].count(at_work)) for id in at_work]
            if at_work == ["b"]:
                changes = [running("a"), completed("a"), *changes]
            apply_changes(session, run.id, number, changes)
            session.commit()
            expire_leases(raw)
            recover_expired_runs(session)
            session.commit()
            if number < recoveries:
                claim_again(session, run.id)
        return run.id

    same = recovered(["a"], ["a"])
    came_on = recovered(["a"], ["b"])
    unseen = recovered([], [])
    found = {run.id: run.is_suspect for run in claim_runs(session, "executor-1", 10, 15)}
    session.commit()
    assert found == {came_on: False}
    for suspect in (same, unseen):
        (claimed,) = claim_runs(session, "executor-1", 10, 15)
        session.commit()
        assert (claimed.id, claimed.is_suspect) == (suspect, True)


def test_the_last_attempt_at_a_run_keeps_no_new_ones_waiting(
    session: Session, raw: psycopg.Connection
) -> None:
    last = make_recovered(session, raw, 5)
    fresh = make_run(session)
    session.commit()
    assert [run.id for run in claim_runs(session, "executor-1", 10, 15, recoveries_limit=4)] == [
        fresh
    ]
    session.commit()
    (claimed,) = claim_runs(session, "executor-2", 10, 15)
    assert (claimed.id, claimed.recoveries, claimed.is_suspect) == (last, 5, True)


def test_a_suspect_that_was_paused_is_one_afterwards(
    session: Session, raw: psycopg.Connection
) -> None:
    suspect = make_recovered(session, raw, 2)
    request_pause(session, "ann", suspect)
    request_resume(session, "ann", suspect)
    fresh = make_run(session)
    session.commit()
    assert [run.id for run in claim_runs(session, "executor-1", 10, 15)] == [suspect]
    session.commit()
    assert [run.id for run in claim_runs(session, "executor-2", 10, 15)] == [fresh]
