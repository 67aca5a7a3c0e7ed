"""Random writes straight at the tables: whatever is accepted, the rules hold afterwards."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from support.database.rows import make_run, make_workflow

RUN_STATUSES = ["PENDING", "RUNNING", "WAITING", "COMPLETED", "FAILED", "CANCELLED"]
NODE_STATUSES = ["PENDING", "RUNNING", *RUN_STATUSES[3:], "SKIPPED", "NOT_TAKEN"]
"""A node that is SKIPPED is so for an error, or because nothing was sent to it."""
TERMINAL = {"COMPLETED", "FAILED", "CANCELLED", "SKIPPED", "NOT_TAKEN"}

# What a careful writer would do in one statement; the epoch and the moment are random.
WRITE_RUN = """
    update workflow_runs set status = %(status)s, epoch = epoch + %(bump)s,
      executor_id = case %(status)s when 'RUNNING' then 'x' end,
      lease_until = case %(status)s when 'RUNNING' then clock_timestamp() + %(lease)s * interval '1 s' end,
      started_at = case %(status)s when 'RUNNING' then coalesce(started_at, clock_timestamp())
        else started_at end,
      finished_at = case when is_terminal(%(status)s) then clock_timestamp() end
    where id = %(run)s
"""
WRITE_NODE = """
    update node_executions set
      status = case %(status)s when 'NOT_TAKEN' then 'SKIPPED' else %(status)s end,
      epoch = %(epoch)s + (select epoch from workflow_runs where id = %(run)s),
      attempt = attempt + case %(status)s when 'RUNNING' then 1 else 0 end,
      output = case %(status)s when 'COMPLETED' then '{}'::jsonb end,
      error = case when %(status)s in ('FAILED', 'SKIPPED') then '{}'::jsonb end,
      skip_reason = case %(status)s when 'NOT_TAKEN' then 'not_taken' end,
      started_at = case %(status)s when 'RUNNING' then clock_timestamp() else started_at end,
      finished_at = case when is_terminal(%(status)s) then clock_timestamp() end
    where run_id = %(run)s and node_id = %(node)s
"""
run_writes = st.fixed_dictionaries(
    {
        "status": st.sampled_from(RUN_STATUSES),
        "bump": st.sampled_from([0, 1, 1, 2]),
        "lease": st.sampled_from([15, -1]),
    }
)
node_writes = st.fixed_dictionaries(
    {
        "status": st.sampled_from(NODE_STATUSES),
        "epoch": st.sampled_from([0, 0, 0, 0, -1, 1]),
        "node": st.sampled_from("ab"),
    }
)
transactions = st.lists(st.lists(run_writes | node_writes, min_size=1, max_size=3), max_size=30)


class StateSnapshot:
    """What the tables say now."""

    def __init__(self, raw: psycopg.Connection, run: UUID) -> None:
        one = raw.execute(
            "select status, epoch, seq, lease_until is not null, r::text"
            " from workflow_runs r where id = %s",
            [run],
        ).fetchone()
        assert one is not None
        self.status, self.epoch, self.seq, self.leased, self.row = one
        found = raw.execute(
            "select node_id, case skip_reason when 'not_taken' then 'NOT_TAKEN' else status end,"
            " epoch, attempt, n::text from node_executions n"
            " where run_id = %s",
            [run],
        )
        self.nodes = {node: rest for node, *rest in found}
        events = raw.execute("select seq from run_events where run_id = %s order by seq", [run])
        self.events = [seq for (seq,) in events]


def check(before: StateSnapshot, after: StateSnapshot) -> None:
    assert after.events == list(range(1, after.seq + 1))
    assert after.epoch >= before.epoch
    assert after.leased == (after.status == "RUNNING")
    statuses = {status for status, *_ in after.nodes.values()}
    if before.status in TERMINAL:
        assert after.row == before.row
    if after.status in TERMINAL:
        assert statuses <= TERMINAL
    if after.status == "COMPLETED":
        assert statuses <= {"COMPLETED", "NOT_TAKEN"}
    if after.status in ("PENDING", "WAITING"):
        assert "RUNNING" not in statuses
    for node, (status, epoch, attempt, row) in before.nodes.items():
        assert after.nodes[node][1] >= epoch
        assert after.nodes[node][2] >= attempt
        assert after.nodes[node][1] <= after.epoch
        if status in TERMINAL:
            assert after.nodes[node][3] == row


def write(raw: psycopg.Connection, run: UUID, writes: Sequence[Mapping[str, object]]) -> bool:
    """Try these in one transaction; say whether all were taken."""
    try:
        with raw.transaction():
            for values in writes:
                raw.execute(WRITE_NODE if "node" in values else WRITE_RUN, {**values, "run": run})
    except psycopg.Error as error:
        if (error.sqlstate or "").startswith(("WF", "23514")):
            return False
        raise
    return True


# Few, since the machine may be slow; `--hypothesis-profile=thorough` looks longer.
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(transactions)
def test_no_sequence_of_writes_breaks_a_rule(
    session: Session, raw: psycopg.Connection, batches: list[list[dict[str, object]]]
) -> None:
    run = make_run(session, make_workflow(session))
    session.commit()
    before = StateSnapshot(raw, run)
    for writes in batches:
        accepted = write(raw, run, writes)
        after = StateSnapshot(raw, run)
        if not accepted:
            assert (after.row, after.nodes) == (before.row, before.nodes)
        check(before, after)
        before = after


LEGAL_RUN = {
    ("PENDING", "RUNNING"),
    ("PENDING", "FAILED"),
    ("PENDING", "CANCELLED"),
    ("PENDING", "WAITING"),
    ("WAITING", "PENDING"),
    ("WAITING", "FAILED"),
    ("WAITING", "CANCELLED"),
    ("RUNNING", "COMPLETED"),
    ("RUNNING", "FAILED"),
    ("RUNNING", "CANCELLED"),
}


@pytest.mark.parametrize("old", RUN_STATUSES)
@pytest.mark.parametrize("new", RUN_STATUSES)
def test_exactly_the_legal_ways_of_a_run_are_open(
    session: Session, raw: psycopg.Connection, old: str, new: str
) -> None:
    run = make_run(session)
    session.commit()
    begun = old not in ("PENDING", "WAITING")
    if old == "WAITING":
        assert write(raw, run, [{"status": "WAITING", "bump": 0, "lease": 15}])
    if begun:
        assert write(raw, run, [{"status": "RUNNING", "bump": 1, "lease": 15}])
    ways = ("RUNNING", "COMPLETED") if begun else ("CANCELLED",)
    close = [{"node": node, "status": way, "epoch": 0} for node in "ab" for way in ways]
    if old in TERMINAL:
        assert write(raw, run, [*close, {"status": old, "bump": 0, "lease": 15}])
    elif new in TERMINAL:
        assert write(raw, run, close)
    bump = int((old, new) == ("PENDING", "RUNNING"))
    moved = write(raw, run, [{"status": new, "bump": bump, "lease": 15}])
    stayed = old == new and old not in TERMINAL
    assert moved == (stayed or (old, new) in LEGAL_RUN)
