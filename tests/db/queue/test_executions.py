"""The nodes of a run as they are shown together, and what of them is left out."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from db.queue.claims import claim_run
from db.queue.executions import (
    MAX_LONG_BYTES,
    MAX_SHORT_BYTES,
    ResultRow,
    find_long_outputs,
    find_results,
    get_bounded_executions,
)
from db.queue.node_states import apply_changes
from db.runs import get_executions
from db.tables import Workflow
from support.database.rows import completed, make_claimed, make_run, make_workflow, running


def text(size: int) -> dict[str, Any]:
    return {"kind": "text", "text": "x" * size}


def shown(session: Session, *, size: int, nodes: int) -> tuple[list[Any], list[Any]]:
    """Give what is shown of a run in which nodes gave so much, and what its rows say."""
    run = make_claimed(session, nodes=[f"n{number}" for number in range(nodes)])
    changes = [
        change
        for number in range(nodes)
        for change in (
            running(f"n{number}", input={"text": text(100)}),
            completed(f"n{number}", text(size)),
        )
    ]
    apply_changes(session, run.id, 1, changes)
    session.commit()
    return get_bounded_executions(session, "ann", run.id), get_executions(session, "ann", run.id)


def test_short_texts_are_shown_however_many_there_are(session: Session) -> None:
    found, rows = shown(session, size=16_000, nodes=500)
    for column in type(rows[0]).__table__.c:
        assert [getattr(each, column.key) for each in found] == [
            getattr(each, column.key) for each in rows
        ]


def test_long_texts_are_shown_as_long_as_they_are_not_too_much_together(session: Session) -> None:
    most = MAX_LONG_BYTES // 900_000
    found, _ = shown(session, size=899_000, nodes=most)
    assert [len(each.output["text"]) for each in found] == [899_000] * most
    found, _ = shown(session, size=900_000, nodes=most + 1)
    assert [each.output for each in found] == [None] * (most + 1)
    assert all(each.input == {"text": text(100)} for each in found)
    assert found[0].status.value == "COMPLETED"
    assert MAX_SHORT_BYTES < 899_000


def test_nobody_else_sees_them(session: Session) -> None:
    run = make_claimed(session)
    assert get_bounded_executions(session, "bob", run.id) == []


def ran(session: Session, workflow: Workflow, **sizes: int) -> UUID:
    """A run of a workflow in which nodes gave texts of these sizes."""
    run_id = make_run(session, workflow, nodes=sizes)
    session.commit()
    claim_run(session, run_id, "executor-1", 15)
    changes = [
        change for id, size in sizes.items() for change in (running(id), completed(id, text(size)))
    ]
    apply_changes(session, run_id, 1, changes)
    session.commit()
    return run_id


def results(
    session: Session, workflow: Workflow, *run_ids: UUID, owner: str = "ann", nodes: str = "abc"
) -> dict[str, ResultRow]:
    found = find_results(session, owner, workflow.id, run_ids, nodes)
    assert len({row.node_id for row in found}) == len(found)
    return {row.node_id: row for row in found}


def test_of_each_node_the_first_run_that_has_it_counts(session: Session) -> None:
    workflow, other = make_workflow(session), make_workflow(session, nodes="xy")
    first, second = ran(session, workflow, a=1, b=2), ran(session, workflow, b=3, c=4, z=5)
    for runs, expected in (
        ((first, second), {"a": (first, 1), "b": (first, 2), "c": (second, 4)}),
        ((second, first), {"a": (first, 1), "b": (second, 3), "c": (second, 4)}),
    ):
        found = results(session, workflow, *runs)
        given = {id: (row.run_id, len(row.outputs["output"]["text"])) for id, row in found.items()}
        assert given == expected
        assert all(row.version_id == workflow.version_id for row in found.values())
    assert results(session, workflow, first, owner="bob") == results(session, other, first) == {}
    assert results(session, workflow) == {}


def test_long_values_of_results_do_not_leave_the_database_until_they_are_asked_for(
    session: Session,
) -> None:
    workflow = make_workflow(session)
    found = results(session, workflow, ran(session, workflow, a=16_000, b=900_000, c=900_000))
    assert {id: (row.is_long, bool(row.outputs)) for id, row in found.items()} == {
        "a": (False, True),
        "b": (True, False),
        "c": (True, False),
    }
    ids = [found["b"].execution_id, found["c"].execution_id]
    size = 2 * len('{"kind": "text", "text": ""}') + 1_800_000
    long = find_long_outputs(session, "ann", ids, size)
    assert long == {id: {"output": text(900_000)} for id in ids}
    assert find_long_outputs(session, "ann", ids, size - 1) is None
    assert find_long_outputs(session, "bob", ids, size) == {}
