"""Thousands of waiting runs of one user: others do not wait behind them, and claiming stays cheap."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from db.queue.claims import claim_runs, finish_run
from schemas.wire.run import RunStatus
from support.database.rows import complete_nodes, make_run, make_workflow

MANY = 5_000
_COPIES = """
    with runs as (
      insert into workflow_runs (owner_id, workflow_id, version_id, revision, scope, trigger, reuse,
        total_nodes)
      select r.owner_id, r.workflow_id, r.version_id, r.revision, r.scope, r.trigger, r.reuse, 1
      from workflow_runs r, generate_series(1, %s)
      returning id, owner_id
    )
    insert into node_executions (run_id, owner_id, node_id, node_type, label, ordinal)
    select id, owner_id, 'a', 'text', 'A', 0 from runs
"""


@pytest.fixture
def crowd(session: Session, raw: psycopg.Connection) -> None:
    """5,000 waiting runs of Ann's."""
    make_run(session, make_workflow(session, nodes="a"), "a")
    session.commit()
    with raw.transaction():
        raw.execute("alter table node_executions disable trigger check_new")
        raw.execute(_COPIES, [MANY - 1])
        raw.execute("alter table node_executions enable trigger check_new")
    raw.execute("analyze")


@pytest.mark.usefixtures("crowd")
def test_a_user_with_one_run_is_served_at_once_among_five_thousand_of_another(
    session: Session,
) -> None:
    claim_runs(session, "executor-1", 10, 15)  # Ann's first: nobody else is there
    session.commit()
    lone = make_run(session, make_workflow(session, "bob", "a"), "a")
    session.commit()
    assert [run.id for run in claim_runs(session, "executor-2", 1, 15)] == [lone]


@pytest.mark.usefixtures("crowd")
def test_users_alternate_however_many_runs_each_has(session: Session) -> None:
    few = [make_run(session, make_workflow(session, "bob", "a"), "a") for _ in range(3)]
    session.commit()
    order: list[str] = []
    for _ in range(6):  # one slot, free again each time
        (claimed,) = claim_runs(session, "executor-1", 1, 15)
        order.append(claimed.owner_id)
        complete_nodes(session, claimed, "a")
        finish_run(session, claimed.id, claimed.epoch, RunStatus.COMPLETED)
        session.commit()
    assert order.count("bob") >= len(few) - 1, order


@pytest.mark.usefixtures("crowd")
def test_a_claim_reads_no_more_rows_than_it_may_need(session: Session) -> None:
    """EXPLAIN counts: of 5,000 waiting runs it looks at some 60, and does so by index."""
    seen: list[Any] = []

    @event.listens_for(session.connection(), "before_cursor_execute")
    def record(*arguments: Any) -> None:
        seen.append(arguments[2:4])

    claim_runs(session, "executor-1", 10, 15)
    statement, values = seen[0]
    session.rollback()
    cursor: Any = session.connection().connection.cursor()
    cursor.execute(f"explain (analyze, format json) {statement}", values)
    (plan,) = cursor.fetchone()
    assert _rows_scanned(plan[0]["Plan"]) < 500


def _rows_scanned(plan: dict[str, Any]) -> int:
    """Give how many rows of workflow_runs were read, over all loops."""
    here = 0
    if plan.get("Relation Name") == "workflow_runs" and "Scan" in plan["Node Type"]:
        here = int(plan["Actual Rows"] * plan["Actual Loops"])
    return here + sum(_rows_scanned(part) for part in plan.get("Plans", []))
