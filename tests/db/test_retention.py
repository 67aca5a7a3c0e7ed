"""A database under steady use: what is due goes, in small batches, and the size stays."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from db.assets import add_asset, add_draft
from db.lists.favourites import mark_result
from db.lists.functions import FunctionTarget, delete_function, set_function
from db.queue.claims import claim_run, finish_run
from db.queue.node_states import apply_changes
from db.retention import (
    BATCH_ROWS,
    clear_idempotency_keys,
    delete_assets,
    delete_ended_drafts,
    delete_old_runs,
    delete_superseded_revisions,
    delete_surplus_revisions,
    delete_surplus_runs,
    delete_versions,
    delete_workflows,
    find_referenced_hashes,
    find_unused_assets,
)
from db.runs import IdempotentRequest, get_execution, get_run
from db.versions import list_versions, mark_version
from db.workflows import NewRevision, delete_workflow, restore_workflow, save_workflow
from schemas.errors import NotFoundError
from schemas.values import ImageValue, MediaInfo, MediaValue, media_value
from schemas.wire.run import RunStatus
from support.database.rows import (
    complete_nodes,
    completed,
    digest,
    graph,
    make_claimed,
    make_run,
    make_workflow,
    running,
)

HISTORY = ("workflow_runs", "node_executions", "run_events")


def make_ended(session: Session, many: int, nodes: str = "ab") -> list[UUID]:
    """Runs that completed, all of one workflow."""
    workflow = make_workflow(session, nodes=nodes)
    runs = [make_run(session, workflow, nodes) for _ in range(many)]
    session.commit()
    for run_id in runs:
        claimed = claim_run(session, run_id, "executor-1", 15)
        assert claimed is not None
        complete_nodes(session, claimed, nodes)
        finish_run(session, run_id, claimed.epoch, RunStatus.COMPLETED)
    session.commit()
    return runs


def age(raw: psycopg.Connection, table: str, **columns: timedelta) -> None:
    """Make rows older, which only tests can: the guards are off for it."""
    raw.execute("set session_replication_role = replica")
    for column, by in columns.items():
        raw.execute(f"update {table} set {column} = {column} - %s".encode(), [by])
    raw.execute("set session_replication_role = origin")


def age_runs(raw: psycopg.Connection, days: int) -> None:
    by = timedelta(days=days)
    age(raw, "workflow_runs", created_at=by, started_at=by, finished_at=by)


def count(raw: psycopg.Connection, table: str) -> int:
    row = raw.execute(f"select count(*) from {table}".encode()).fetchone()
    assert row is not None
    return row[0]


def save(session: Session, workflow_id: int, document: dict[str, Any], content: str) -> None:
    save_workflow(
        session,
        "ann",
        workflow_id,
        NewRevision(
            graph=document,
            name="A",
            content_sha256=digest(content),
        ),
    )


def asset(sha: str) -> MediaValue:
    return media_value("ann", sha * 64, 9, MediaInfo("image/png", 1, 1))


def test_a_database_in_steady_use_stays_as_large_as_it_is(
    session: Session, raw: psycopg.Connection
) -> None:
    """Five times the same number of runs grows old and is forgotten."""
    sizes: list[list[int]] = []
    for _ in range(5):
        make_ended(session, 60)
        age_runs(raw, 40)
        while delete_old_runs(session, 90):
            session.commit()
        sizes.append([count(raw, table) for table in HISTORY])
    assert sizes[2] == sizes[3] == sizes[4]
    assert sizes[4][0] == 2 * 60


def test_no_batch_touches_more_than_a_thousand_rows(
    session: Session, raw: psycopg.Connection
) -> None:
    make_ended(session, 300)
    age_runs(raw, 100)
    batches: list[int] = []
    while True:
        before = sum(count(raw, table) for table in HISTORY)
        if not delete_old_runs(session, 90):
            break
        session.commit()
        batches.append(before - sum(count(raw, table) for table in HISTORY))
    assert len(batches) >= 3
    assert max(batches) <= BATCH_ROWS
    assert [count(raw, table) for table in HISTORY] == [0, 0, 0]


def test_a_run_with_more_rows_than_a_batch_goes_by_itself(
    session: Session, raw: psycopg.Connection
) -> None:
    make_ended(session, 1)
    age_runs(raw, 100)
    assert delete_old_runs(session, 90, limit=2) == 1


def test_a_deletion_waits_for_nobody_and_nobody_waits_long_for_it(
    session: Session, raw: psycopg.Connection, sync_engine: Engine
) -> None:
    """Locked runs are passed by; the deleting transaction holds the rows of its batch only."""
    runs = make_ended(session, 250)
    age_runs(raw, 100)
    with Session(sync_engine) as other, other.begin():
        other.execute(text("select from workflow_runs where id = :id for update"), {"id": runs[0]})
        session.execute(text("set local lock_timeout = '100ms'"))
        assert delete_old_runs(session, 90)
        locked = raw.execute(
            "select count(*) from (select id from workflow_runs where id <> all(%s)) as free", [[]]
        ).fetchone()
        assert locked == (250,)  # nothing is gone for others before the commit
        held = raw.execute("select id from workflow_runs for update skip locked").fetchall()
        assert len(held) >= 250 - 1 - 200
    session.commit()
    assert (runs[0],) in raw.execute("select id from workflow_runs").fetchall()


def test_runs_that_go_on_and_young_ones_stay(session: Session, raw: psycopg.Connection) -> None:
    make_ended(session, 2)
    waiting = make_run(session)
    session.commit()
    assert delete_old_runs(session, 90) == 0
    age_runs(raw, 100)
    assert delete_old_runs(session, 90) == 2
    session.commit()
    assert raw.execute("select id from workflow_runs").fetchall() == [(waiting,)]


def test_runs_with_a_favourite_stay_as_long_as_their_workflow(
    session: Session, raw: psycopg.Connection
) -> None:
    """Also among too many runs, and they keep nobody else's from being deleted."""
    runs = make_ended(session, 4)
    workflow = get_run(session, "ann", runs[0]).workflow_id
    for run_id in runs[:2]:
        result = get_execution(session, "ann", run_id, "a").id
        mark_result(session, "ann", workflow, result, favourite=True)
    session.commit()
    age_runs(raw, 100)
    assert delete_surplus_runs(session, 3) == 0
    assert delete_surplus_runs(session, 1) == 1
    assert delete_surplus_runs(session, 1) == 0
    assert delete_old_runs(session, 90) == 1
    assert delete_old_runs(session, 90) == 0
    session.commit()
    assert {id for (id,) in raw.execute("select id from workflow_runs")} == set(runs[:2])
    delete_workflow(session, "ann", workflow)
    session.commit()
    assert delete_old_runs(session, 90) == 2
    session.commit()
    assert count(raw, "favourite_results") == 0


