"""Batches of node changes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.assets import find_assets, find_assets_at_once
from db.postgres.errors import StaleEpochError
from db.postgres.functions import FunctionPool
from db.postgres.roles import Role
from db.queue import node_states
from db.queue.claims import finish_run
from db.queue.node_states import (
    apply_changes,
    encode_changes,
    find_cached_results,
    stored_bytes,
    write_run,
    write_run_at_once,
)
from db.runs import get_run
from schemas.errors import ConflictError, InvalidInputError
from schemas.values import MediaInfo, media_value
from schemas.wire.run import NodeStatus, RunError, RunStatus, Usage
from support.database.rows import (
    TEXT,
    complete_nodes,
    completed,
    events_after,
    executions_by_node,
    failed,
    history,
    make_claimed,
    make_run,
    running,
)


def rows_written(session: Session) -> dict[str, int]:
    """How many rows this connection has inserted or updated, by table."""
    counted = session.execute(
        text("""
            select relname, n_tup_ins + n_tup_upd as rows from pg_stat_xact_user_tables
            where relname in ('workflow_runs', 'node_executions', 'run_events')
        """)
    )
    return {row.relname: row.rows for row in counted}


def test_a_change_is_stored_with_everything_it_says(session: Session) -> None:
    run = make_claimed(session)
    usage = Usage(model="m", input_tokens=3, output_tokens=4, total_tokens=7)
    apply_changes(session, run.id, 1, [running("a", input={"userMessage": TEXT}, cache_key="k")])
    apply_changes(session, run.id, 1, [completed("a", usage=usage)])
    row = executions_by_node(session, run.id)["a"]
    assert (row.status, row.attempt, row.epoch) == (NodeStatus.COMPLETED, 1, 1)
    assert (row.input, row.output, row.error) == ({"userMessage": TEXT}, TEXT, None)
    assert (row.usage, row.cache_key) == (usage.model_dump(), "k")
    assert row.started_at is not None
    assert row.finished_at is not None
    assert row.finished_at >= row.started_at


def test_a_retry_raises_the_attempt_and_shows_the_error_of_the_one_before(
    session: Session,
) -> None:
    run = make_claimed(session)
    error = RunError(code="rate_limited", message="Too many requests.")
    apply_changes(session, run.id, 1, [running("a"), running("a", 2, error=error)])
    row = executions_by_node(session, run.id)["a"]
    assert (row.status, row.attempt) == (NodeStatus.RUNNING, 2)
    assert row.error == error.model_dump()
    apply_changes(session, run.id, 1, [completed("a")])
    assert executions_by_node(session, run.id)["a"].error is None
    assert history(session, run.id)[2:] == ["a RUNNING 1", "a RUNNING 2", "a COMPLETED 2"]


def test_a_batch_of_100_nodes_is_one_statement_and_one_update_of_the_run(
    session: Session, sync_engine: Engine
) -> None:
    nodes = [f"n{number}" for number in range(100)]
    run = make_claimed(session, nodes=nodes)
    statements: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        statements.append(statement.strip().split()[0].lower())

    before = rows_written(session)
    event.listen(sync_engine, "before_cursor_execute", note)
    apply_changes(session, run.id, 1, [running(id) for id in nodes])
    event.remove(sync_engine, "before_cursor_execute", note)
    assert statements == ["select"]  # of a function that writes all of it
    after = rows_written(session)
    assert {table: after[table] - before[table] for table in after} == {
        "workflow_runs": 1,
        "node_executions": 100,
        "run_events": 100,
    }
    session.commit()
    assert history(session, run.id)[2:] == [f"{id} RUNNING 1" for id in nodes]


def test_a_batch_that_is_sent_again_changes_nothing(session: Session) -> None:
    run = make_claimed(session)
    batch = [running("a"), running("a", 2), completed("a"), running("b")]
    apply_changes(session, run.id, 1, batch)
    session.commit()
    before = history(session, run.id)
    finished_at = executions_by_node(session, run.id)["a"].finished_at
    apply_changes(session, run.id, 1, batch)
    session.commit()
    assert history(session, run.id) == before
    assert executions_by_node(session, run.id)["a"].finished_at == finished_at


def test_the_end_of_a_run_goes_out_with_its_last_changes_and_comes_after_them(
    session: Session,
) -> None:
    run = make_claimed(session)
    changes = [
        *encode_changes([completed("a", attempt=1, started_at=run.clock.now()), failed("b")])
    ]
    error = RunError(code="nodes_failed", message="b failed.")
    write_run(session, run.id, 1, changes, end=(RunStatus.FAILED, error))
    session.commit()
    told = ["a COMPLETED 1", "b FAILED 0", "run FAILED"]
    assert history(session, run.id) == ["run PENDING", "run RUNNING", *told]
    ended = get_run(session, "ann", run.id)
    assert (ended.status, ended.error) == (RunStatus.FAILED, error.model_dump())
    assert (ended.lease_until, ended.finished_at is None) == (None, False)
    write_run(session, run.id, 1, changes, end=(RunStatus.FAILED, error))  # sent again
    with pytest.raises(StaleEpochError):
        write_run(session, run.id, 1, changes, end=(RunStatus.COMPLETED, None))
    assert len(history(session, run.id)) == 5


def test_a_run_does_not_end_over_an_open_node(session: Session) -> None:
    run = make_claimed(session)
    changes = [*encode_changes([running("a"), completed("a")])]
    write_run(session, run.id, 1, changes, end=(RunStatus.COMPLETED, None))
    with pytest.raises(DBAPIError, match="open node rows"):
        session.commit()
    session.rollback()
    assert history(session, run.id) == ["run PENDING", "run RUNNING"]


def test_a_node_that_has_ended_does_not_end_in_another_way(session: Session) -> None:
    run = make_claimed(session)
    apply_changes(session, run.id, 1, [running("a"), completed("a")])
    with pytest.raises(ConflictError) as error:
        apply_changes(session, run.id, 1, [failed("a")])
    assert error.value.code == "node_ended"


def test_a_node_that_the_run_does_not_have_is_a_defect(session: Session) -> None:
    run = make_claimed(session)
    with pytest.raises(DBAPIError, match="has no node 'z'"):
        apply_changes(session, run.id, 1, [running("z")])


@pytest.mark.parametrize("epoch", [0, 2])
def test_changes_of_another_epoch_are_refused_whole(session: Session, epoch: int) -> None:
    run = make_claimed(session)
    with pytest.raises(StaleEpochError) as error:
        apply_changes(session, run.id, epoch, [running("a")])
    assert error.value.code == "stale_epoch"
    assert history(session, run.id) == ["run PENDING", "run RUNNING"]


def test_changes_of_a_run_that_waits_or_has_ended_are_refused(session: Session) -> None:
    waiting = make_run(session)
    run = make_claimed(session)
    complete_nodes(session, run)
    finish_run(session, run.id, 1, RunStatus.COMPLETED)
    session.commit()
    for run_id, epoch in ((waiting, 0), (run.id, 1), (uuid4(), 1)):
        with pytest.raises(StaleEpochError):
            apply_changes(session, run_id, epoch, [running("a")])


def test_outputs_come_with_their_assets(session: Session) -> None:
    run = make_claimed(session)
    asset = media_value("ann", "c" * 64, 99, MediaInfo("image/png", 4, 3))
    for node in ("a", "b"):  # the same picture twice is one asset
        changes = [
            running(node),
            completed(node, {"kind": "image", "assetId": str(asset.asset_id)}),
        ]
        apply_changes(session, run.id, 1, changes, assets=[asset])
    assert find_assets(session, "ann", [asset.asset_id]) == {asset.asset_id: asset}


async def test_outputs_come_with_their_assets_in_one_statement(
    session: Session, database_url: str
) -> None:
    run = make_claimed(session)
    session.commit()
    functions = FunctionPool(database_url, role=Role.ENGINE)
    image, film = (
        media_value("ann", name * 64, 99, info)
        for name, info in (
            ("c", MediaInfo("image/png", 4, 3)),
            ("d", MediaInfo("video/mp4", 4, 3, 1.5)),
        )
    )
    output = {"kind": "image", "assetId": str(image.asset_id)}
    (changes,) = encode_changes([running("a"), completed("a", output)])
    with pytest.raises(StaleEpochError):
        await write_run_at_once(functions, run.id, 2, changes, None, assets=[image])
    ids = [image.asset_id, film.asset_id]
    assert find_assets(session, "ann", ids) == {}
    end = (RunStatus.FAILED, RunError(code="nodes_failed", message="“B” failed."))
    await write_run_at_once(functions, run.id, 1, changes, None, assets=[image, image, film])
    (changes,) = encode_changes([running("b"), failed("b")])
    for _ in range(2):  # also where only the answer was lost
        await write_run_at_once(functions, run.id, 1, changes, end, assets=[image])
    assert await find_assets_at_once(functions, "ann", ids) == find_assets(session, "ann", ids)
    assert await find_assets_at_once(functions, "bob", ids) == {}
    assert find_assets(session, "ann", ids) == {image.asset_id: image, film.asset_id: film}
    assert executions_by_node(session, run.id)["a"].output == output
    assert get_run(session, "ann", run.id).status is RunStatus.FAILED
    await functions.close()


def test_text_that_postgresql_cannot_hold_is_replaced_in_results(session: Session) -> None:
    run = make_claimed(session)
    said = {"kind": "text", "text": "a\0b\ud800c 😀 \\u0000"}
    apply_changes(session, run.id, 1, [running("a"), completed("a", said)])
    stored = executions_by_node(session, run.id)["a"].output
    assert stored == {"kind": "text", "text": "a\ufffdb\ufffdc 😀 \\u0000"}


def test_an_output_that_is_too_large_is_refused(session: Session) -> None:
    run = make_claimed(session)
    huge = {"kind": "text", "text": "x" * 2_100_000}
    with pytest.raises(InvalidInputError) as error:
        apply_changes(session, run.id, 1, [running("a"), completed("a", huge)])
    assert error.value.code == "value_too_large"


def test_large_changes_go_out_in_statements_that_are_bounded(session: Session) -> None:
    ids = [f"n{place}" for place in range(12)]
    run = make_claimed(session, nodes=ids)
    said = {"kind": "text", "text": "x" * 1_000_000}
    lengths: list[int] = []

    def measure(*args: Any) -> None:
        parameters = args[3]
        lengths.append(len(parameters.get("changes", "")) if isinstance(parameters, dict) else 0)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", measure)
    changes = [*map(running, ids), *(completed(id, said) for id in ids)]
    apply_changes(session, run.id, 1, changes)
    event.remove(connection, "before_cursor_execute", measure)
    assert 3_000_000 < max(lengths) <= node_states.MAX_STATEMENT_CHARACTERS + 2 * len(ids)
    assert all(row.output == said for row in executions_by_node(session, run.id).values())


def test_a_node_that_failed_may_show_what_came_of_it_and_gives_it_to_nobody(
    session: Session,
) -> None:
    run = make_claimed(session)
    cut = {"kind": "text", "text": "half a sto"}
    change = replace(failed("a"), output=cut, cache_key="key")
    apply_changes(session, run.id, 1, [running("a"), change])
    assert executions_by_node(session, run.id)["a"].output == cut
    assert find_cached_results(session, "ann", ["key"]) == {}


def test_times_are_the_databases_unless_given(session: Session) -> None:
    run = make_claimed(session)
    start = datetime.now(UTC) - timedelta(seconds=9)
    end = start + timedelta(seconds=4)
    batch = [running("a", started_at=start), completed("a", finished_at=end), running("b")]
    apply_changes(session, run.id, 1, batch)
    found = executions_by_node(session, run.id)
    assert (found["a"].started_at, found["a"].finished_at) == (start, end)
    assert found["b"].started_at is not None


def test_nothing_ends_before_it_started_even_if_a_clock_says_so(session: Session) -> None:
    run = make_claimed(session)
    earlier = datetime.now(UTC) - timedelta(hours=1)
    apply_changes(session, run.id, 1, [running("a"), completed("a", finished_at=earlier)])
    row = executions_by_node(session, run.id)["a"]
    assert row.finished_at == row.started_at


def test_the_newest_result_of_the_same_owner_can_be_reused(session: Session) -> None:
    for said in ("old", "new"):
        run = make_claimed(session)
        output = {"kind": "text", "text": said}
        batch = [running("a", cache_key="k"), completed("a", output), running("b", cache_key="l")]
        apply_changes(session, run.id, 1, batch)
    found = find_cached_results(session, "ann", ["k", "l", "m"])
    new = {"output": {"kind": "text", "text": "new"}}
    assert {key: row.outputs for key, row in found.items()} == {"k": new}
    assert find_cached_results(session, "bob", ["k"]) == {}
    assert find_cached_results(session, "ann", []) == {}


def test_a_reused_node_completes_without_an_attempt(session: Session) -> None:
    run = make_claimed(session)
    apply_changes(session, run.id, 1, [completed("a", reused=True, cache_key="k")])
    row = executions_by_node(session, run.id)["a"]
    assert (row.reused, row.attempt, row.started_at) == (True, 0, None)
    assert events_after(session, "ann", run.id, 2)[0].body["reused"] is True


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "json", "data": [0.5, 1e300, -1e300, 1e-7, 5e-324, 1e16, 123, True, None, []]},
        {"kind": "text", "text": 'quotes " and \\ and \n and \x01 and é and 🦊 and 1e300'},
        {},
    ],
)
def test_sizes_are_counted_as_the_database_counts_them(session: Session, value: Any) -> None:
    counted = text("select octet_length(cast(cast(:value as jsonb) as text))")
    dumped = json.dumps(value, ensure_ascii=False)
    assert stored_bytes(value) == session.scalar(counted, {"value": dumped})
