"""The rules on rows, tried with plain SQL: the database refuses by itself."""

from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.orm import Session

from db.assets import add_asset
from db.queue.node_states import NodeChange, apply_changes
from db.users import ensure_user
from schemas.values import MediaInfo, media_value
from schemas.wire.run import NodeStatus
from support.database.rows import (
    complete_nodes,
    events_after,
    make_claimed,
    make_run,
    make_workflow,
    running,
)
from support.database.statements import CLAIM, END, LEASE_OVER, REQUEUE, START_A

Refused = Callable[..., str | None]


def test_a_claim_takes_the_next_epoch_and_a_lease(pending: UUID, refused: Refused) -> None:
    assert refused(CLAIM.replace("epoch + 1", "epoch"), run=pending) == "WF002"
    assert refused(CLAIM.replace("epoch + 1", "epoch + 2"), run=pending) == "WF002"
    assert refused(CLAIM.replace("+ interval", "- interval"), run=pending) == "WF005"
    assert refused(CLAIM.replace("'x'", "null"), run=pending) == "23514"
    assert refused(CLAIM, run=pending) is None


def test_a_run_has_a_lease_exactly_while_it_is_running(
    pending: UUID, claimed: UUID, refused: Refused
) -> None:
    lease = "update workflow_runs set lease_until = clock_timestamp() where id = %(run)s"
    assert refused(lease, run=pending) == "23514"
    assert refused("update workflow_runs set lease_until = null", run=claimed) == "23514"


def test_a_run_goes_back_to_the_queue_only_when_its_lease_is_over(
    claimed: UUID, refused: Refused
) -> None:
    assert refused(REQUEUE, run=claimed) == "WF005"
    assert refused(LEASE_OVER, REQUEUE, run=claimed) is None


def test_a_run_goes_back_to_the_queue_only_without_running_nodes(
    claimed: UUID, refused: Refused
) -> None:
    assert refused(START_A, LEASE_OVER, REQUEUE, run=claimed) == "WF008"
    reopen = "update node_executions set status = 'PENDING' where status = 'RUNNING'"
    assert refused(START_A, LEASE_OVER, reopen, REQUEUE, run=claimed) is None


def test_a_run_is_paused_only_without_a_live_lease_and_running_nodes(
    claimed: UUID, refused: Refused
) -> None:
    pause = REQUEUE.replace("PENDING", "WAITING")
    assert refused(pause, run=claimed) == "WF005"
    assert refused(START_A, LEASE_OVER, pause, run=claimed) == "WF008"
    assert refused(LEASE_OVER, pause.replace("null, exec", "now(), exec"), run=claimed) == "23514"
    assert refused(LEASE_OVER, pause, run=claimed) is None


def test_a_paused_run_is_claimed_by_nobody(pending: UUID, refused: Refused) -> None:
    pause = REQUEUE.replace("PENDING", "WAITING")
    assert refused(pause, CLAIM, run=pending) == "WF004"
    assert refused(pause, REQUEUE, CLAIM, run=pending) is None


def test_the_epoch_grows_by_claims_only(claimed: UUID, refused: Refused) -> None:
    bump = "update workflow_runs set epoch = epoch + 1 where id = %(run)s"
    assert refused(bump, run=claimed) == "WF002"
    assert refused(bump.replace("+ 1", "- 1"), run=claimed) == "WF002"
    assert refused(LEASE_OVER, bump, run=claimed) is None


def test_counters_of_a_run_neither_go_back_nor_jump(claimed: UUID, refused: Refused) -> None:
    count = "update workflow_runs set recoveries = %(number)s where id = %(run)s"
    assert refused(count, run=claimed, number=2) is None
    assert refused(count, run=claimed, number=1) == "WF002"
    jump = "update workflow_runs set epoch = epoch + 2 where id = %(run)s"
    assert refused(LEASE_OVER, jump, run=claimed) == "WF002"


@pytest.mark.parametrize("status", ["COMPLETED", "RUNNING"])
def test_a_waiting_run_neither_completes_nor_runs_without_a_claim(
    pending: UUID, refused: Refused, status: str
) -> None:
    assert refused(END, run=pending, status=status) in {"WF004", "WF002"}


