"""The list of runs shows by what each is known again: its last image and the beginning of its last text."""

from collections.abc import Callable
from typing import Any

from schemas.values import MediaInfo, media_value
from schemas.wire.run import RunError, RunStatus
from support.api.client import Api, Rows, Worker, graph, text_node
from support.database.rows import completed, failed, make_run, running

Work = Callable[[str], Worker]


def image(owner: str, digit: str) -> dict[str, Any]:
    info = MediaInfo("image/png", 30, 20)
    return media_value(owner, digit * 64, 9, info).model_dump(mode="json", by_alias=True)


def text(words: str) -> dict[str, Any]:
    return {"kind": "text", "text": words}


async def run_with(
    api: Api, worker: Work, url: str, values: list[dict[str, Any] | None]
) -> dict[str, Any]:
    """Run a workflow whose nodes give these values, one after the other."""
    run = (await api.post(f"{url}/runs", json={"reuse": "never"})).json()
    executor = worker(run["id"])
    await executor.claim()
    for number, value in enumerate(values):
        id = f"n{number}"
        end = failed(id) if value is None else completed(id, value)
        await executor.change(running(id), end)
    error = RunError(code="node_failed", message="A node failed.") if None in values else None
    await executor.finish(RunStatus.FAILED if error else RunStatus.COMPLETED, error)
    return (await api.get(f"{url}/runs")).json()["items"][0]


async def stored(api: Api, count: int) -> str:
    nodes = [text_node(f"n{number}") for number in range(count)]
    return f"/api/workflows/{(await api.post('/api/workflows', json=graph(*nodes))).json()['id']}"


async def test_a_run_shows_the_last_image_and_the_last_words(api: Api, worker: Work):
    owner = (await api.get("/api/me")).json()["id"]
    url = await stored(api, 4)
    first, last = image(owner, "a"), image(owner, "b")
    listed = await run_with(api, worker, url, [text("typed"), first, text("w" * 500), last])
    assert listed["lastImage"] == {
        **{key: last[key] for key in ("kind", "assetId", "mediaType", "width", "height", "bytes")},
        "url": f"/api/assets/{last['assetId']}",
    }
    assert listed["lastText"] == "w" * 160
    assert (await api.get("/api/runs")).json()["items"][0] == listed


async def test_a_run_without_images_or_texts_shows_none(api: Api, worker: Work):
    url = await stored(api, 2)
    started = (await api.post(f"{url}/runs", json={})).json()
    (listed,) = (await api.get(f"{url}/runs")).json()["items"]
    assert (listed["id"], listed["lastImage"], listed["lastText"]) == (started["id"], None, None)
    listed = await run_with(api, worker, url, [{"kind": "number", "number": 3}, None])
    assert (listed["lastImage"], listed["lastText"]) == (None, None)


async def test_a_huge_text_is_passed_by(api: Api, worker: Work, rows: Rows):
    url = await stored(api, 2)
    huge = "".join(chr(33 + (number * number) % 90_001 % 1_000) for number in range(300_000))
    listed = await run_with(api, worker, url, [text("short"), text(huge)])
    assert listed["lastText"] == "short"
    await rows(make_run)  # another user's
    assert len((await api.get("/api/runs")).json()["items"]) == 1
