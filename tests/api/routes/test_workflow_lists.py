"""The Workflows page: found, ordered, with small pictures; copied, deleted and brought back."""

import asyncio
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.orm import Session

from support.api.client import Api, Rows, graph, text_node
from support.database.rows import completed, make_workflow, running
from support.nodes.media import encoded


async def create(api: Api, name: str, *nodes: dict[str, Any]) -> dict[str, Any]:
    answer = await api.post("/api/workflows", json=graph(*nodes, name=name))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def names(api: Api, query: str) -> list[str]:
    answer = await api.get(f"/api/workflows{query}")
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


async def upload(api: Api, color: str) -> str:
    file = encoded(Image.new("RGB", (30, 20), color))
    answer = await api.post("/api/assets", files={"file": ("x.png", file)})
    return answer.json()["id"]


def photo(id: str, asset: str) -> dict[str, Any]:
    data = {"source": {"kind": "asset", "assetId": asset}}
    return {"id": id, "type": "image", "position": {"x": 640, "y": 0}, "data": data}


async def test_workflows_are_found_by_a_part_of_their_name_in_any_case(api: Api):
    for name in ("Marketing Kit", "market 100%", "Crop_Grid"):
        await create(api, name)
    assert await names(api, "?q=MARKET") == ["market 100%", "Marketing Kit"]
    assert await names(api, "?q=%25") == ["market 100%"]
    assert await names(api, "?q=_") == ["Crop_Grid"]
    assert await names(api, "?q=nothing") == []
    assert len(await names(api, "?q=")) == 3


@pytest.mark.parametrize("query", ["q=%00", "q=" + "x" * 201, "sort=colour", "deleted=maybe"])
async def test_a_bad_search_is_refused(api: Api, query: str):
    assert (await api.get(f"/api/workflows?{query}")).status_code == 422