@pytest.mark.parametrize(
    "change",
    [
        "status = 'RUNNING', finished_at = null, lease_until = clock_timestamp()",
        "status = 'PENDING', finished_at = null",
        "status = 'FAILED'",
        "epoch = epoch + 1",
        "finished_at = clock_timestamp()",
        "recoveries = recoveries + 1",
        "seq = seq + 1",
        "error = '{}'",
        "executor_id = 'other'",
    ],
)
def test_an_ended_run_is_frozen(completed: UUID, refused: Refused, change: str) -> None:
    assert (
        refused(f"update workflow_runs set {change} where id = %(run)s", run=completed) == "WF003"
    )


def test_an_ended_run_may_lose_its_key_and_gain_a_link_to_prefect(
    completed: UUID, refused: Refused
) -> None:
    link = "update workflow_runs set prefect_flow_run_id = gen_random_uuid() where id = %(run)s"
    for _ in range(2):  # what it links to may have been deleted in Prefect
        assert refused(link, run=completed) is None
    unlink = "update workflow_runs set prefect_flow_run_id = null where id = %(run)s"
    assert refused(unlink, run=completed) == "WF003"
    forget = "update workflow_runs set idempotency_key = null, request_sha256 = null"
    assert refused(forget, run=completed) is None


@pytest.mark.parametrize(
    "change",
    [
        "id = gen_random_uuid()",
        "owner_id = 'bob'",
        "workflow_id = workflow_id + 1",
        "version_id = gen_random_uuid()",
        "revision = revision + 1",
        "scope = '{}'",
        "trigger = 'schedule'",
        "started_by = '{}'",
        "reuse = 'never'",
        "total_nodes = 1",
        "created_at = clock_timestamp()",
        "started_at = null",
        "idempotency_key = 'k', request_sha256 = sha256('x')",
        "parent_run_id = id",
    ],
)
def test_what_a_run_is_never_changes(claimed: UUID, refused: Refused, change: str) -> None:
    assert refused(f"update workflow_runs set {change} where id = %(run)s", run=claimed) == "WF001"


def test_a_request_to_cancel_is_not_taken_back(claimed: UUID, refused: Refused) -> None:
    ask = "update workflow_runs set cancel_requested_at = clock_timestamp() where id = %(run)s"
    assert refused(ask, run=claimed) is None
    assert refused(ask.replace("clock_timestamp()", "null"), run=claimed) == "WF001"


def test_no_run_ends_over_an_open_node(claimed: UUID, refused: Refused) -> None:
    assert refused(END, run=claimed, status="FAILED") == "WF008"
    assert refused(START_A, END, run=claimed, status="CANCELLED") == "WF008"


def test_no_run_is_completed_unless_every_node_is(session: Session, refused: Refused) -> None:
    run = make_claimed(session)
    complete_nodes(session, run, "a")
    session.commit()
    skip = """update node_executions set status = 'SKIPPED', epoch = 1, error = '{"code": "x"}',
      finished_at = clock_timestamp() where run_id = %(run)s and node_id = 'b'"""
    assert refused(skip, END, run=run.id, status="COMPLETED") == "WF011"
    assert refused(skip, END, run=run.id, status="FAILED") is None


def test_a_node_that_nothing_was_sent_to_does_not_keep_a_run_from_being_completed(
    session: Session, refused: Refused
) -> None:
    run = make_claimed(session)
    complete_nodes(session, run, "a")
    skipped = NodeChange("b", NodeStatus.SKIPPED, skip_reason="not_taken")
    apply_changes(session, run.id, run.epoch, [skipped])
    session.commit()
    assert events_after(session, "ann", run.id, 0)[-1].body["skipReason"] == "not_taken"
    assert refused(END, run=run.id, status="COMPLETED") is None


def test_no_run_is_made_without_all_its_node_rows(session: Session, refused: Refused) -> None:
    workflow = make_workflow(session)
    session.commit()
    insert = """insert into workflow_runs
      (owner_id, workflow_id, version_id, revision, scope, trigger, reuse, total_nodes)
      values ('ann', %(id)s, %(version)s, 1, '{}', 'api', 'auto', %(nodes)s)"""
    values = {"id": workflow.id, "version": workflow.version_id}
    assert refused(insert, nodes=1, **values) == "WF012"
    assert refused(insert, nodes=0, **values) == "23514"


@pytest.mark.parametrize(
    ("column", "value"),
    [("status", "'RUNNING'"), ("epoch", "1"), ("recoveries", "1"), ("seq", "2")],
)
def test_a_run_begins_as_pending(
    session: Session, refused: Refused, column: str, value: str
) -> None:
    workflow = make_workflow(session)
    session.commit()
    insert = f"""insert into workflow_runs
      (owner_id, workflow_id, version_id, revision, scope, trigger, reuse, total_nodes, {column})
      values ('ann', %(id)s, %(version)s, 1, '{{}}', 'api', 'auto', 1, {value})"""
    values = {"id": workflow.id, "version": workflow.version_id}
    assert refused(insert, **values) in {"WF004", "WF010"}


