"""Runs: made with all their nodes, once for each request, and counted in lists."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db.assets import add_asset, add_assets, find_assets, get_asset
from db.queue.node_states import apply_changes
from db.runs import (
    IdempotentRequest,
    NewNodeExecution,
    count_nodes,
    get_executions,
    get_run,
    list_runs,
)
from schemas.errors import InvalidInputError, NotFoundError
from schemas.values import MediaInfo, MediaValue, media_value
from schemas.wire.run import NodeStatus, RunCounts, RunStatus
from support.database.rows import (
    digest,
    events_after,
    failed,
    make_claimed,
    make_run,
    make_workflow,
    running,
)


def image(sha256: str = "a" * 64) -> MediaValue:
    return media_value("ann", sha256, 99, MediaInfo("image/png", width=4, height=3))


def test_a_new_run_waits_with_all_its_nodes(session: Session) -> None:
    workflow = make_workflow(session)
    run = get_run(session, "ann", make_run(session, workflow))
    assert (run.status, run.epoch, run.revision) == (RunStatus.PENDING, 0, 1)
    assert run.version_id == workflow.version_id
    rows = get_executions(session, "ann", run.id)
    assert [(row.node_id, row.label, row.status) for row in rows] == [
        ("a", "Node a", NodeStatus.PENDING),
        ("b", "Node b", NodeStatus.PENDING),
    ]
    assert count_nodes(rows) == RunCounts(total=2, pending=2)


def test_a_run_needs_nodes(session: Session) -> None:
    workflow = make_workflow(session)
    with pytest.raises(Exception, match="total_nodes_range"):
        make_run(session, workflow, nodes="")


def test_a_long_label_is_cut(session: Session) -> None:
    workflow = make_workflow(session)
    execution = NewNodeExecution(uuid4(), "é" * 128, "text", "é" * 500, 0)
    run_id = make_run(session, workflow, executions=[execution])
    assert get_executions(session, "ann", run_id)[0].label == "é" * 200


def test_other_users_runs_do_not_exist(session: Session) -> None:
    run_id = make_run(session)
    with pytest.raises(NotFoundError):
        get_run(session, "bob", run_id)
    assert get_executions(session, "bob", run_id) == []
    assert list_runs(session, "bob").items == []
    assert events_after(session, "bob", run_id, 0) == []


def test_an_idempotency_key_makes_one_run(session: Session) -> None:
    workflow = make_workflow(session)
    request = IdempotentRequest("k", digest("body"))
    first = make_run(session, workflow, idempotency=request)
    assert make_run(session, workflow, idempotency=request) == first
    with pytest.raises(InvalidInputError) as error:
        make_run(session, workflow, idempotency=IdempotentRequest("k", digest("other")))
    assert error.value.code == "idempotency_key_reused"
    assert make_run(session, make_workflow(session, "bob"), idempotency=request) != first


def test_simultaneous_requests_with_one_key_make_one_run(
    session: Session, sync_engine: Engine
) -> None:
    workflow = make_workflow(session)
    session.commit()

    def start(_number: int) -> UUID:
        with Session(sync_engine) as other, other.begin():
            return make_run(other, workflow, idempotency=IdempotentRequest("k", digest("body")))

    with ThreadPoolExecutor(5) as threads:
        assert len(set(threads.map(start, range(20)))) == 1
    assert len(list_runs(session, "ann").items) == 1


def test_the_list_counts_the_nodes_of_each_run(session: Session) -> None:
    run = make_claimed(session, nodes="abc")
    apply_changes(session, run.id, run.epoch, [running("a"), failed("a"), running("b")])
    (item,) = list_runs(session, "ann").items
    assert item.run.id == run.id
    assert item.counts == RunCounts(total=3, pending=1, running=1, failed=1)
    assert item.counts == count_nodes(get_executions(session, "ann", run.id))


def test_the_list_has_the_newest_first_and_can_be_of_one_workflow(session: Session) -> None:
    one, two = make_workflow(session), make_workflow(session)
    runs = [make_run(session, workflow) for workflow in (one, two, one, one)]
    everything = [item.run.id for item in list_runs(session, "ann").items]
    assert everything == runs[::-1]
    first = list_runs(session, "ann", one.id, limit=2)
    assert [item.run.id for item in first.items] == [runs[3], runs[2]]
    rest = list_runs(session, "ann", one.id, limit=2, cursor=first.next_cursor)
    assert [item.run.id for item in rest.items] == [runs[0]]
    assert rest.next_cursor is None


def test_a_page_that_ends_with_the_list_has_no_next(session: Session) -> None:
    workflow = make_workflow(session)
    for _ in range(2):
        make_run(session, workflow)
    assert list_runs(session, "ann", limit=2).next_cursor is None


def test_making_a_run_wakes_the_executors_when_it_is_committed(
    session: Session, raw: psycopg.Connection
) -> None:
    raw.execute("listen nodeloom_runs")
    raw.execute("listen nodeloom_events")
    run_id = make_run(session)
    assert list(raw.notifies(timeout=0)) == []
    session.commit()
    heard = [(note.channel, note.payload) for note in raw.notifies(timeout=5, stop_after=2)]
    assert set(heard) == {("nodeloom_runs", str(run_id)), ("nodeloom_events", str(run_id))}


def test_the_same_bytes_are_the_same_asset(session: Session) -> None:
    make_workflow(session)
    first = add_asset(session, "ann", image())
    assert add_asset(session, "ann", image()).asset_id == first.asset_id
    assert add_asset(session, "ann", image("b" * 64)).asset_id != first.asset_id


def test_assets_are_found_by_their_owner_only(session: Session) -> None:
    make_workflow(session)
    known = add_asset(session, "ann", image()).asset_id
    assert get_asset(session, "ann", known).width == 4
    assert set(find_assets(session, "ann", [known, uuid4()])) == {known}
    assert find_assets(session, "bob", [known]) == {}
    with pytest.raises(NotFoundError):
        get_asset(session, "bob", known)
    add_assets(session, "ann", [])
    assert find_assets(session, "ann", []) == {}
