"""The nodes of a run as they are shown together, and what of them is left out."""

from typing import Any

from sqlalchemy.orm import Session

from db.queue.executions import MAX_LONG_BYTES, MAX_SHORT_BYTES, get_bounded_executions
from db.queue.node_states import apply_changes
from db.runs import get_executions
from support.database.rows import completed, make_claimed, running


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
