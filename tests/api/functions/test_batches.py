"""Batches are previewed, started, fed a few rows at a time, read, cancelled, retried and downloaded."""

import json
from collections.abc import Callable
from uuid import UUID

import pytest

from db.queue import batches as queue
from db.queue.batches import find_open_batches
from db.tables import Batch
from flows.functions.batches.feed import feed_batch
from support.api.batches import count, counts, end, feed, listed, started, stored
from support.api.client import Api, Rows, Worker, text_node

Workers = Callable[[str], Worker]


async def test_a_preview_says_everything_and_starts_nothing(api: Api, rows: Rows) -> None:
    url = await stored(api)
    table = "Topic,style,other\nCats,short,1\n,long,2\nDogs,short\n"
    answer = await api.post(
        f"{url}/batches/preview",
        content=table.encode("utf-16"),
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 200, answer.text
    read = answer.json()
    assert read["columns"] == [
        {"name": "Topic", "input": "topic"},
        {"name": "style", "input": "style"},
        {"name": "other", "input": None},
    ]
    assert (read["rowCount"], read["problemCount"], read["inputs"]) == (3, 0, ["topic", "style"])
    assert read["rows"][0] == {"number": 1, "inputs": {"topic": "Cats", "style": "short"}}
    await api.post(f"{url}/publish", json={"name": "posts"})
    strict = await api.post("/api/functions/posts/batches/preview", json={"table": table})
    (problem,) = strict.json()["problems"]
    assert (problem["row"], problem["input"], problem["code"]) == (2, "topic", "input_required")
    refused = await api.post("/api/functions/posts/batches", json={"table": table})
    assert (refused.status_code, refused.json()["code"]) == (422, "batch_has_problems")
    assert refused.json()["problems"][0]["message"].startswith("Row 2: The input “topic”")
    assert await rows(count, Batch) == 0
    mapped = await api.post(
        f"{url}/batches/preview",
        params={"mapping": json.dumps({"Titel": "topic"})},
        content="Titel\nx\n",
        headers={"Content-Type": "text/csv"},
    )
    assert mapped.json()["columns"] == [{"name": "Titel", "input": "topic"}]


@pytest.mark.parametrize(
    ("content", "kind", "code", "status"),
    [
        (b"", "text/csv", "bad_table", 422),
        (b"topic\n" + b"x\n" * 100_000, "text/csv", "too_many_rows", 422),
        (b"PK\x03\x04nothing", "application/zip", "bad_archive", 422),
        (b"{", "application/json", "invalid_json", 400),
        (b"{}", "application/json", "invalid_request", 422),
        (b'{"rows": [], "table": "x"}', "application/json", "invalid_request", 422),
        (b'{"rows": [{"topic": "\\u0000"}]}', "application/json", "invalid_json", 400),
        (b'{"topic": "\\u0000"}', "application/x-ndjson", "invalid_json", 400),
        (b'{"rows": [{"topic": 1}], "axes": 3}', "application/json", "invalid_request", 422),
        (b"topic\n" + b"x" * 20_000_001, "text/csv", "table_too_large", 413),
    ],
)
async def test_what_cannot_be_read_is_one_clear_error(
    api: Api, content: bytes, kind: str, code: str, status: int
) -> None:
    url = await stored(api)
    for path in ("batches", "batches/preview"):
        answer = await api.post(f"{url}/{path}", content=content, headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_rows_are_run_once_each_and_their_results_read(
    api: Api, rows: Rows, worker: Workers
) -> None:
    url = await stored(api)
    batch = await started(api, url)
    assert (batch["status"], counts(batch)) == ("RUNNING", {"total": 2, "pending": 2})
    assert (batch["inputs"], batch["outputs"]) == (["topic"], ["post"])
    id = batch["id"]
    await feed(rows, id)
    assert not await feed(rows, id)
    first, second = await listed(api, id)
    assert (first["status"], first["runStatus"], first["outputs"]) == (
        "RUNNING",
        "PENDING",
        {"post": None},
    )
    run = (await api.get(f"/api/runs/{first['runId']}")).json()
    assert (run["trigger"], run["inputs"]) == ("batch", {"topic": "Cats"})
    await end(worker(first["runId"]), "About cats")
    await end(worker(second["runId"]), None)
    await feed(rows, id)
    read = (await api.get(f"/api/batches/{id}")).json()
    assert (read["status"], counts(read)) == ("FAILED", {"total": 2, "completed": 1, "failed": 1})
    (row,) = await listed(api, id, limit=1)
    assert row["outputs"]["post"] == {"kind": "text", "text": "About cats"}
    (row,) = await listed(api, id, cursor="1")
    assert (row["number"], row["error"]["code"]) == (2, "node_failed")
    assert await rows(find_open_batches) == []
    (entry,) = (await api.get(f"{url}/batches")).json()["items"]
    assert entry == read


async def test_only_failed_rows_are_retried_and_their_first_runs_stay(
    api: Api, rows: Rows, worker: Workers
) -> None:
    url = await stored(api)
    id = (await started(api, url))["id"]
    early = await api.post(f"/api/batches/{id}/retry")
    assert (early.status_code, early.json()["code"]) == (409, "batch_not_ended")
    await feed(rows, id)
    before = await listed(api, id)
    await end(worker(before[0]["runId"]), "Cats")
    await end(worker(before[1]["runId"]), None)
    await feed(rows, id)
    retried = await api.post(f"/api/batches/{id}/retry")
    assert (retried.status_code, retried.json()["status"]) == (202, "RUNNING")
    await feed(rows, id)
    after = await listed(api, id)
    assert after[0]["runId"] == before[0]["runId"]
    assert after[1]["runId"] not in {None, before[1]["runId"]}
    await end(worker(after[1]["runId"]), "Dogs")
    await feed(rows, id)
    assert (await api.get(f"/api/batches/{id}")).json()["status"] == "COMPLETED"
    again = await api.post(f"/api/batches/{id}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_retry")
    runs = (await api.get(f"{url}/runs")).json()["items"]
    assert len(runs) == 3


async def test_a_batch_leaves_room_for_others(
    api: Api, rows: Rows, worker: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await stored(api)
    table = {"rows": [{"topic": str(number)} for number in range(60)]}
    first, second = [(await started(api, url, table))["id"] for _ in range(2)]
    while await feed(rows, first):
        pass
    while await feed(rows, second):
        pass
    for id in (first, second):
        going_on = [row for row in await listed(api, id, limit=200) if row["status"] == "RUNNING"]
        assert len(going_on) == queue.MAX_QUEUED_ROWS // 2
        assert [row["number"] for row in going_on] == list(range(1, len(going_on) + 1))


async def test_a_cancelled_batch_starts_nothing_more_and_can_go_on_later(
    api: Api, rows: Rows, worker: Workers
) -> None:
    url = await stored(api)
    table = {"rows": [{"topic": str(number)} for number in range(12)]}
    id = (await started(api, url, table))["id"]
    await rows(feed_batch, UUID(id), 3)
    going_on = [row for row in await listed(api, id) if row["runId"]]
    assert len(going_on) == 3
    await worker(going_on[0]["runId"]).claim()
    cancelled = (await api.post(f"/api/batches/{id}/cancel")).json()
    assert counts(cancelled) == {"total": 12, "running": 1, "cancelled": 11}
    executor = worker(going_on[0]["runId"])
    executor.epoch = 1
    await executor.release()
    await feed(rows, id)
    read = (await api.get(f"/api/batches/{id}")).json()
    assert (read["status"], counts(read)) == ("CANCELLED", {"total": 12, "cancelled": 12})
    again = await api.post(f"/api/batches/{id}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "batch_ended")
    assert (await api.post(f"/api/batches/{id}/retry")).json()["counts"]["pending"] == 12


async def test_a_batch_ends_with_its_workflow(api: Api, rows: Rows) -> None:
    url = await stored(api)
    id = (await started(api, url))["id"]
    assert (await api.delete(url)).status_code == 204
    await feed(rows, id)
    read = (await api.get(f"/api/batches/{id}")).json()
    assert (read["status"], counts(read)) == ("CANCELLED", {"total": 2, "cancelled": 2})


async def test_the_same_request_with_its_key_is_the_same_batch(api: Api, rows: Rows) -> None:
    url = await stored(api)
    key = {"Idempotency-Key": "once"}
    first = await started(api, url, headers=key)
    assert (await started(api, url, headers=key))["id"] == first["id"]
    other = await api.post(f"{url}/batches", json={"table": "topic\nx\n"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_batch_runs_the_version_it_was_started_with(api: Api, rows: Rows) -> None:
    url = await stored(api)
    id = (await started(api, url))["id"]
    read = await api.get(url)
    body = {key: read.json()[key] for key in ("name", "edges", "inputs", "outputs")}
    body |= {"nodes": [text_node("a"), text_node("b"), text_node("c")]}
    saved = await api.put(url, json=body, headers={"If-Match": read.headers["etag"]})
    assert saved.status_code == 200, saved.text
    await feed(rows, id)
    run_id = (await listed(api, id))[0]["runId"]
    run = (await api.get(f"/api/runs/{run_id}")).json()
    assert (run["revision"], len(run["nodeExecutions"])) == (1, 2)


async def test_axes_give_params_of_nodes_and_a_winner_is_marked(api: Api, rows: Rows) -> None:
    url = await stored(api)
    axes = [{"nodeId": "b", "param": "text", "values": ["short", "long"]}]
    batch = await started(api, url, {"table": "topic\nCats\nDogs\n", "axes": axes})
    assert (batch["counts"]["total"], batch["axes"][0]["values"]) == (4, ["short", "long"])
    await feed(rows, batch["id"])
    row = (await listed(api, batch["id"]))[1]
    assert (row["inputs"], row["overrides"]) == ({"topic": "Cats"}, {"b": {"text": "long"}})
    won = await api.put(f"/api/batches/{batch['id']}/winner", json={"number": 2})
    assert (won.status_code, won.json()["winner"]) == (200, 2)
    gone = await api.put(f"/api/batches/{batch['id']}/winner", json={"number": 5})
    assert (gone.status_code, gone.json()["code"]) == (422, "row_not_found")
    none = await api.put(f"/api/batches/{batch['id']}/winner", json={"number": None})
    assert none.json()["winner"] is None
    await api.post(f"{url}/publish", json={"name": "posts"})
    refused = await api.post(
        "/api/functions/posts/batches", json={"table": "topic\nCats\n", "axes": axes}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "batch_has_problems")


async def test_batches_of_others_are_not_there(api: Api, rows: Rows) -> None:
    url = await stored(api)
    id = (await started(api, url))["id"]

    foreign = "00000000-0000-4000-8000-000000000000"
    for method, path in (
        ("get", ""),
        ("get", "/rows"),
        ("get", "/results.csv"),
        ("get", "/results.zip"),
        ("post", "/cancel"),
        ("post", "/retry"),
    ):
        answer = await getattr(api, method)(f"/api/batches/{foreign}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "batch_not_found")
    assert (await api.get("/api/workflows/999999/batches")).status_code == 404
    assert (await api.post("/api/functions/nothing/batches", json={"rows": []})).status_code == 404
    bad = await api.get(f"/api/batches/{id}/rows", params={"cursor": "x"})
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_cursor")
