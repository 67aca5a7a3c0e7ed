"""Workflows over HTTP: stored, listed, saved without overwriting others, moved, deleted."""

import base64
from typing import Any

import pytest
from PIL import Image

from support.api.client import Api, Rows, graph, text_node
from support.nodes.media import encoded


async def create(api: Api, **more: Any) -> dict[str, Any]:
    answer = await api.post("/api/workflows", json=graph() | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_stored_graph_comes_back_with_id_revision_and_etag(api: Api):
    sent = graph(text_node("a"), extra_field_of_node(), viewport={"x": 1, "y": 2, "zoom": 0.5})
    answer = await api.post("/api/workflows", json=sent)
    stored = answer.json()
    assert answer.status_code == 201
    assert (stored["revision"], answer.headers["etag"]) == (1, '"1"')
    assert answer.headers["location"] == f"/api/workflows/{stored['id']}"
    assert stored["createdAt"].endswith("Z")

    read = await api.get(answer.headers["location"])
    assert read.headers["etag"] == '"1"'
    assert read.json() == stored
    assert {key: stored[key] for key in sent} == sent


def extra_field_of_node() -> dict[str, Any]:
    return text_node("b") | {"width": 200, "className": "mine"}


async def test_a_draft_with_problems_is_stored_and_its_problems_are_told(api: Api):
    lonely = {"id": "c", "type": "crop", "position": {"x": 0, "y": 0}, "data": {}}
    stored = (await api.post("/api/workflows", json=graph(lonely))).json()
    answer = await api.post(f"/api/workflows/{stored['id']}/check")
    assert answer.status_code == 200
    (problem,) = answer.json()["problems"]
    assert (problem["code"], problem["nodeId"], problem["port"]) == ("missing_input", "c", "image")


async def test_what_is_no_graph_is_refused_with_all_its_problems(api: Api):
    nodes = [text_node("a"), text_node("a"), text_node("b") | {"type": "telepathy"}]
    answer = await api.post("/api/workflows", json=graph(*nodes))
    assert answer.status_code == 422
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["code"] == "invalid_graph"
    assert body["type"] == "/errors/invalid_graph"
    assert {problem["code"] for problem in body["problems"]} == {
        "duplicate_node_id",
        "unknown_node_type",
    }
    assert (await api.get("/api/workflows")).json()["items"] == []


async def test_saving_needs_the_revision_it_was_made_from(api: Api):
    stored = await create(api)
    url = f"/api/workflows/{stored['id']}"
    missing = await api.put(url, json=graph())
    assert (missing.status_code, missing.json()["code"]) == (428, "if_match_required")
    odd = await api.put(url, json=graph(), headers={"If-Match": "newest"})
    assert (odd.status_code, odd.json()["code"]) == (422, "if_match_invalid")


@pytest.mark.parametrize("header", ['"1"', "1", 'W/"1"'])
async def test_a_save_from_the_current_revision_makes_the_next_one(api: Api, header: str):
    stored = await create(api)
    changed = graph(text_node("a", "Other"), name="Renamed")
    answer = await api.put(
        f"/api/workflows/{stored['id']}", json=changed, headers={"If-Match": header}
    )
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"2"'
    assert (answer.json()["revision"], answer.json()["name"]) == (2, "Renamed")


async def test_a_stale_save_is_refused_with_the_current_revision(api: Api):
    stored = await create(api)
    url = f"/api/workflows/{stored['id']}"
    await api.put(url, json=graph(name="Mine"), headers={"If-Match": "1"})
    answer = await api.put(url, json=graph(name="Yours"), headers={"If-Match": "1"})
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["revision"]) == ("stale_revision", 2)
    assert (await api.get(url)).json()["name"] == "Mine"


async def test_renaming_is_a_new_revision(api: Api):
    stored = await create(api)
    answer = await api.patch(f"/api/workflows/{stored['id']}", json={"name": "New name"})
    assert (answer.status_code, answer.json()["name"]) == (200, "New name")
    assert answer.headers["etag"] == '"2"'


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "  "},
        {"name": 5},
        {"name": "x" * 201},
        {"nome": "x"},
        {"name": "x", "ownerId": "me"},
        [],
    ],
)
async def test_a_bad_rename_names_the_field(api: Api, body: object):
    stored = await create(api)
    answer = await api.patch(f"/api/workflows/{stored['id']}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"]


async def test_moving_nodes_touches_neither_revision_nor_content(api: Api):
    stored = await create(api)
    url = f"/api/workflows/{stored['id']}"
    moved = await api.patch(
        f"{url}/positions",
        json={"positions": {"a": {"x": 7, "y": 8.5}, "gone": {"x": 0, "y": 0}, "b": None}},
    )
    assert (moved.status_code, moved.content) == (204, b"")
    read = (await api.get(url)).json()
    assert read["revision"] == 1
    assert read["nodes"] == [text_node("a") | {"position": {"x": 7, "y": 8.5}}]
    saved = await api.put(url, json=graph(), headers={"If-Match": "1"})
    assert saved.json()["nodes"][0]["position"] == {"x": 0, "y": 0}


