"""The rules on rows of nodes, tried with plain SQL: the database refuses by itself."""

from collections.abc import Callable
from uuid import UUID

import pytest

from support.database.statements import END, LEASE_OVER, START_A

Refused = Callable[..., str | None]
FOREIGN_KEY_VIOLATION = "23503"


def test_nodes_of_a_waiting_run_can_only_be_given_up(pending: UUID, refused: Refused) -> None:
    assert refused(START_A.replace("epoch = 1", "epoch = 0"), run=pending) == "WF007"
    cancel = "update node_executions set status = 'CANCELLED', finished_at = clock_timestamp()"
    assert refused(cancel, END, run=pending, status="CANCELLED") is None


def test_writes_of_another_epoch_are_refused(claimed: UUID, refused: Refused) -> None:
    assert refused(START_A.replace("epoch = 1", "epoch = 0"), run=claimed) == "WF006"
    assert refused(START_A.replace("epoch = 1", "epoch = 2"), run=claimed) == "WF006"
    assert refused(START_A, run=claimed) is None


def test_nodes_of_an_ended_run_are_frozen(completed: UUID, refused: Refused) -> None:
    for change in ("status = 'FAILED'", "output = '{}'", "attempt = 9", "cache_key = 'k'"):
        assert refused(f"update node_executions set {change}") == "WF003"


def test_writing_the_same_again_is_no_error(completed: UUID, refused: Refused) -> None:
    assert refused("update node_executions set status = status, output = output") is None


@pytest.mark.parametrize(
    "change",
    [
        "id = gen_random_uuid()",
        "run_id = gen_random_uuid()",
        "owner_id = 'bob'",
        "node_id = 'c'",
        "node_type = 'crop'",
        "label = 'x'",
        "ordinal = 9",
        "created_at = clock_timestamp()",
    ],
)
def test_what_a_node_execution_is_never_changes(
    claimed: UUID, refused: Refused, change: str
) -> None:
    write = f"update node_executions set epoch = 1, {change} where node_id = 'a'"
    assert refused(write) == "WF001"


@pytest.mark.parametrize(
    ("values", "taken"),
    [
        ("status = 'SKIPPED', skip_reason = 'not_taken'", True),
        ("status = 'SKIPPED', error = '{}'", True),
        ("status = 'SKIPPED'", False),
        ("status = 'SKIPPED', skip_reason = 'not_taken', error = '{}'", False),
        ("status = 'SKIPPED', skip_reason = 'whim'", False),
        ("status = 'CANCELLED', skip_reason = 'not_taken'", False),
    ],
)
def test_a_skipped_node_has_an_error_or_a_known_reason(
    claimed: UUID, refused: Refused, values: str, taken: bool
) -> None:
    skip = f"""update node_executions set {values}, epoch = 1, finished_at = clock_timestamp()
      where run_id = %(run)s and node_id = 'a'"""
    assert refused(skip, run=claimed) == (None if taken else "23514")


def test_only_a_reused_node_completes_without_running(claimed: UUID, refused: Refused) -> None:
    complete = """update node_executions set status = 'COMPLETED', epoch = 1, output = '{}',
      finished_at = clock_timestamp() where run_id = %(run)s and node_id = 'a'"""
    assert refused(complete, run=claimed) == "WF004"
    assert refused(complete.replace("epoch", "reused = true, epoch"), run=claimed) is None


def test_a_running_node_is_neither_skipped_nor_reopened_under_a_live_lease(
    claimed: UUID, refused: Refused
) -> None:
    skip = """update node_executions set status = 'SKIPPED', error = '{}',
      finished_at = clock_timestamp() where run_id = %(run)s and node_id = 'a'"""
    assert refused(START_A, skip, run=claimed) == "WF004"
    reopen = "update node_executions set status = 'PENDING' where node_id = 'a'"
    assert refused(START_A, reopen, run=claimed) == "WF005"


def test_attempts_never_go_back(claimed: UUID, refused: Refused) -> None:
    again = "update node_executions set attempt = %(attempt)s where node_id = 'a'"
    first = again % {"attempt": 3}
    assert refused(START_A, first, again, run=claimed, attempt=2) == "WF002"
    assert refused(START_A, first, again, run=claimed, attempt=4) is None


def test_what_a_dead_claim_left_running_is_never_taken_for_done(
    claimed: UUID, refused: Refused
) -> None:
    take_over = (
        "update workflow_runs set epoch = 2, lease_until = clock_timestamp() + interval '9 s'"
    )
    complete = """update node_executions set status = 'COMPLETED', epoch = 2, output = '{}',
      finished_at = clock_timestamp() where node_id = 'a'"""
    reopen = "update node_executions set status = 'PENDING', epoch = 2 where node_id = 'a'"
    begun = (START_A, LEASE_OVER, take_over)
    assert refused(*begun, complete, run=claimed) == "WF006"
    assert refused(*begun, START_A.replace("epoch = 1", "epoch = 2"), run=claimed) == "WF006"
    assert refused(*begun, reopen, run=claimed) is None


@pytest.mark.parametrize(
    "change",
    [
        "status = 'DONE'",
        "status = 'FAILED', finished_at = clock_timestamp()",
        "status = 'FAILED', error = '{}'",
        "status = 'RUNNING', attempt = 1",
        "status = 'RUNNING', started_at = clock_timestamp()",
        "output = '{}'",
        "reused = true",
        "input = '[]'",
        "status = 'COMPLETED', reused = true, finished_at = clock_timestamp()",
        "error = jsonb_build_object('message', repeat('x', 20000))",
        "input = jsonb_build_object('text', repeat('x', 5000000))",
    ],
)
def test_half_a_state_is_refused(claimed: UUID, refused: Refused, change: str) -> None:
    write = f"update node_executions set epoch = 1, {change} where node_id = 'a'"
    assert refused(write) == "23514"


def test_nodes_are_added_only_to_a_run_that_has_not_begun(claimed: UUID, refused: Refused) -> None:
    add = """insert into node_executions (run_id, owner_id, node_id, node_type, label, ordinal)
      values (%(run)s, %(owner)s, 'c', 'text', 'C', 3)"""
    assert refused(add, run=claimed, owner="ann") == "WF007"
    assert refused(add, run=claimed, owner="bob") == FOREIGN_KEY_VIOLATION


@pytest.mark.parametrize(
    ("column", "value"),
    [("attempt", "1"), ("epoch", "1"), ("status, attempt, started_at", "'RUNNING', 1, now()")],
)
def test_a_node_execution_begins_as_pending(
    pending: UUID, refused: Refused, column: str, value: str
) -> None:
    add = f"""insert into node_executions
      (run_id, owner_id, node_id, node_type, label, ordinal, {column})
      values (%(run)s, 'ann', 'c', 'text', 'C', 3, {value})"""
    assert refused(add, run=pending) == "WF004"