def test_a_run_that_has_not_ended_is_not_deleted(
    claimed: UUID, completed: UUID, refused: Refused
) -> None:
    delete = "delete from workflow_runs where id = %(run)s"
    assert refused(delete, run=claimed) == "WF003"
    assert refused(delete, run=completed) is None


def test_events_are_written_by_the_database_only(claimed: UUID, refused: Refused) -> None:
    add = "insert into run_events (run_id, seq, owner_id, kind, body) values (%(run)s, 9, 'ann', 'run', '{}')"
    assert refused(add, run=claimed) == "WF010"
    assert refused("update run_events set body = '{}'") == "WF010"
    assert refused("delete from run_events") == "WF010"
    assert (
        refused("update workflow_runs set seq = seq + 1 where id = %(run)s", run=claimed) == "WF010"
    )


def test_versions_assets_and_node_rows_are_for_good(
    session: Session, completed: UUID, refused: Refused
) -> None:
    asset = media_value("ann", "0" * 64, 9, MediaInfo("image/png", 1, 1))
    add_asset(session, "ann", asset)
    session.commit()
    assert refused("update workflow_versions set graph = '{}'") == "WF010"
    assert refused("delete from workflow_versions") == "23503"  # it is current, and was run
    assert refused("delete from node_executions") == "WF010"
    assert refused("update assets set sha256 = 'x'") == "WF010"
    assert refused("update assets set used_at = clock_timestamp()") is None


def test_a_workflow_keeps_its_owner_and_counts_revisions_one_by_one(
    session: Session, refused: Refused
) -> None:
    make_workflow(session)
    ensure_user(session, "bob", "bob@example.org")
    session.commit()
    assert refused("update workflows set user_id = 'bob'") == "WF001"
    assert refused("update workflows set revision = 3") == "WF002"
    assert refused("update workflows set revision = 0") == "WF002"


def test_a_graph_is_an_object_of_limited_size(session: Session, refused: Refused) -> None:
    make_workflow(session)
    session.commit()
    assert refused("update workflows set graph = '[]'") == "23514"
    big = "update workflows set graph = jsonb_build_object('t', repeat('x', 3000000))"
    assert refused(big) == "23514"


def test_nothing_links_two_owners(session: Session, refused: Refused) -> None:
    ann = make_workflow(session)
    bob = make_workflow(session, "bob")
    session.commit()
    insert = """insert into workflow_runs
      (owner_id, workflow_id, version_id, revision, scope, trigger, reuse, total_nodes)
      values (%(owner)s, %(workflow)s, %(version)s, 1, '{}', 'api', 'auto', 1)"""
    for owner, workflow, version in [
        ("bob", ann.id, ann.version_id),
        ("bob", bob.id, ann.version_id),
        ("ann", ann.id, bob.version_id),
    ]:
        assert refused(insert, owner=owner, workflow=workflow, version=version) == "23503"
    assert refused(
        "update workflows set version_id = %(v)s where user_id = 'bob'", v=ann.version_id
    )


def test_deleting_a_user_deletes_everything_of_theirs_and_nothing_else(
    session: Session, raw: psycopg.Connection
) -> None:
    run = make_claimed(session)
    apply_changes(session, run.id, run.epoch, [running("a")])
    parent = make_run(session, make_workflow(session))
    make_run(session, make_workflow(session), parent_run_id=parent)
    kept = make_run(session, make_workflow(session, "bob"))
    session.commit()
    raw.execute("delete from users where id = 'ann'")
    for table in ("workflows", "workflow_versions", "workflow_runs"):
        assert raw.execute(f"select count(*) from {table}".encode()).fetchone() == (1,)
    assert raw.execute("select distinct run_id from run_events").fetchall() == [(kept,)]
    assert raw.execute("select distinct run_id from node_executions").fetchall() == [(kept,)]


def test_a_deleted_parent_leaves_its_children_without_one(
    session: Session, raw: psycopg.Connection, completed: UUID
) -> None:
    child = make_run(session, make_workflow(session), parent_run_id=completed)
    session.commit()
    raw.execute("delete from workflow_runs where id = %s", [completed])
    found = raw.execute("select parent_run_id from workflow_runs where id = %s", [child])
    assert found.fetchone() == (None,)
