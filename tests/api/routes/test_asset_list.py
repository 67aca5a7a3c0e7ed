"""What is stored for a user: listed, and deleted where nothing needs it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar

from db.assets import add_asset, add_draft
from schemas.values import MediaInfo, media_value
from schemas.wire.run import RunStatus
from support.api.client import Api, Rows, graph, text_node
from support.database.rows import completed, make_run, running
from support.nodes.media import encoded, numbered_pixels


async def upload(api: Api, width: int) -> dict[str, Any]:
    file = {"file": ("a.png", encoded(numbered_pixels((width, 8))))}
    answer = await api.post("/api/assets", files=file)
    assert answer.status_code == 201
    return answer.json()


def image_node(asset_id: str) -> dict[str, Any]:
    data = {"source": {"kind": "asset", "assetId": asset_id}}
    return {"id": "i", "type": "image", "position": {"x": 0, "y": 0}, "data": data}


async def refusal(api: Api, asset_id: str) -> str:
    answer = await api.delete(f"/api/assets/{asset_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "asset_in_use")
    return answer.json()["detail"]


async def test_assets_are_listed_page_by_page_the_newest_first(api: Api):
    assert (await api.get("/api/assets")).json() == {"items": [], "nextCursor": None}
    made = [await upload(api, width) for width in (10, 11, 12)]
    first = (await api.get("/api/assets", params={"limit": 2})).json()
    rest = (await api.get("/api/assets", params={"cursor": first["nextCursor"]})).json()
    listed = [*first["items"], *rest["items"]]
    assert [each["id"] for each in listed] == [each["id"] for each in reversed(made)]
    assert rest["nextCursor"] is None
    newest = dict(listed[0])
    assert newest.pop("createdAt").endswith("Z")
    assert newest == made[-1]
    bad = await api.get("/api/assets", params={"cursor": "x"})
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_cursor")


async def test_previews_are_neither_listed_nor_deleted(api: Api, rows: Rows):
    asset = await upload(api, 10)
    owner = (await api.get("/api/me")).json()["id"]
    value = media_value(owner, "e" * 64, 9, MediaInfo("image/png", 1, 1))
    preview = value.model_copy(update={"asset_id": uuid4()})
    await rows(add_draft, owner, uuid4(), preview)
    listed = (await api.get("/api/assets")).json()["items"]
    assert [each["id"] for each in listed] == [asset["id"]]
    assert (await api.delete(f"/api/assets/{preview.asset_id}")).status_code == 404


async def test_what_nothing_needs_is_deleted_and_may_be_uploaded_again(api: Api):
    asset = await upload(api, 10)
    answer = await api.delete(f"/api/assets/{asset['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    for path in ("", "?width=32"):
        assert (await api.get(f"/api/assets/{asset['id']}{path}")).status_code == 404
    assert (await api.delete(f"/api/assets/{asset['id']}")).status_code == 404
    assert await upload(api, 10) == asset
    assert (await api.get(asset["url"])).status_code == 200


@pytest.mark.parametrize("form", ["{0}", "{0.hex}", "urn:uuid:{0}"])
async def test_what_a_workflow_needs_stays(api: Api, form: str):
    """Its present graph, then a version that can be restored, then a workflow that can be."""
    asset = await upload(api, 10)
    named = form.format(UUID(asset["id"]))
    body = graph(image_node(named), name="Kit")
    stored = (await api.post("/api/workflows", json=body)).json()
    where = f"orkflow {stored['id']} (“Kit”) uses it"
    assert await refusal(api, asset["id"]) == f"W{where}: take it out of the workflow first."
    path = f"/api/workflows/{stored['id']}"
    saved = await api.put(path, json=graph(text_node("t"), name="Kit"), headers={"If-Match": "1"})
    assert saved.status_code == 200
    assert f"An earlier version of w{where}" in await refusal(api, asset["id"])
    assert (await api.delete(path)).status_code == 204
    assert "can still be brought back" in await refusal(api, asset["id"])


async def test_what_a_schedule_needs_stays(api: Api):
    asset = await upload(api, 10)
    other = await upload(api, 11)
    stored = (await api.post("/api/workflows", json=graph(image_node(other["id"])))).json()
    inputs = {"i": {"source": {"kind": "asset", "assetId": asset["id"]}}}
    timing = {"kind": "interval", "everySeconds": 3600}
    schedule = {"name": "Hourly", "timing": timing, "inputs": inputs}
    path = f"/api/workflows/{stored['id']}/schedules"
    made = await api.post(path, json=schedule)
    assert made.status_code == 201, made.text
    assert "(“Hourly”) uses it" in await refusal(api, asset["id"])
    assert (await api.delete(f"/api/schedules/{made.json()['id']}")).status_code == 204
    assert (await api.delete(f"/api/assets/{asset['id']}")).status_code == 204


async def test_what_a_kept_run_gave_stays_until_the_run_is_deleted(
    api: Api, app: Litestar, start: Any, worker: Any
):
    run = await start()
    owner = (await api.get("/api/me")).json()["id"]
    made = media_value(owner, "f" * 64, 9, MediaInfo("image/png", 1, 1))
    database = app.state.app_state.database
    await database.run(add_asset, owner, made)
    executor = worker(run["id"])
    await executor.claim()
    await executor.change(running("a"), completed("a", made.model_dump(mode="json")))
    await executor.finish(RunStatus.COMPLETED)
    assert await refusal(api, str(made.asset_id)) == (
        f"Run {run['id']} needs it: delete the run first."
    )
    assert (await api.delete(f"/api/runs/{run['id']}")).status_code == 204
    assert (await api.delete(f"/api/assets/{made.asset_id}")).status_code == 204


async def test_somebody_elses_asset_looks_like_none(api: Api, rows: Rows):
    await rows(make_run)  # ann is there
    theirs = media_value("ann", "d" * 64, 9, MediaInfo("image/png", 1, 1))
    await rows(add_asset, "ann", theirs)
    nobodys = str(uuid4())
    foreign = await api.delete(f"/api/assets/{theirs.asset_id}")
    missing = await api.delete(f"/api/assets/{nobodys}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text.replace(str(theirs.asset_id), nobodys) == missing.text
    assert (await api.get("/api/assets")).json()["items"] == []