@pytest.mark.parametrize(
    "positions",
    [
        {"a": {"x": "7", "y": 8}},
        {"a": {"x": 7}},
        {"a": {"x": 7, "y": None}},
        [],
        {"a": {"x": 1, "y": 2, "z": 3}},
    ],
)
async def test_bad_positions_are_refused(api: Api, positions: object):
    stored = await create(api)
    answer = await api.patch(
        f"/api/workflows/{stored['id']}/positions", json={"positions": positions}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_deleted_workflow_is_gone(api: Api):
    stored = await create(api)
    url = f"/api/workflows/{stored['id']}"
    assert (await api.delete(url)).status_code == 204
    for answer in (await api.get(url), await api.delete(url), await api.post(f"{url}/check")):
        assert (answer.status_code, answer.json()["code"]) == (404, "workflow_not_found")


@pytest.mark.parametrize("id", ["0", "-1", "424242", str(2**31), "9" * 30])
async def test_an_id_that_nobody_has_is_not_found(api: Api, id: str):
    answer = await api.get(f"/api/workflows/{id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "workflow_not_found")


async def test_somebody_elses_workflow_looks_like_none(api: Api, rows: Rows):
    from support.database.rows import make_workflow

    foreign = await rows(make_workflow, "ann")
    theirs = await api.get(f"/api/workflows/{foreign.id}")
    nobodys = await api.get("/api/workflows/424242")
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.text.replace(str(foreign.id), "424242") == nobodys.text
    assert (await api.get("/api/workflows")).json()["items"] == []


async def test_the_list_comes_in_pages_latest_saved_first(api: Api):
    ids = [(await create(api, name=f"Number {number}"))["id"] for number in range(5)]
    seen: list[int] = []
    url: str | None = "/api/workflows?limit=2"
    while url:
        page = (await api.get(url)).json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        cursor = page["nextCursor"]
        url = f"/api/workflows?limit=2&cursor={cursor}" if cursor else None
    assert seen == ids[::-1]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=many", "cursor=%00", "cursor=abc"]
)
async def test_a_bad_page_is_refused(api: Api, query: str):
    answer = await api.get(f"/api/workflows?{query}")
    assert answer.status_code == 422
    assert answer.json()["code"] in ("invalid_request", "bad_cursor")


async def test_a_plan_tells_what_would_run(api: Api):
    stored = await create(api)
    answer = await api.post(f"/api/workflows/{stored['id']}/plan", json={"scope": {"kind": "all"}})
    assert answer.status_code == 200
    assert [(step["nodeId"], step["action"]) for step in answer.json()["steps"]] == [("a", "run")]


async def test_an_image_inside_the_graph_becomes_an_asset_on_save(api: Api):
    png = encoded(Image.new("RGB", (30, 20), "red"))
    source = {"kind": "base64", "mediaType": "image/png", "data": base64.b64encode(png).decode()}
    photo = {"id": "p", "type": "image", "position": {"x": 0, "y": 0}, "data": {"source": source}}
    answer = await api.post("/api/workflows", json=graph(photo))
    assert answer.status_code == 201, answer.text
    stored = answer.json()
    kept = stored["nodes"][0]["data"]["source"]
    assert kept["kind"] == "asset"
    file = await api.get(f"/api/assets/{kept['assetId']}")
    assert (file.content, file.headers["content-type"]) == (png, "image/png")
    assert (await api.post(f"/api/workflows/{stored['id']}/check")).json()["problems"] == []


async def test_base64_that_is_no_image_stays_a_draft(api: Api):
    source = {"kind": "base64", "mediaType": "image/png", "data": "!!!"}
    photo = {"id": "p", "type": "image", "position": {"x": 0, "y": 0}, "data": {"source": source}}
    stored = (await api.post("/api/workflows", json=graph(photo))).json()
    assert stored["nodes"][0]["data"]["source"] == source
    problems = (await api.post(f"/api/workflows/{stored['id']}/check")).json()["problems"]
    assert [problem["code"] for problem in problems] == ["bad_param"]


async def test_an_asset_that_is_not_there_is_a_problem_of_the_check(api: Api):
    source = {"kind": "asset", "assetId": "00000000-0000-0000-0000-000000000000"}
    photo = {"id": "p", "type": "image", "position": {"x": 0, "y": 0}, "data": {"source": source}}
    stored = (await api.post("/api/workflows", json=graph(photo))).json()
    problems = (await api.post(f"/api/workflows/{stored['id']}/check")).json()["problems"]
    assert [(p["code"], p["nodeId"]) for p in problems] == [("asset_not_found", "p")]
    run = await api.post(f"/api/workflows/{stored['id']}/runs", json={})
    assert run.status_code == 422
    assert [p["code"] for p in run.json()["problems"]] == ["asset_not_found"]
    assert (await api.get("/api/runs")).json()["items"] == []
