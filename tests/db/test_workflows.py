"""Workflows: saved, renamed, moved and deleted by their owners, one after the other and at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from db.lists.workflow_list import list_workflows
from db.runs import get_run
from db.users import ensure_user
from db.workflows import (
    NewRevision,
    delete_workflow,
    get_owner_id,
    get_version,
    get_workflow,
    graph_document,
    rename_workflow,
    save_workflow,
)
from schemas.errors import ConflictError, InvalidInputError, NotFoundError
from schemas.wire.run import RunStatus
from support.database.rows import digest, graph, make_run, make_workflow, move_nodes


def save(session: Session, id: int, text: str, expected: int | None, **more: object) -> int:
    return save_workflow(
        session,
        "ann",
        id,
        NewRevision(
            graph=graph(*text) | more,
            name="A workflow",
            content_sha256=digest(text),
            expected_revisions=expected if expected is None else [expected],
        ),
    ).revision


def test_a_new_workflow_has_revision_1_and_a_version_of_its_graph(session: Session) -> None:
    workflow = make_workflow(session, nodes="ab")
    session.commit()
    found = get_workflow(session, "ann", workflow.id)
    assert found.revision == 1
    assert graph_document(found) == graph("a", "b")
    assert get_version(session, "ann", found.version_id).graph == graph("a", "b")


def test_other_users_workflows_do_not_exist(session: Session) -> None:
    workflow = make_workflow(session)
    ensure_user(session, "bob", "bob@example.org")
    session.commit()
    with pytest.raises(NotFoundError):
        get_workflow(session, "bob", workflow.id)
    with pytest.raises(NotFoundError):
        rename_workflow(session, "bob", workflow.id, "Mine")
    with pytest.raises(NotFoundError):
        delete_workflow(session, "bob", workflow.id)
    with pytest.raises(NotFoundError):
        get_version(session, "bob", workflow.version_id)
    assert list_workflows(session, "bob").items == []
    assert get_owner_id(session, workflow.id) == "ann"


def test_saving_takes_the_next_revision_and_a_new_version(session: Session) -> None:
    workflow = make_workflow(session, nodes="a")
    first = workflow.version_id
    assert save(session, workflow.id, "ab", expected=1) == 2
    assert workflow.version_id != first
    assert get_version(session, "ann", first).graph == graph("a")


def test_the_same_content_again_is_the_same_version(session: Session) -> None:
    workflow = make_workflow(session, nodes="a")
    first = workflow.version_id
    save(session, workflow.id, "ab", expected=1)
    assert save(session, workflow.id, "a", expected=2, viewport={"x": 5, "y": 5, "zoom": 2}) == 3
    assert workflow.version_id == first
    assert graph_document(workflow)["viewport"] == {"x": 5, "y": 5, "zoom": 2}


def test_a_stale_revision_is_refused_with_the_current_one(session: Session) -> None:
    workflow = make_workflow(session)
    save(session, workflow.id, "a", expected=1)
    with pytest.raises(ConflictError) as error:
        save(session, workflow.id, "b", expected=1)
    assert (error.value.code, error.value.revision) == ("stale_revision", 2)


def test_of_two_simultaneous_saves_one_wins(session: Session, sync_engine: Engine) -> None:
    workflow = make_workflow(session)
    session.commit()

    def try_to_save(text: str) -> int | str:
        with Session(sync_engine) as other, other.begin():
            try:
                return save(other, workflow.id, text, expected=1)
            except ConflictError as error:
                return error.code

    with ThreadPoolExecutor(2) as threads:
        assert set(threads.map(try_to_save, ["x", "y"])) == {2, "stale_revision"}


def test_a_new_name_is_a_new_revision_and_shows_in_the_document(session: Session) -> None:
    workflow = make_workflow(session)
    assert rename_workflow(session, "ann", workflow.id, "Better").revision == 2
    assert graph_document(get_workflow(session, "ann", workflow.id))["name"] == "Better"


def test_moving_nodes_leaves_content_and_revision_alone(session: Session) -> None:
    workflow = make_workflow(session)
    session.commit()
    saved_at = workflow.updated_at
    move_nodes(session, "ann", workflow.id, {"a": {"x": 1, "y": 2}, "unknown": {"x": 0, "y": 0}})
    move_nodes(session, "ann", workflow.id, {"b": {"x": 3, "y": 4}})
    found = get_workflow(session, "ann", workflow.id)
    places = {node["id"]: node["position"] for node in graph_document(found)["nodes"]}
    assert places == {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 4}}
    assert (found.revision, found.updated_at) == (1, saved_at)
    assert found.graph == graph("a", "b")


def test_saving_the_graph_forgets_earlier_moves(session: Session) -> None:
    workflow = make_workflow(session)
    move_nodes(session, "ann", workflow.id, {"a": {"x": 1, "y": 2}})
    save(session, workflow.id, "ab", expected=1)
    assert graph_document(get_workflow(session, "ann", workflow.id)) == graph("a", "b")


@pytest.mark.parametrize("text", ["\0", "\ud800"])
def test_text_that_cannot_be_stored_is_refused(session: Session, text: str) -> None:
    workflow = make_workflow(session)
    with pytest.raises(InvalidInputError) as error:
        save(session, workflow.id, "a", expected=1, note=text)
    assert error.value.code == "text_not_storable"
    session.rollback()
    workflow = make_workflow(session)
    with pytest.raises(InvalidInputError) as error:
        rename_workflow(session, "ann", workflow.id, text)
    assert error.value.code == "text_not_storable"


def test_a_graph_that_is_too_large_is_refused(session: Session) -> None:
    workflow = make_workflow(session)
    with pytest.raises(InvalidInputError) as error:
        save(session, workflow.id, "a", expected=1, note="x" * 3_000_000)
    assert error.value.code == "graph_too_large"


def test_a_deleted_workflow_is_gone_but_its_history_is_not(session: Session) -> None:
    workflow = make_workflow(session)
    run_id = make_run(session, workflow)
    delete_workflow(session, "ann", workflow.id)
    session.commit()
    for again in (get_workflow, delete_workflow):
        with pytest.raises(NotFoundError):
            again(session, "ann", workflow.id)
    with pytest.raises(NotFoundError):
        get_owner_id(session, workflow.id)
    assert list_workflows(session, "ann").items == []
    assert get_run(session, "ann", run_id).workflow_id == workflow.id


def test_the_list_shows_the_latest_saved_first_each_with_its_newest_run(session: Session) -> None:
    old, new = make_workflow(session, nodes="a"), make_workflow(session, nodes="a")
    session.commit()
    make_run(session, old, nodes="a")
    session.commit()
    newest = make_run(session, old, nodes="a")
    save(session, old.id, "b", expected=1)
    session.commit()
    first, second = list_workflows(session, "ann").items
    assert (first.id, second.id) == (old.id, new.id)
    assert first.last_run is not None
    assert (first.last_run.id, first.last_run.status) == (newest, RunStatus.PENDING)
    assert second.last_run is None


def test_a_page_of_the_list_is_one_query_and_one_for_its_images(
    session: Session, sync_engine: Engine
) -> None:
    for _ in range(12):
        make_run(session, make_workflow(session, nodes="a"), nodes="a")
    session.commit()
    statements: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(sync_engine, "before_cursor_execute", note)
    page = list_workflows(session, "ann", limit=10)
    event.remove(sync_engine, "before_cursor_execute", note)
    assert len(page.items) == 10
    assert len([each for each in statements if each.lower().startswith("select")]) <= 2


def test_pages_of_the_list_show_every_workflow_once_even_while_others_are_added(
    session: Session,
) -> None:
    ids = [make_workflow(session, nodes="a").id for _ in range(5)]
    session.commit()
    seen: list[int] = []
    cursor = None
    while True:
        page = list_workflows(session, "ann", limit=2, cursor=cursor)
        seen += [item.id for item in page.items]
        make_workflow(session, nodes="a")
        session.commit()
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ids[::-1]


@pytest.mark.parametrize("cursor", ["x", "", "MjAyNg", "ééé", "AAAA", "Mi0xIDE"])
def test_a_cursor_that_no_list_gave_is_refused(session: Session, cursor: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        list_workflows(session, "ann", cursor=cursor)
    assert error.value.code == "bad_cursor"