def test_of_each_users_runs_only_the_newest_are_kept(
    session: Session, raw: psycopg.Connection
) -> None:
    runs = make_ended(session, 8)
    make_run(session, make_workflow(session, "bob"))
    session.commit()
    while delete_surplus_runs(session, 5):
        session.commit()
    left = raw.execute("select id from workflow_runs where owner_id = 'ann'").fetchall()
    assert {id for (id,) in left} == set(runs[3:])
    assert count(raw, "workflow_runs") == 6


def test_keys_are_forgotten_after_a_day_and_can_be_used_again(
    session: Session, raw: psycopg.Connection
) -> None:
    workflow = make_workflow(session)
    key = IdempotentRequest("once", digest("x"))
    first = make_run(session, workflow, idempotency=key)
    session.commit()
    assert clear_idempotency_keys(session, 24) == 0
    age(raw, "workflow_runs", created_at=timedelta(hours=25))
    assert clear_idempotency_keys(session, 24) == 1
    session.commit()
    assert make_run(session, workflow, idempotency=key) != first


def test_a_deleted_workflow_goes_when_its_history_is_gone(
    session: Session, raw: psycopg.Connection
) -> None:
    make_ended(session, 1)
    workflow_id = raw.execute("select id from workflows").fetchone()
    assert workflow_id is not None
    delete_workflow(session, "ann", workflow_id[0])
    session.commit()
    age(raw, "workflows", deleted_at=timedelta(days=31))
    assert delete_workflows(session, 30) == 0
    age_runs(raw, 100)
    delete_old_runs(session, 90)
    assert delete_workflows(session, 30) == 1
    session.commit()
    tables = ("workflows", "workflow_versions", "workflow_revisions")
    assert [count(raw, table) for table in tables] == [0, 0, 0]


def test_a_deleted_workflow_without_runs_can_be_brought_back_for_a_while(
    session: Session, raw: psycopg.Connection
) -> None:
    id = make_workflow(session).id
    delete_workflow(session, "ann", id)
    session.commit()
    age(raw, "workflows", deleted_at=timedelta(days=29))
    assert delete_workflows(session, 30) == 0
    assert restore_workflow(session, "ann", id).deleted_at is None
    delete_workflow(session, "ann", id)
    session.commit()
    age(raw, "workflows", deleted_at=timedelta(days=31))
    assert delete_workflows(session, 30) == 1
    with pytest.raises(NotFoundError):
        restore_workflow(session, "ann", id)


def test_versions_that_were_never_run_go_and_the_others_stay(
    session: Session, raw: psycopg.Connection
) -> None:
    workflow = make_workflow(session)
    make_run(session, workflow)
    session.commit()
    for number in range(3):
        save(session, workflow.id, graph("a", str(number)), str(number))
        session.commit()
    assert count(raw, "workflow_versions") == 4
    age(raw, "workflow_versions", created_at=timedelta(days=2))
    assert delete_versions(session) == 0  # the history has them all
    raw.execute("delete from workflow_revisions")
    version_id = raw.execute(
        "select id from workflow_versions where graph::text like '%\"1\"%'"
    ).fetchone()
    assert version_id is not None
    set_function(session, "ann", "posts", FunctionTarget(workflow.id, version_id[0], 3))
    session.commit()
    assert (
        delete_versions(session) == 1
    )  # the first was run, the third is published, the last is current
    delete_function(session, "ann", "posts")
    assert delete_versions(session) == 1
    session.commit()


