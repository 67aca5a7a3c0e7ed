"""The gallery of a workflow: what its nodes gave in all its runs."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from db.assets import add_asset
from db.lists import favourites, results
from db.tables import WorkflowRun
from schemas.values import MediaInfo, media_value
from schemas.wire.run import RunStatus
from support.api.client import Api, Rows, Worker, graph, text_node
from support.database.rows import completed, failed, make_run, running

Work = Callable[[str], Worker]
PHOTO = {"id": "p", "type": "image", "position": {"x": 0, "y": 0}, "data": {"label": "Photo"}}


def text(words: str) -> dict[str, Any]:
    return {"kind": "text", "text": words}


async def picture(api: Api, app: Litestar) -> dict[str, Any]:
    owner = (await api.get("/api/me")).json()["id"]
    value = media_value(owner, "a" * 64, 9, MediaInfo("image/png", 30, 20))
    await app.state.app_state.database.run(add_asset, owner, value)
    return value.model_dump(mode="json", by_alias=True)


async def stored(api: Api, *nodes: dict[str, Any]) -> str:
    answer = await api.post("/api/workflows", json=graph(*nodes))
    return f"/api/workflows/{answer.json()['id']}"


async def run_with(api: Api, worker: Work, url: str, values: dict[str, dict[str, Any]]) -> str:
    """Make a run whose nodes gave these values; what has none failed."""
    run = (await api.post(f"{url}/runs", json={"reuse": "never"})).json()
    executor = worker(run["id"])
    await executor.claim()
    for node in (each["nodeId"] for each in run["nodeExecutions"]):
        end = completed(node, values[node]) if node in values else failed(node)
        await executor.change(running(node), end)
    await executor.finish(RunStatus.COMPLETED if len(values) > 1 else RunStatus.FAILED)
    return run["id"]


async def listed(api: Api, url: str, **query: Any) -> list[tuple[str, str]]:
    """Give the run and the node of each result, from all pages."""
    found: list[tuple[str, str]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await api.get(f"{url}/results", params=query | cursor)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= query.get("limit", 50)
        found += [(item["runId"], item["nodeId"]) for item in page["items"]]
        if page["nextCursor"] is None:
            return found
        cursor = {"cursor": page["nextCursor"]}


@pytest.fixture
async def url(api: Api) -> str:
    return await stored(api, text_node("a"), text_node("b"))


async def test_results_come_page_by_page_the_newest_first(api: Api, worker: Work, url: str):
    assert (await api.get(f"{url}/results")).json() == {"items": [], "nextCursor": None}
    runs = [
        await run_with(api, worker, url, {"a": text("one"), "b": text(f"two {number}")})
        for number in range(3)
    ]
    expected = [(run, node) for run in reversed(runs) for node in ("b", "a")]
    for limit in (1, 2, 3, 5, 6, 50):
        assert await listed(api, url, limit=limit) == expected
    newest = (await api.get(f"{url}/results")).json()["items"][0]
    assert newest.pop("finishedAt").endswith("Z")
    (execution,) = [
        each["id"]
        for each in (await api.get(f"/api/runs/{runs[2]}")).json()["nodeExecutions"]
        if each["nodeId"] == "b"
    ]
    assert newest == {
        "id": execution,
        "runId": runs[2],
        "nodeId": "b",
        "nodeType": "text",
        "label": "B",
        "reused": False,
        "output": text("two 2"),
        "outputs": {},
        "isCut": False,
        "favourite": False,
    }


async def test_results_are_filtered_by_node_kind_and_run(api: Api, app: Litestar, worker: Work):
    image = await picture(api, app)
    url = await stored(api, text_node("a"), PHOTO | {"data": {"source": source(image)}})
    first = await run_with(api, worker, url, {"a": text("tea"), "p": image})
    second = await run_with(api, worker, url, {"a": text("cup")})
    assert await listed(api, url, node="a") == [(second, "a"), (first, "a")]
    assert await listed(api, url, kind="image") == [(first, "p")]
    assert await listed(api, url, kind="text", run=first) == [(first, "a")]
    assert await listed(api, url, run=second) == [(second, "a")]
    assert await listed(api, url, node="nobody") == []
    assert await listed(api, url, run=str(uuid4())) == []
    (item,) = (await api.get(f"{url}/results", params={"kind": "image"})).json()["items"]
    assert item["output"]["url"] == f"/api/assets/{image['assetId']}"


def source(image: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "asset", "assetId": image["assetId"]}


async def run_again(api: Api, worker: Work, url: str, source: str) -> str:
    """Make a run that took over what its node a gave in an earlier one."""
    run = (await api.post(f"{url}/runs", json={"reuse": "never"})).json()
    executor = worker(run["id"])
    await executor.claim()
    reused = completed("a", text("tea"), reused=True, reused_from=UUID(source), cache_key="tea")
    await executor.change(reused, running("b"), completed("b", text("pot")))
    await executor.finish(RunStatus.COMPLETED)
    return run["id"]


async def test_what_was_taken_over_is_listed_where_it_came_out_first(
    api: Api, worker: Work, url: str
):
    first = (await api.post(f"{url}/runs", json={"reuse": "never"})).json()["id"]
    executor = worker(first)
    await executor.claim()
    made = completed("a", text("tea"), cache_key="tea")
    await executor.change(running("a"), made, running("b"), completed("b"))
    await executor.finish(RunStatus.COMPLETED)
    second = await run_again(api, worker, url, first)
    assert await listed(api, url) == [(second, "b"), (first, "b"), (first, "a")]
    assert await listed(api, url, run=second) == [(second, "b"), (second, "a")]
    other = await stored(api, text_node("a"), text_node("b"))
    third, fourth = [await run_again(api, worker, other, first) for _ in range(2)]
    assert await listed(api, other) == [(fourth, "b"), (third, "b"), (third, "a")]


async def test_long_texts_are_given_by_their_beginning(api: Api, worker: Work, url: str):
    run = await run_with(api, worker, url, {"a": text("é" * 600), "b": text("é" * 601)})
    b, a = (await api.get(f"{url}/results")).json()["items"]
    assert (a["output"], a["isCut"]) == (text("é" * 600), False)
    assert (b["output"], b["isCut"]) == (text("é" * 600), True)
    whole = (await api.get(f"/api/runs/{run}/nodes/b")).json()["output"]
    assert whole == text("é" * 601)


async def test_large_values_that_are_no_texts_are_left_out(api: Api, worker: Work, url: str):
    large = {"kind": "json", "json": ["x" * 70_000]}
    await run_with(api, worker, url, {"a": large, "b": {"kind": "json", "json": [1]}})
    b, a = (await api.get(f"{url}/results")).json()["items"]
    assert (a["output"], a["outputs"], a["isCut"]) == (None, {}, True)
    assert (b["output"], b["isCut"]) == ({"kind": "json", "json": [1]}, False)


async def test_several_outputs_of_a_node_are_listed_together(api: Api, worker: Work, url: str):
    others = completed("a", text("tea"), other_outputs={"more": text("é" * 700)})
    run = (await api.post(f"{url}/runs", json={"reuse": "never"})).json()
    executor = worker(run["id"])
    await executor.claim()
    await executor.change(running("a"), others, running("b"), completed("b"))
    await executor.finish(RunStatus.COMPLETED)
    (item,) = (await api.get(f"{url}/results", params={"node": "a"})).json()["items"]
    assert item["outputs"] == {"output": text("tea"), "more": text("é" * 600)}
    assert item["isCut"]


async def test_a_page_looks_back_only_so_far_and_the_next_goes_on_from_there(
    api: Api, worker: Work, url: str, monkeypatch: pytest.MonkeyPatch
):
    old = await run_with(api, worker, url, {"a": text("tea"), "b": text("cup")})
    for _ in range(5):
        await run_with(api, worker, url, {"b": text("cup")})
    monkeypatch.setattr(results, "SCANNED_RUNS", 2)
    first = (await api.get(f"{url}/results", params={"node": "a"})).json()
    assert first["items"] == []
    assert first["nextCursor"] is not None
    assert await listed(api, url, node="a") == [(old, "a")]
    assert len(await listed(api, url)) == 7


async def mark(api: Api, url: str, run: str, node: str, favourite: bool = True) -> httpx.Response:
    """Make what a node gave in a run a favourite, or make it none."""
    executions = (await api.get(f"/api/runs/{run}")).json()["nodeExecutions"]
    (id,) = [each["id"] for each in executions if each["nodeId"] == node]
    return await api.patch(f"{url}/results/{id}", json={"favourite": favourite})


async def test_favourites_are_marked_and_listed_alone(
    api: Api, worker: Work, url: str, monkeypatch: pytest.MonkeyPatch
):
    """However old they are; one that was taken over, too, and marking again changes nothing."""
    old = (await api.post(f"{url}/runs", json={"reuse": "never"})).json()["id"]
    executor = worker(old)
    await executor.claim()
    made = completed("a", text("tea"), cache_key="tea")
    await executor.change(running("a"), made, running("b"), completed("b"))
    await executor.finish(RunStatus.COMPLETED)
    taken_over = await run_again(api, worker, url, old)
    for _ in range(5):
        await run_with(api, worker, url, {"b": text("cup")})
    monkeypatch.setattr(results, "SCANNED_RUNS", 2)
    assert await listed(api, url, favourites=True) == []
    for run, node in ((old, "b"), (old, "b"), (taken_over, "a")):
        assert (await mark(api, url, run, node)).status_code == 204
    assert await listed(api, url, favourites=True) == [(taken_over, "a"), (old, "b")]
    assert await listed(api, url, favourites=True, limit=1) == [(taken_over, "a"), (old, "b")]
    assert await listed(api, url, favourites=True, node="b", run=old) == [(old, "b")]
    page = (await api.get(f"{url}/results", params={"run": old})).json()
    assert [(item["nodeId"], item["favourite"]) for item in page["items"]] == [
        ("b", True),
        ("a", False),
    ]
    for _ in range(2):
        assert (await mark(api, url, old, "b", favourite=False)).status_code == 204
    assert await listed(api, url, favourites=True) == [(taken_over, "a")]
    assert (await api.delete(f"/api/runs/{taken_over}")).status_code == 204
    assert await listed(api, url, favourites=True) == []


async def test_a_workflow_has_a_limited_number_of_favourites(
    api: Api, worker: Work, url: str, monkeypatch: pytest.MonkeyPatch
):
    run = await run_with(api, worker, url, {"a": text("tea"), "b": text("cup")})
    monkeypatch.setattr(favourites, "MAX_FAVOURITES", 1)
    assert (await mark(api, url, run, "a")).status_code == 204
    refused = await mark(api, url, run, "b")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_favourites")
    assert await listed(api, url, favourites=True) == [(run, "a")]
    assert (await mark(api, url, run, "a")).status_code == 204


async def test_a_result_of_another_workflow_is_no_favourite_of_this_one(
    api: Api, worker: Work, url: str
):
    run = await run_with(api, worker, url, {"a": text("tea"), "b": text("cup")})
    other = await stored(api, text_node("a"))
    refused = await mark(api, other, run, "a")
    assert (refused.status_code, refused.json()["code"]) == (404, "result_not_found")
    bad = await api.patch(f"{url}/results/{uuid4()}", json={"favourite": "yes"})
    assert bad.status_code == 422


@pytest.mark.parametrize(
    "query",
    ["kind=colour", "node=", "node=%00", "run=x", "limit=0", "favourites=x", "node=" + "x" * 200],
)
async def test_a_bad_filter_is_refused(api: Api, url: str, query: str):
    assert (await api.get(f"{url}/results?{query}")).status_code == 422


@pytest.mark.parametrize("cursor", ["x", "AAAA"])
async def test_a_cursor_that_no_list_gave_is_refused(api: Api, url: str, cursor: str):
    answer = await api.get(f"{url}/results", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_somebody_elses_results_look_like_none(api: Api, rows: Rows, url: str):
    theirs = await rows(make_run)  # ann's
    foreign = str(await rows(workflow_of, theirs))
    answers = [await api.get(f"/api/workflows/{id}/results") for id in (foreign, "999999")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(foreign, "999999") == answers[1].text
    assert await listed(api, url, run=str(theirs)) == []


def workflow_of(session: Any, run_id: Any) -> int:
    return session.get(WorkflowRun, run_id).workflow_id
