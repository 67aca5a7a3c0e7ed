"""The history of a workflow: what enters it, how it is listed, how it comes back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from db.postgres.engine import make_sync_engine
from db.postgres.migrate import downgrade, migrate
from db.versions import (
    MAX_PROTECTED,
    list_versions,
    mark_version,
    read_version,
    read_version_at,
)
from db.workflows import NewRevision, get_workflow, save_workflow
from schemas.errors import InvalidInputError, NotFoundError
from support.database.rows import digest, graph, make_workflow, move_nodes

Refused = Callable[..., str | None]


def save(session: Session, id: int, nodes: str, document: Any = None, **more: Any) -> int:
    saved = save_workflow(
        session,
        "ann",
        id,
        NewRevision(
            graph=document or graph(*nodes),
            name="A workflow",
            content_sha256=digest(nodes),
            **more,
        ),
    )
    session.commit()
    return saved.revision


def at(x: float, *nodes: str) -> dict[str, Any]:
    document = graph(*nodes)
    for node in document["nodes"]:
        node["position"] = {"x": x, "y": 0}
    return document


def later(raw: psycopg.Connection, minutes: float) -> None:
    """Let time pass, by making the history older, which only tests can."""
    raw.execute("set session_replication_role = replica")
    raw.execute(
        "update workflow_revisions set created_at = created_at - %(by)s, began_at = began_at - %(by)s",
        {"by": timedelta(minutes=minutes)},
    )
    raw.execute("set session_replication_role = origin")


def listed(session: Session, id: int, *, every: bool = False) -> list[int]:
    return [entry.row.revision for entry in list_versions(session, "ann", id, every=every).items]


def test_only_saves_that_change_content_enter_the_history(session: Session) -> None:
    id = make_workflow(session, nodes="a").id
    save(session, id, "ab")
    save(session, id, "ab", at(5, "a", "b"))
    save(session, id, "a")
    assert listed(session, id, every=True) == [4, 2, 1]
    newest = list_versions(session, "ann", id, every=True).items[0]
    assert newest.row.version_id == get_workflow(session, "ann", id).version_id
    assert newest.current


def test_saves_within_minutes_are_one_session(session: Session, raw: psycopg.Connection) -> None:
    id = make_workflow(session, nodes="a").id
    for nodes in ("ab", "abc", "abcd"):
        save(session, id, nodes)
        later(raw, 4)
    assert listed(session, id) == [4, 1]  # how it was created stays by itself
    assert list_versions(session, "ann", id).items[0].row.saves == 3
    later(raw, 2)
    save(session, id, "abcde")
    assert listed(session, id) == [5, 4, 1]
    assert listed(session, id, every=True) == [5, 4, 3, 2, 1]


def test_a_session_ends_after_half_an_hour_however_busy(
    session: Session, raw: psycopg.Connection
) -> None:
    id = make_workflow(session, nodes="a").id
    for number in range(10):
        save(session, id, f"a{number}")
        later(raw, 4)
    assert listed(session, id) == [11, 9, 1]


def test_what_is_named_or_pinned_is_always_shown_and_ends_its_session(session: Session) -> None:
    id = make_workflow(session, nodes="a").id
    for nodes in ("ab", "abc", "abcd"):
        save(session, id, nodes)
    assert mark_version(session, "ann", id, 2, pinned=True).row.pinned
    assert mark_version(session, "ann", id, 4, label="Done").row.label == "Done"
    session.commit()
    save(session, id, "abcde")
    assert listed(session, id) == [5, 4, 2, 1]


def test_the_outline_before_is_that_of_the_entry_shown_below(session: Session) -> None:
    id = make_workflow(session, nodes="a").id
    save(session, id, "ab")
    save(session, id, "abc")
    newest, first = list_versions(session, "ann", id).items
    assert newest.before == first.outline
    assert list(newest.outline["nodes"]) == ["a", "b", "c"]
    assert first.before is None
    page = list_versions(session, "ann", id, limit=1)
    assert page.items[0].before == first.outline
    rest = list_versions(session, "ann", id, limit=1, cursor=page.next_cursor)
    assert [entry.row.revision for entry in rest.items] == [1]


def test_an_entry_without_outline_is_told_from_its_graph(
    session: Session, raw: psycopg.Connection
) -> None:
    """As the migration makes them."""
    id = make_workflow(session, nodes="ab").id
    session.commit()
    raw.execute("set session_replication_role = replica")
    raw.execute("update workflow_revisions set outline = null")
    raw.execute("set session_replication_role = origin")
    assert list(list_versions(session, "ann", id).items[0].outline["nodes"]) == ["a", "b"]


def places(document: Any) -> list[float]:
    return [node["position"]["x"] for node in document["nodes"]]


def test_a_version_knows_where_its_nodes_were_when_it_was_left(session: Session) -> None:
    id = make_workflow(session, nodes="ab").id
    session.commit()
    move_nodes(session, "ann", id, {"a": {"x": 7, "y": 0}, "gone": {"x": 9, "y": 9}})
    session.commit()
    assert places(read_version(session, "ann", id, 1).graph) == [7, 0]
    save(session, id, "abc", at(50, "a", "b", "c"))
    assert places(read_version(session, "ann", id, 1).graph) == [7, 0]
    assert places(read_version(session, "ann", id, 2).graph) == [50, 50, 50]
    save(session, id, "abc", at(60, "a", "b", "c"))
    assert places(read_version(session, "ann", id, 2).graph) == [60, 60, 60]


def test_the_same_content_at_two_times_is_placed_as_at_each(session: Session) -> None:
    id = make_workflow(session, nodes="a").id
    version = get_workflow(session, "ann", id).version_id
    save(session, id, "ab")
    save(session, id, "a", at(80, "a"))
    assert places(read_version_at(session, "ann", id, version, 1).graph) == [0]
    assert places(read_version_at(session, "ann", id, version, 2).graph) == [0]
    assert places(read_version_at(session, "ann", id, version, 3).graph) == [80]
    assert read_version(session, "ann", id, version).revision == 3


def test_a_version_that_the_history_has_forgotten_is_still_read_by_its_id(
    session: Session, raw: psycopg.Connection
) -> None:
    id = make_workflow(session, nodes="a").id
    version = get_workflow(session, "ann", id).version_id
    save(session, id, "ab")
    raw.execute("delete from workflow_revisions where revision = 1")
    was = read_version(session, "ann", id, version)
    assert (was.revision, [node["id"] for node in was.graph["nodes"]]) == (None, ["a"])
    with pytest.raises(NotFoundError):
        read_version(session, "ann", id, 1)


def test_somebody_elses_history_does_not_exist(session: Session) -> None:
    workflow = make_workflow(session)
    id, version = workflow.id, workflow.version_id
    make_workflow(session, "bob")
    session.commit()
    for call in (
        lambda: list_versions(session, "bob", id),
        lambda: read_version(session, "bob", id, 1),
        lambda: read_version(session, "bob", id, version),
        lambda: read_version_at(session, "bob", id, version, 1),
        lambda: mark_version(session, "bob", id, 1, pinned=True),
    ):
        with pytest.raises(NotFoundError):
            call()


def test_no_more_entries_are_kept_for_ever_than_fit_on_a_list(
    session: Session, raw: psycopg.Connection
) -> None:
    id = make_workflow(session, nodes="a").id
    session.commit()
    raw.execute(
        "insert into workflow_revisions (workflow_id, revision, owner_id, version_id, origin,"
        " began_at, positions, pinned) select workflow_id, revision + n, owner_id, version_id,"
        " origin, began_at, positions, true from workflow_revisions, generate_series(1, %s) as n",
        [MAX_PROTECTED],
    )
    with pytest.raises(InvalidInputError) as error:
        mark_version(session, "ann", id, 1, label="One more")
    assert error.value.code == "too_many_kept"


def test_an_entry_never_says_anything_else(session: Session, refused: Refused) -> None:
    make_workflow(session)
    session.commit()
    for change in ("revision = 9", "origin = 'restored'", "saves = 2", "outline = '{}'"):
        assert refused(f"update workflow_revisions set {change}") == "WF010"
    assert refused("update workflow_revisions set owner_id = 'bob'") in ("WF010", "23503")
    assert refused("update workflow_revisions set superseded = true") is None
    assert refused("update workflow_revisions set superseded = false") == "WF010"


def test_a_history_belongs_to_the_owner_of_its_workflow(session: Session, refused: Refused) -> None:
    make_workflow(session, "bob")
    make_workflow(session)
    session.commit()
    copy = (
        "insert into workflow_revisions (workflow_id, revision, owner_id, version_id, origin,"
        " began_at, positions) select {}, revision + 8, owner_id, version_id, 'saved', began_at, positions"
        " from workflow_revisions where owner_id = 'ann' and revision = 1"
    )
    theirs = "(select min(id) from workflows where user_id = 'bob')"
    assert refused(copy.format("workflow_id")) is None
    assert refused(copy.format(theirs)) == "23503"


def test_what_was_there_before_histories_begins_one_with_its_nodes_where_they_are(
    empty_database_url: str,
) -> None:
    migrate(empty_database_url)
    engine = make_sync_engine(empty_database_url)
    with Session(engine) as session:
        id = make_workflow(session, nodes="ab").id
        move_nodes(session, "ann", id, {"b": {"x": 7, "y": 0}})
        session.commit()
    engine.dispose()
    downgrade(empty_database_url, "0008_traceparent")
    migrate(empty_database_url)
    with Session(engine) as session:
        (entry,) = list_versions(session, "ann", id).items
        assert (entry.row.revision, entry.row.origin, entry.current) == (1, "saved", True)
        assert list(entry.outline["nodes"]) == ["a", "b"]
        assert places(read_version(session, "ann", id, 1).graph) == [0, 7]
    engine.dispose()