def revisions(raw: psycopg.Connection) -> list[int]:
    found = raw.execute("select revision from workflow_revisions order by revision").fetchall()
    return [revision for (revision,) in found]


def test_a_day_of_autosaving_is_a_history_of_its_sessions(
    session: Session, raw: psycopg.Connection
) -> None:
    """Three sessions of four saves each; the first save of the second one is pinned."""
    id = make_workflow(session).id
    for number in range(12):
        save(session, id, graph("a", str(number)), str(number))
        session.commit()
        if number % 4 == 3:
            hour = timedelta(hours=1)
            age(raw, "workflow_revisions", created_at=hour, began_at=hour)
            age(raw, "workflow_versions", created_at=hour)
    mark_version(session, "ann", id, 6, pinned=True)
    session.commit()
    assert revisions(raw) == list(range(1, 14))
    assert delete_superseded_revisions(session, 200) == 0
    assert delete_superseded_revisions(session, 90, limit=2) == 2
    session.commit()
    while delete_superseded_revisions(session, 59):
        session.commit()
    assert revisions(raw) == [1, 5, 6, 9, 13]
    assert delete_versions(session) == 8
    session.commit()
    assert count(raw, "workflow_versions") == 5


def test_a_history_keeps_its_newest_entries_and_what_is_pinned_or_named(
    session: Session, raw: psycopg.Connection
) -> None:
    other = make_workflow(session, "bob").id
    id = make_workflow(session).id
    for number in range(8):
        save(session, id, graph("a", str(number)), str(number))
        session.commit()
        age(raw, "workflow_revisions", created_at=timedelta(hours=1), began_at=timedelta(hours=1))
    mark_version(session, "ann", id, 2, pinned=True)
    mark_version(session, "ann", id, 4, label="Sent to the customer")
    session.commit()
    assert delete_surplus_revisions(session, 9) == 0
    while delete_surplus_revisions(session, 3, limit=2):
        session.commit()
    assert revisions(raw) == [1, 2, 4, 7, 8, 9]  # 1 is the other one's
    assert delete_surplus_revisions(session, 3) == 0
    assert list_versions(session, "bob", other).items[0].row.revision == 1


def test_an_asset_stays_as_long_as_anything_names_it(
    session: Session, raw: psycopg.Connection
) -> None:
    workflow = make_workflow(session)
    drawn, made, unused, new = (add_asset(session, "ann", asset(each)) for each in "abcd")
    document = graph("a")
    # A document may write the id in any form that means the same.
    document["nodes"][0]["data"] = {
        "source": {"assetId": f"urn:uuid:{str(drawn.asset_id).upper()}"}
    }
    save(session, workflow.id, document, "with picture")
    run_id = make_run(session, workflow, "a")
    session.commit()
    claimed = claim_run(session, run_id, "executor-1", 15)
    assert claimed is not None
    image = {"kind": "image", "asset_id": str(made.asset_id)}
    apply_changes(session, run_id, 1, [running("a"), completed("a", image)])
    session.commit()
    age(raw, "assets", used_at=timedelta(hours=25))
    add_asset(session, "ann", asset("d"))  # uploaded again
    session.commit()
    assert find_unused_assets(session, 24) == [unused.asset_id]
    assert delete_assets(session, [unused.asset_id, new.asset_id], 24) == 1
    assert find_referenced_hashes(session, ["a" * 64, "c" * 64]) == {"a" * 64}


@pytest.mark.parametrize("name", ["assets_sha256_idx", "workflow_runs_finished_idx"])
def test_what_is_due_is_found_by_an_index(raw: psycopg.Connection, name: str) -> None:
    queries = {
        "assets_sha256_idx": "select 1 from assets where sha256 = any('{x}')",
        "workflow_runs_finished_idx": "select id from workflow_runs where finished_at < now()"
        " order by finished_at limit 200",
    }
    raw.execute("set enable_seqscan = off")
    plan = "\n".join(row[0] for row in raw.execute(f"explain {queries[name]}".encode()))
    assert name in plan


def test_previews_go_with_their_nodes(session: Session, raw: psycopg.Connection) -> None:
    """Also those of an executor that died, and of a run that is not there any more."""
    ended, gone = make_claimed(session), uuid4()
    complete_nodes(session, ended, "ab")
    finish_run(session, ended.id, ended.epoch, RunStatus.COMPLETED)
    working = make_claimed(session)
    executions = [each.executions[0].id for each in (ended, working)]
    for execution_id in (*executions, gone):
        preview = asset("d").model_copy(update={"asset_id": uuid4()})
        assert isinstance(preview, ImageValue)
        add_draft(session, "ann", execution_id, preview)
    add_asset(session, "ann", asset("d"))
    session.commit()
    assert delete_ended_drafts(session) == 2
    session.commit()
    assert delete_ended_drafts(session) == 0
    left = raw.execute("select draft_of from assets order by draft_of nulls last").fetchall()
    assert left == [(executions[1],), (None,)]