async def test_workflows_come_by_name_in_pages(api: Api):
    for name in ("b", "A", "ä b", "a", "C 2"):
        await create(api, name)
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await api.get(f"/api/workflows?sort=name&limit=2{cursor}")).json()
        seen += [item["name"] for item in page["items"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert sorted(seen) == sorted(["b", "A", "ä b", "a", "C 2"])
    assert seen[:2] == ["A", "a"]
    assert seen == await names(api, "?sort=name")


@pytest.mark.parametrize("cursor", ["x", "AAAA", "YSAx%00", "AGEgMQ", "YQ"])
async def test_a_cursor_of_names_that_no_list_gave_is_refused(api: Api, cursor: str):
    answer = await api.get(f"/api/workflows?sort=name&cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_an_item_shows_a_small_drawing_with_nodes_where_they_are(api: Api):
    far = text_node("b") | {"position": {"x": 640, "y": 0}}
    stored = await create(api, "Two", text_node("a"), far)
    url = f"/api/workflows/{stored['id']}"
    item = (await api.get("/api/workflows")).json()["items"][0]
    assert item["nodeCount"] == 2
    layout = item["preview"]["layout"]
    assert (layout["width"], layout["height"]) == (1, 0.25)
    assert layout["boxes"][1] == {"type": "text", "x": 0.6667, "y": 0, "w": 0.3333, "h": 0.25}
    await api.patch(f"{url}/positions", json={"positions": {"b": {"x": 0, "y": 720}}})
    layout = (await api.get("/api/workflows")).json()["items"][0]["preview"]["layout"]
    assert (layout["width"], layout["height"]) == (0.3333, 1)


async def test_an_item_shows_what_its_newest_run_made_then_what_was_uploaded(api: Api, worker: Any):
    given, made = await upload(api, "red"), await upload(api, "blue")
    stored = await create(api, "Kit", photo("a", given), text_node("b"))
    item = (await api.get("/api/workflows")).json()["items"][0]
    assert item["preview"]["thumbnails"] == [f"/api/assets/{given}?width=320"]
    assert (await api.get(item["preview"]["thumbnails"][0])).status_code == 200
    assert item["lastRun"] is None

    run = (await api.post(f"/api/workflows/{stored['id']}/runs", json={})).json()
    executor = worker(run["id"])
    await executor.claim()
    value = {"kind": "image", "assetId": made}
    long = {"kind": "text", "text": "long " * 10_000}
    await executor.change(running("a"), completed("a", value), running("b"), completed("b", long))
    await executor.finish("COMPLETED")
    item = (await api.get("/api/workflows")).json()["items"][0]
    assert item["preview"]["thumbnails"] == [f"/api/assets/{id}?width=320" for id in (made, given)]
    last = item["lastRun"]
    assert (last["id"], last["status"]) == (run["id"], "COMPLETED")
    assert last["finishedAt"] > last["createdAt"]


async def test_no_image_of_somebody_else_and_no_nonsense_is_shown(api: Api, rows: Rows):
    ids = ("not-an-id", "00000000-0000-0000-0000-000000000000")
    await create(api, "Draft", *(photo(f"p{n}", id) for n, id in enumerate(ids[1:])))
    item = (await api.get("/api/workflows")).json()["items"][0]
    assert item["preview"]["thumbnails"] == []


async def test_a_workflow_that_is_older_than_sketches_is_drawn_from_its_graph(api: Api, rows: Rows):
    def clear(session: Session) -> None:
        session.execute(text("update workflows set layout_thumbnail = null"))

    await create(api, "Old")
    await rows(clear)
    item = (await api.get("/api/workflows")).json()["items"][0]
    assert item["nodeCount"] == len(item["preview"]["layout"]["boxes"]) == 1


async def test_a_copy_has_the_graph_and_the_places_and_a_life_of_its_own(api: Api):
    stored = await create(api, "Kit", photo("a", await upload(api, "red")))
    url = f"/api/workflows/{stored['id']}"
    await api.patch(f"{url}/positions", json={"positions": {"a": {"x": 7, "y": 8}}})
    answer = await api.post(f"{url}/duplicate")
    copy = answer.json()
    assert (answer.status_code, copy["name"], copy["revision"]) == (201, "Kit copy", 1)
    assert answer.headers["location"] == f"/api/workflows/{copy['id']}"
    assert copy["nodes"][0]["position"] == {"x": 7, "y": 8}
    assert (await api.post(f"/api/workflows/{copy['id']}/check")).json()["problems"] == []
    second = (await api.post(f"/api/workflows/{copy['id']}/duplicate")).json()
    assert second["name"] == "Kit copy 2"
    history = (await api.get(f"/api/workflows/{copy['id']}/versions")).json()["items"]
    assert [entry["origin"] for entry in history] == ["duplicated"]
    await api.put(
        f"/api/workflows/{copy['id']}", json=graph(name="Other"), headers={"If-Match": "1"}
    )
    assert (await api.get(url)).json()["nodes"][0]["id"] == "a"


async def test_copies_made_at_once_all_succeed(api: Api):
    stored = await create(api, "Kit")
    url = f"/api/workflows/{stored['id']}/duplicate"
    answers = await asyncio.gather(*(api.post(url) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4


async def test_a_deletion_can_be_undone(api: Api):
    stored = await create(api, "Kit")
    url = f"/api/workflows/{stored['id']}"
    await api.delete(url)
    assert await names(api, "") == []
    (gone,) = (await api.get("/api/workflows?deleted=true")).json()["items"]
    assert gone["id"] == stored["id"]
    assert gone["deletedAt"]
    for _ in range(2):  # the second time it is there already
        answer = await api.post(f"{url}/undelete")
        assert (answer.status_code, answer.json()) == (200, stored)
    assert await names(api, "") == ["Kit"]
    assert await names(api, "?deleted=true") == []
    assert (await api.post("/api/workflows/424242/undelete")).status_code == 404


async def test_lists_show_nobody_elses(api: Api, rows: Rows):
    await rows(make_workflow, "ann")
    for query in ("", "?q=workflow", "?sort=name", "?deleted=true"):
        assert await names(api, query) == []
