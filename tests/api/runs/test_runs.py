"""Runs over HTTP: started once, looked at while they go, cancelled, listed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image
from pydantic import SecretStr

from api.views.prefect import prefect_ui_url
from schemas.settings import Settings
from schemas.wire.run import NodeStatus, RunError, RunStatus
from support.api.client import Api, Rows, Worker, graph, text_node
from support.database.rows import completed, failed, make_run, running
from support.nodes.media import encoded

Start = Callable[..., Awaitable[dict[str, Any]]]
Work = Callable[[str], Worker]


async def stored(api: Api, *nodes: dict[str, Any]) -> str:
    workflow = (await api.post("/api/workflows", json=graph(*nodes))).json()
    return f"/api/workflows/{workflow['id']}"


async def test_a_started_run_is_pending_with_all_its_nodes(api: Api):
    url = await stored(api, text_node("a"), text_node("b"))
    answer = await api.post(f"{url}/runs", json={"scope": {"kind": "all"}, "reuse": "never"})
    run = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/runs/{run['id']}"
    assert (run["status"], run["trigger"], run["revision"]) == ("PENDING", "api", 1)
    assert run["scope"] == {"kind": "all"}
    assert (run["counts"]["total"], run["counts"]["pending"]) == (2, 2)
    assert [node["nodeId"] for node in run["nodeExecutions"]] == ["a", "b"]
    assert [node["label"] for node in run["nodeExecutions"]] == ["A", "B"]
    assert (run["startedAt"], run["durationMs"], run["error"]) == (None, None, None)
    assert (await api.get(answer.headers["location"])).json() == run


async def test_the_next_run_of_an_unchanged_workflow_is_made_like_the_first(api: Api):
    file = {"file": ("x.png", encoded(Image.new("RGB", (30, 20), "teal")))}
    asset = (await api.post("/api/assets", files=file)).json()
    source = {"kind": "asset", "assetId": asset["id"]}
    photo = text_node("b") | {"type": "image", "data": {"source": source}}
    url = await stored(api, text_node("a"), photo)
    own = {"id", "createdAt", "nodeExecutions"}
    runs = [(await api.post(f"{url}/runs", json={"reuse": "never"})).json() for _ in range(3)]
    assert len({run["id"] for run in runs}) == 3
    assert len({node["id"] for run in runs for node in run["nodeExecutions"]}) == 6
    for run in runs:
        assert (await api.get(f"/api/runs/{run['id']}")).json() == run
        assert [run[key] for key in run if key not in own] == [
            runs[0][key] for key in runs[0] if key not in own
        ]
    other = (await api.post(f"{url}/runs", json={"reuse": "auto"})).json()
    assert (other["reuse"], other["counts"]) == ("auto", runs[0]["counts"])
    # It is why nobody asks again whether the image is there.
    assert (await api.delete(f"/api/assets/{asset['id']}")).json()["code"] == "asset_in_use"


async def test_a_workflow_that_was_changed_is_started_as_it_is_now(api: Api):
    url = await stored(api, text_node("a"))
    await api.post(f"{url}/runs", json={})
    two = graph(text_node("b"), text_node("a"))
    assert (await api.put(url, json=two, headers={"If-Match": "1"})).status_code == 200
    run = (await api.post(f"{url}/runs", json={})).json()
    assert run["revision"] == 2
    assert [node["nodeId"] for node in run["nodeExecutions"]] == ["b", "a"]
    assert [
        node["nodeId"] for node in (await api.post(f"{url}/runs", json={})).json()["nodeExecutions"]
    ] == ["b", "a"]
    await api.patch(url, json={"name": "Another name"})
    assert (await api.post(f"{url}/runs", json={})).json()["revision"] == 3
    lonely = {"id": "c", "type": "crop", "position": {"x": 0, "y": 0}, "data": {}}
    await api.put(url, json=graph(lonely), headers={"If-Match": "3"})
    assert (await api.post(f"{url}/runs", json={})).json()["code"] == "invalid_graph"
    await api.delete(url)
    assert (await api.post(f"{url}/runs", json={})).status_code == 404


@pytest.mark.parametrize("reuse", ["auto", "always", "never"])
async def test_a_run_may_say_what_it_reuses(api: Api, reuse: str):
    url = await stored(api)
    assert (await api.post(f"{url}/runs", json={"reuse": reuse})).status_code == 202
    (listed,) = (await api.get(f"{url}/runs")).json()["items"]
    read = (await api.get(f"/api/runs/{listed['id']}")).json()
    assert (listed["reuse"], read["reuse"]) == (reuse, reuse)


async def test_a_run_may_be_started_without_a_body(api: Api):
    url = await stored(api)
    assert (await api.post(f"{url}/runs")).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        {"scope": {"kind": "some"}},
        {"scope": "all"},
        {"reuse": "sometimes"},
        {"graph": {}},
        {"scope": {"kind": "all", "nodeIds": []}},
        [],
        "all",
        7,
    ],
)
async def test_a_bad_run_request_starts_nothing(api: Api, body: object):
    url = await stored(api)
    answer = await api.post(f"{url}/runs", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert (await api.get("/api/runs")).json()["items"] == []


async def test_a_graph_with_problems_starts_nothing_and_tells_them(api: Api):
    lonely = {"id": "c", "type": "crop", "position": {"x": 0, "y": 0}, "data": {}}
    url = await stored(api, lonely)
    answer = await api.post(f"{url}/runs", json={})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_graph")
    assert [problem["code"] for problem in answer.json()["problems"]] == ["missing_input"]
    assert (await api.get("/api/runs")).json()["items"] == []


async def test_the_same_key_gives_the_same_run(api: Api):
    url = await stored(api)
    key = {"Idempotency-Key": "order 66"}
    answers = await asyncio.gather(
        *(api.post(f"{url}/runs", json={}, headers=key) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await api.get("/api/runs")).json()["items"]) == 1


async def test_the_same_key_gives_the_same_run_even_if_the_graph_is_broken_by_now(api: Api):
    url = await stored(api)
    key = {"Idempotency-Key": "k"}
    first = await api.post(f"{url}/runs", json={}, headers=key)
    lonely = {"id": "c", "type": "crop", "position": {"x": 0, "y": 0}, "data": {}}
    await api.put(url, json=graph(lonely), headers={"If-Match": "1"})
    again = await api.post(f"{url}/runs", json={}, headers=key)
    assert again.status_code == 202
    assert again.json()["id"] == first.json()["id"]


async def test_a_key_used_for_another_request_is_refused(api: Api):
    url = await stored(api)
    key = {"Idempotency-Key": "k"}
    await api.post(f"{url}/runs", json={"reuse": "auto"}, headers=key)
    answer = await api.post(f"{url}/runs", json={"reuse": "never"}, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_the_key_of_a_deleted_run_starts_nothing(api: Api):
    url, key = await stored(api), {"Idempotency-Key": "paid once"}
    first = (await api.post(f"{url}/runs", json={}, headers=key)).json()["id"]
    assert (await api.post(f"/api/runs/{first}/cancel")).status_code == 202
    assert (await api.delete(f"/api/runs/{first}")).status_code == 204
    for body, status, code in (
        ({}, 409, "run_deleted"),
        ({"reuse": "never"}, 422, "idempotency_key_reused"),
    ):
        again = await api.post(f"{url}/runs", json=body, headers=key)
        assert (again.status_code, again.json()["code"]) == (status, code)
    assert first in (await api.post(f"{url}/runs", json={}, headers=key)).json()["detail"]
    assert (await api.get("/api/runs")).json()["items"] == []
    other = {"Idempotency-Key": "another"}
    assert (await api.post(f"{url}/runs", json={}, headers=other)).status_code == 202


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_bad_key_is_refused(api: Api, key: str):
    url = await stored(api)
    answer = await api.post(f"{url}/runs", json={}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_run_shows_what_went_in_and_came_out(api: Api, start: Start, worker: Work):
    run = await start(text_node("a"), text_node("b"))
    executor = worker(run["id"])
    await executor.claim()
    image = {
        "kind": "image",
        "assetId": "6f1e0d4e-2f1c-5b0a-9a37-1d8f6a0c2b11",
        "sha256": "0" * 64,
        "mediaType": "image/png",
        "width": 4,
        "height": 3,
        "bytes": 99,
    }
    usage = {"model": "m", "inputTokens": 1, "outputTokens": 2, "totalTokens": 3}
    await executor.change(
        running("a", input={"images": [image], "text": {"kind": "text", "text": "in"}}),
        completed("a", output=image, usage=usage),
        running("b"),
        failed("b"),
    )
    await executor.finish(RunStatus.FAILED, RunError(code="node_failed", message="B failed."))

    shown = (await api.get(f"/api/runs/{run['id']}")).json()
    a, b = shown["nodeExecutions"]
    visible = {key: value for key, value in image.items() if key != "sha256"}
    visible["url"] = f"/api/assets/{image['assetId']}"
    assert a["output"] == visible
    assert a["input"] == {"images": [visible], "text": {"kind": "text", "text": "in"}}
    assert (a["status"], a["attempt"], a["reused"]) == ("COMPLETED", 1, False)
    assert a["usage"]["totalTokens"] == 3
    spent = {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}
    listed = (await api.get("/api/runs")).json()["items"][0]
    assert shown["usage"] == listed["usage"] == spent
    assert isinstance(a["durationMs"], int)
    assert (b["status"], b["error"]["code"], b["output"]) == ("FAILED", "blocked", None)
    assert (shown["status"], shown["error"]["code"]) == ("FAILED", "node_failed")
    assert (shown["counts"]["completed"], shown["counts"]["failed"]) == (1, 1)
    assert shown["finishedAt"].endswith("Z")
    assert "sha256" not in str(shown)


async def test_a_waiting_run_is_cancelled_at_once(api: Api, start: Start):
    run = await start()
    answer = await api.post(f"/api/runs/{run['id']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (202, "CANCELLED")
    assert answer.json()["nodeExecutions"][0]["status"] == NodeStatus.CANCELLED


async def test_a_running_run_is_asked_to_end_and_may_be_asked_twice(
    api: Api, start: Start, worker: Work
):
    run = await start()
    await worker(run["id"]).claim()
    for _ in range(2):
        answer = await api.post(f"/api/runs/{run['id']}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (202, "RUNNING")


async def test_an_ended_run_cannot_be_cancelled(api: Api, start: Start):
    run = await start()
    await api.post(f"/api/runs/{run['id']}/cancel")
    answer = await api.post(f"/api/runs/{run['id']}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "run_ended")


@pytest.mark.parametrize("call", ["GET ", "POST /cancel", "GET /events"])
async def test_somebody_elses_run_looks_like_none(api: Api, rows: Rows, call: str):
    from support.database.rows import make_run

    theirs = str(await rows(make_run))
    nobodys = "00000000-0000-4000-8000-000000000000"
    method, path = call.split(" ")
    foreign = await api.request(method, f"/api/runs/{theirs}{path}")
    missing = await api.request(method, f"/api/runs/{nobodys}{path}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["code"] == "run_not_found"
    assert foreign.text.replace(theirs, nobodys) == missing.text


async def test_history_comes_in_pages_of_one_workflow_or_all(api: Api):
    one, other = await stored(api), await stored(api)
    ids = [(await api.post(f"{one}/runs")).json()["id"] for _ in range(3)]
    foreign = (await api.post(f"{other}/runs")).json()["id"]
    first = (await api.get(f"{one}/runs?limit=2")).json()
    rest = (await api.get(f"{one}/runs?limit=2&cursor={first['nextCursor']}")).json()
    assert [run["id"] for run in first["items"] + rest["items"]] == ids[::-1]
    assert rest["nextCursor"] is None
    assert "nodeExecutions" not in first["items"][0]
    every = (await api.get("/api/runs")).json()["items"]
    assert [run["id"] for run in every] == [foreign, *ids[::-1]]
    listed = (await api.get("/api/workflows")).json()["items"]
    assert {item["lastRun"]["id"] for item in listed} == {ids[-1], foreign}


async def test_runs_are_listed_by_their_states_page_by_page(api: Api):
    url = await stored(api)
    ids = [(await api.post(f"{url}/runs")).json()["id"] for _ in range(4)]
    for id in ids[:2]:
        await api.post(f"/api/runs/{id}/cancel")
    cancelled = f"{url}/runs?status=CANCELLED&limit=1"
    first = (await api.get(cancelled)).json()
    rest = (await api.get(f"{cancelled}&cursor={first['nextCursor']}")).json()
    assert [run["id"] for run in first["items"] + rest["items"]] == ids[1::-1]
    assert rest["nextCursor"] is None
    going = (await api.get("/api/runs?status=PENDING&status=RUNNING")).json()["items"]
    assert [run["id"] for run in going] == ids[:1:-1]
    assert (await api.get(f"{url}/runs?status=FAILED")).json()["items"] == []
    assert (await api.get(f"{url}/runs?status=SLOW")).status_code == 422


async def test_the_history_of_a_deleted_workflow_stays_readable(api: Api):
    url = await stored(api)
    run = (await api.post(f"{url}/runs")).json()
    await api.delete(url)
    assert (await api.get(f"/api/runs/{run['id']}")).status_code == 200
    assert [r["id"] for r in (await api.get(f"{url}/runs")).json()["items"]] == [run["id"]]
    assert (await api.post(f"{url}/runs")).status_code == 404
    assert (await api.get("/api/workflows/424242/runs")).status_code == 404


@pytest.mark.parametrize(
    ("ui", "api_url", "expected"),
    [
        (None, None, None),
        (None, "http://127.0.0.1:4200/api", "http://127.0.0.1:4200"),
        (
            "https://prefect.example.org/",
            "http://127.0.0.1:4200/api",
            "https://prefect.example.org",
        ),
    ],
)
def test_prefects_address_for_people(ui: str | None, api_url: str | None, expected: str | None):
    settings = Settings().model_copy(
        update={"prefect_ui_url": ui, "prefect_api_url": api_url, "database_url": SecretStr("x")}
    )
    assert prefect_ui_url(settings) == expected


@pytest.mark.parametrize("id", ["a", "a b", "a/b", "/a", "a//b/", "ä%2Fé", "a?b#c", "..", "."])
async def test_one_node_is_read_by_its_id_whatever_that_is(http_client: httpx.AsyncClient, id: str):
    stored = await http_client.post("/api/workflows", json=graph(text_node(id)))
    run = (await http_client.post(f"/api/workflows/{stored.json()['id']}/runs", json={})).json()
    name = "".join(f"%{byte:02X}" for byte in id.encode())
    answer = await http_client.get(f"/api/runs/{run['id']}/nodes/{name}")
    assert (answer.status_code, answer.json().get("nodeId")) == (200, id), answer.text
    assert answer.json() == run["nodeExecutions"][0]


@pytest.mark.parametrize("id", ["b", "%00", "%FF", "a" * 300, "a/", "%ED%A0%80"])
async def test_a_node_that_is_not_in_the_run_is_not_found(api: Api, start: Start, id: str):
    run = await start(text_node("a"))
    answer = await api.get(f"/api/runs/{run['id']}/nodes/{id}")
    assert answer.status_code == 404, answer.text


async def test_somebody_elses_node_looks_like_none(api: Api, rows: Rows):
    theirs = await rows(make_run)
    answer = await api.get(f"/api/runs/{theirs}/nodes/a")
    nobodys = await api.get(f"/api/runs/{uuid4()}/nodes/a")
    assert (answer.status_code, answer.json()["code"]) == (404, "run_node_not_found")
    assert answer.text == nobodys.text
