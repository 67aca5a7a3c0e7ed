"""The events that PostgreSQL writes about nodes and runs."""

import psycopg
import pytest
from sqlalchemy.orm import Session

from db.queue.claims import claim_run, finish_run
from db.queue.node_states import (
    NodeChange,
    apply_changes,
)
from schemas.wire.run import NodeStatus, RunError, RunStatus
from support.database.rows import (
    complete_nodes,
    completed,
    events_after,
    executions_by_node,
    failed,
    history,
    make_claimed,
    make_run,
    make_workflow,
    running,
)


def test_the_first_events_are_those_of_the_run(session: Session) -> None:
    run_id = make_run(session)
    assert history(session, run_id) == ["run PENDING"]
    claim_run(session, run_id, "executor-1", 15)
    assert history(session, run_id) == ["run PENDING", "run RUNNING"]
    bodies = [event.body for event in events_after(session, "ann", run_id, 0)]
    assert bodies[0] == {"status": "PENDING", "error": None, "epoch": 0}
    assert bodies[1] == {"status": "RUNNING", "error": None, "epoch": 1}


def test_the_event_of_a_node_says_what_the_editor_shows(session: Session) -> None:
    run = make_claimed(session)
    apply_changes(session, run.id, 1, [failed("a")])
    (found,) = events_after(session, "ann", run.id, 2)
    assert found.kind == "node"
    assert found.body == {
        "nodeId": "a",
        "executionId": str(executions_by_node(session, run.id)["a"].id),
        "status": "FAILED",
        "attempt": 0,
        "reused": False,
        "error": {"code": "blocked", "message": "No answer was given."},
        "skipReason": None,
    }


def test_states_of_one_batch_become_events_in_their_order(session: Session) -> None:
    run = make_claimed(session, nodes="cba")
    batch = [
        running("a"),
        running("b"),
        completed("b"),
        running("c"),
        failed("c"),
        completed("a"),
    ]
    apply_changes(session, run.id, 1, batch)
    assert history(session, run.id)[2:] == [
        "a RUNNING 1",
        "b RUNNING 1",
        "b COMPLETED 1",
        "c RUNNING 1",
        "c FAILED 1",
        "a COMPLETED 1",
    ]


@pytest.mark.parametrize("character", ["x", "\x01", '"', "😀"])
def test_an_event_stays_small_however_long_the_error_is(session: Session, character: str) -> None:
    run = make_claimed(session, nodes=["\x01" * 128])
    error = RunError(code="c" * 200, message=character * 2000)
    change = NodeChange("\x01" * 128, NodeStatus.FAILED, error=error)
    apply_changes(session, run.id, 1, [change])
    shown = events_after(session, "ann", run.id, 2)[0].body["error"]
    assert shown["message"].startswith(character * 300)
    assert executions_by_node(session, run.id)["\x01" * 128].error == error.model_dump()


def test_one_hint_is_sent_for_all_events_of_a_commit(
    session: Session, raw: psycopg.Connection
) -> None:
    run = make_claimed(session)
    raw.execute("listen nodeloom_events")
    complete_nodes(session, run)
    finish_run(session, run.id, 1, RunStatus.COMPLETED)
    session.commit()
    raw.execute("notify nodeloom_events, 'end'")
    heard = [note.payload for note in raw.notifies(timeout=5, stop_after=2)]
    assert heard == [str(run.id), "end"]


def test_readers_get_events_in_pages(session: Session) -> None:
    run = make_claimed(session)
    complete_nodes(session, run)
    first = events_after(session, "ann", run.id, 0, limit=4)
    rest = events_after(session, "ann", run.id, first[-1].seq)
    assert [event.seq for event in [*first, *rest]] == [1, 2, 3, 4, 5, 6]


def test_other_runs_of_a_statement_get_their_own_numbers(
    session: Session, raw: psycopg.Connection
) -> None:
    workflow = make_workflow(session)
    runs = [make_run(session, workflow) for _ in range(3)]
    session.commit()
    raw.execute("update node_executions set status = 'CANCELLED', finished_at = clock_timestamp()")
    for run_id in runs:
        assert history(session, run_id) == ["run PENDING", "a CANCELLED 0", "b CANCELLED 0"]
