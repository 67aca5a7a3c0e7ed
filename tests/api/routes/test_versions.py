"""The history over HTTP: autosaved, looked at, named, restored; and what a run ran."""

from collections.abc import Callable
from typing import Any

import pytest

from support.api.client import Api, Rows, Worker, graph, text_node
from support.database.rows import make_run, make_workflow


@pytest.fixture
async def url(api: Api) -> str:
    """A workflow of three revisions: A; A and B; A changed and B."""
    stored = (await api.post("/api/workflows", json=graph(text_node("a")))).json()
    url = f"/api/workflows/{stored['id']}"
    await save(api, url, 1, text_node("a"), text_node("b"))
    await save(api, url, 2, text_node("a", "Changed"), text_node("b"))
    return url


async def save(api: Api, url: str, revision: int, *nodes: dict[str, Any], **more: Any) -> None:
    body, headers = graph(*nodes, **more), {"If-Match": str(revision)}
    assert (await api.put(url, json=body, headers=headers)).status_code == 200


async def items(api: Api, url: str, query: str = "") -> list[dict[str, Any]]:
    answer = await api.get(f"{url}/versions{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_the_history_shows_sessions_and_on_request_every_save(api: Api, url: str):
    newest, first = await items(api, url)
    assert (newest["revision"], newest["saves"], newest["current"]) == (3, 2, True)
    assert newest["changes"]["summary"] == "Added “B”; changed “A”."
    assert (newest["nodeCount"], newest["edgeCount"], newest["origin"]) == (2, 0, "saved")
    assert (first["revision"], first["origin"], first["current"]) == (1, "created", False)
    assert first["changes"]["summary"] == "1 node and 0 connections."
    every = await items(api, url, "?every=true")
    assert [each["changes"]["summary"] for each in every[:2]] == ["Changed “A”.", "Added “B”."]


async def test_the_history_comes_in_pages(api: Api, url: str):
    page = (await api.get(f"{url}/versions?every=true&limit=2")).json()
    rest = (await api.get(f"{url}/versions?every=true&cursor={page['nextCursor']}")).json()
    assert [each["revision"] for each in page["items"] + rest["items"]] == [3, 2, 1]
    assert rest["nextCursor"] is None


async def test_a_version_is_read_by_its_revision_or_its_id(api: Api, url: str):
    newest = (await items(api, url))[0]
    by_revision = (await api.get(f"{url}/versions/3")).json()
    assert by_revision == (await api.get(f"{url}/versions/{newest['id']}")).json()
    assert [node["id"] for node in by_revision["nodes"]] == ["a", "b"]
    assert (by_revision["revision"], by_revision["name"]) == (3, "Test")


async def test_restoring_makes_a_new_revision_and_loses_nothing(api: Api, url: str):
    await api.patch(url, json={"name": "Renamed"})
    answer = await api.post(f"{url}/versions/1/restore", headers={"If-Match": '"4"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"5"')
    restored = answer.json()
    assert (restored["revision"], restored["name"]) == (5, "Renamed")
    assert [node["data"]["text"] for node in restored["nodes"]] == ["Hello"]
    newest, before, _ = await items(api, url)
    assert (newest["origin"], newest["sourceRevision"]) == ("restored", 1)
    assert newest["changes"]["summary"] == "Removed “B”; changed “A”."
    assert before["revision"] == 3
    again = await api.post(f"{url}/versions/3/restore", headers={"If-Match": "5"})
    assert [node["id"] for node in again.json()["nodes"]] == ["a", "b"]


async def test_a_restore_overwrites_nobodys_work(api: Api, url: str):
    missing = await api.post(f"{url}/versions/1/restore")
    assert (missing.status_code, missing.json()["code"]) == (428, "if_match_required")
    stale = await api.post(f"{url}/versions/1/restore", headers={"If-Match": "2"})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_revision")
    assert stale.json()["revision"] == 3


async def test_a_version_is_named_and_pinned(api: Api, url: str):
    answer = await api.patch(f"{url}/versions/2", json={"label": "Sent to the customer"})
    assert (answer.status_code, answer.json()["label"]) == (200, "Sent to the customer")
    assert [each["revision"] for each in await items(api, url)] == [3, 2, 1]
    answer = await api.patch(f"{url}/versions/2", json={"pinned": True})
    assert (answer.json()["pinned"], answer.json()["label"]) == (True, "Sent to the customer")
    answer = await api.patch(f"{url}/versions/2", json={"pinned": False, "label": None})
    assert [each["revision"] for each in await items(api, url)] == [3, 1]


@pytest.mark.parametrize(
    "body",
    [
        {"label": ""},
        {"label": "  "},
        {"label": "x" * 201},
        {"label": 5},
        {"pinned": "yes"},
        {"pinned": None},
        {"revision": 5},
        [],
    ],
)
async def test_a_bad_mark_is_refused(api: Api, url: str, body: object):
    answer = await api.patch(f"{url}/versions/2", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    "name",
    [
        "0",
        "9",
        "-1",
        "1.0",
        "4" * 30,
        "%C2%B2",
        "x",
        "%00",
        "..%2f1",
        "8f77e5a3-b746-4a81-9636-3c8fb04fe443",
    ],
)
async def test_a_version_that_is_not_there_is_not_found(api: Api, url: str, name: str):
    for answer in (
        await api.get(f"{url}/versions/{name}"),
        await api.patch(f"{url}/versions/{name}", json={"pinned": True}),
        await api.post(f"{url}/versions/{name}/restore", headers={"If-Match": "3"}),
    ):
        assert answer.status_code == 404, answer.text
        assert answer.json()["code"] in ("version_not_found", "not_found")


async def test_somebody_elses_versions_look_like_none(api: Api, rows: Rows):
    foreign = await rows(make_workflow, "ann")
    run_id = await rows(make_run)
    url = f"/api/workflows/{foreign.id}"
    for answer in (
        await api.get(f"{url}/versions"),
        await api.get(f"{url}/versions/1"),
        await api.get(f"{url}/versions/{foreign.version_id}"),
        await api.patch(f"{url}/versions/1", json={"pinned": True}),
        await api.post(f"{url}/versions/1/restore", headers={"If-Match": "1"}),
        await api.post(f"{url}/duplicate"),
        await api.post(f"{url}/undelete"),
        await api.get(f"/api/runs/{run_id}/graph"),
    ):
        assert answer.status_code == 404, answer.request.url
    nobodys = await api.get("/api/workflows/424242/versions")
    theirs = await api.get(f"{url}/versions")
    assert theirs.text.replace(str(foreign.id), "424242") == nobodys.text


async def test_anothers_version_is_not_read_through_ones_own_workflow(
    api: Api, url: str, rows: Rows
):
    foreign = await rows(make_workflow, "ann")
    answer = await api.get(f"{url}/versions/{foreign.version_id}")
    assert answer.status_code == 404


async def test_a_runs_graph_is_what_it_ran_also_when_the_workflow_is_gone(api: Api, url: str):
    run = (await api.post(f"{url}/runs", json={})).json()
    moved = {"positions": {"a": {"x": 70, "y": 80}}}
    await api.patch(f"{url}/positions", json=moved)
    await save(api, url, 3, text_node("c"))
    graph_of_run = f"/api/runs/{run['id']}/graph"
    was = (await api.get(graph_of_run)).json()
    assert [node["id"] for node in was["nodes"]] == ["a", "b"]
    assert [node["position"]["x"] for node in was["nodes"]] == [70, 0]
    assert was["revision"] == run["revision"] == 3
    await api.delete(url)
    assert (await api.get(graph_of_run)).json() == was
    assert [each["revision"] for each in await items(api, url, "?every=1")] == [4, 3, 2, 1]


async def test_a_run_of_part_of_a_graph_shows_the_whole_graph(
    api: Api, url: str, worker: Callable[[str], Worker]
):
    scope = {"scope": {"kind": "nodes", "nodeIds": ["a"]}}
    run = (await api.post(f"{url}/runs", json=scope)).json()
    await worker(run["id"]).claim()
    was = (await api.get(f"/api/runs/{run['id']}/graph")).json()
    assert [node["id"] for node in was["nodes"]] == ["a", "b"]
