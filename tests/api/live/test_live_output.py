"""Text and previews, from a real child process by way of PostgreSQL to readers of the real API."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from io import BytesIO
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from api.state.database import database_url
from db.assets import add_assets
from db.postgres.background import Background
from db.postgres.listen import listen
from db.postgres.notify import LIVE_REQUESTS_CHANNEL, Notifier
from flows.compute.process_pool import ChildProcessPool
from flows.engine.live_output import Drafts, LiveOutput, NodeAttempt
from schemas.values import ImageValue
from support.api.client import Worker, graph, text_node
from support.database.rows import completed, running
from tasks.node_type.definition import ChildContext
from tasks.node_type.live import Preview, TextDelta

Work = Callable[[str], Worker]


def draw(context: ChildContext, seconds: float) -> ImageValue:
    """What a node that shows its work does in a child process."""
    images = [_store(context, shade) for shade in (10, 120, 250)]
    for number, image in enumerate(images[:2]):
        context.emit(TextDelta(f"step {number} "))
        context.emit(Preview(image))
        time.sleep(seconds)
    return images[2]


def _store(context: ChildContext, shade: int) -> ImageValue:
    file = BytesIO()
    Image.new("RGB", (8, 6), (shade, 0, 0)).save(file, "PNG")
    return context.store_image(file.getvalue(), "image/png", (8, 6))


def as_draft(image: ImageValue) -> ImageValue:
    """The same picture at an address of its own."""
    return image.model_copy(update={"asset_id": uuid4()})


@pytest.fixture(scope="module")
def pool() -> Iterator[ChildProcessPool]:
    children = ChildProcessPool(workers=1)
    children.start()
    yield children
    children.stop()


@pytest.fixture
async def live(app: Litestar, engine: AsyncEngine) -> AsyncGenerator[LiveOutput]:
    """The live output of an executor that works on the API's runs."""
    state, url = app.state.app_state, database_url(app.state.app_state.settings)
    notifier = Notifier(url)
    drafts = Drafts(async_sessionmaker(engine, expire_on_commit=False), state.store)
    output = LiveOutput(notifier.send, drafts)
    ready = asyncio.Event()

    def replay(_channel: str, payload: str | None) -> None:
        output.replay(payload or "")

    async with Background("executor") as background:
        output.start(background)
        background.spawn(listen(url, [LIVE_REQUESTS_CHANNEL], replay, ready=ready))
        await asyncio.wait_for(ready.wait(), 10)
        yield output
    await notifier.close()


@asynccontextmanager
async def reading(
    client: httpx.AsyncClient, run_id: str
) -> AsyncGenerator[asyncio.Queue[tuple[str, dict[str, object]]]]:
    """The events of a run as they come, with their names."""
    events: asyncio.Queue[tuple[str, dict[str, object]]] = asyncio.Queue()

    async def read() -> None:
        async with client.stream("GET", f"/api/runs/{run_id}/events") as answer:
            name = ""
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    events.put_nowait((name, json.loads(line.removeprefix("data: "))))

    async with Background("reader") as background:
        background.spawn(read())
        yield events


async def next_event(
    events: asyncio.Queue[tuple[str, dict[str, object]]], kind: str
) -> dict[str, object]:
    async with asyncio.timeout(20):
        while True:
            name, data = await events.get()
            if name == kind:
                return data


async def begin(client: httpx.AsyncClient, worker: Work) -> tuple[Worker, str, NodeAttempt]:
    stored = await client.post("/api/workflows", json=graph(text_node("a"), text_node("b")))
    run = (await client.post(f"/api/workflows/{stored.json()['id']}/runs", json={})).json()
    executor = worker(run["id"])
    await executor.claim()
    await executor.change(running("a"))
    node = next(
        each
        for each in (await client.get(f"/api/runs/{run['id']}")).json()["nodeExecutions"]
        if each["nodeId"] == "a"
    )
    attempt = NodeAttempt(UUID(run["id"]), "local", UUID(node["id"]), "a", 1, 1)
    return executor, run["id"], attempt


async def test_a_child_shows_text_and_previews_to_early_and_late_readers(
    http_client: httpx.AsyncClient,
    app: Litestar,
    worker: Work,
    live: LiveOutput,
    pool: ChildProcessPool,
):
    executor, run_id, attempt = await begin(http_client, worker)
    stream = live.stream(attempt)
    store = app.state.app_state.store.local
    with pool.emitter(stream.emit) as emit:
        context = ChildContext("local", store, emit=emit)
        async with reading(http_client, run_id) as early:
            drawing = asyncio.create_task(pool.call(draw, context, 2.0, seconds=30))
            token = await next_event(early, "token")
            assert (token["nodeId"], token["offset"], token["text"]) == ("a", 0, "step 0 ")
            preview = await next_event(early, "preview")
            value = preview["value"]
            assert isinstance(value, dict)
            assert {"kind", "assetId", "url", "width"} <= value.keys()
            assert "sha256" not in value
            shown = await http_client.get(value["url"])
            assert shown.headers["content-type"] == "image/png"
        # Nobody reads any more, so nothing of it is kept here: it comes from the executor again.
        async with reading(http_client, run_id) as late:
            token = await next_event(late, "token")
            assert (token["offset"], str(token["text"])[:7]) == (0, "step 0 ")
            assert (await next_event(late, "preview"))["attempt"] == 1
        output = await drawing
    stream.end()
    await executor.change(completed("a", output=output.model_dump(mode="json")))
    async with asyncio.timeout(10):
        while (await http_client.get(value["url"])).status_code != 404:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_preview_that_is_the_output_stays(
    http_client: httpx.AsyncClient,
    app: Litestar,
    worker: Work,
    live: LiveOutput,
    engine: AsyncEngine,
):
    _, _, attempt = await begin(http_client, worker)
    image = _store(ChildContext("local", app.state.app_state.store.local), 77)
    draft = as_draft(image)
    await live.drafts.add(attempt, draft, [])
    assert (await http_client.get(f"/api/assets/{draft.asset_id}")).status_code == 200
    async with AsyncSession(engine) as session, session.begin():
        await session.run_sync(add_assets, "local", [image])
    await live.drafts.delete([draft.asset_id, image.asset_id])
    statuses = [
        (await http_client.get(f"/api/assets/{each.asset_id}")).status_code
        for each in (draft, image)
    ]
    assert statuses == [404, 200]


async def test_previews_of_a_node_do_not_pile_up_and_are_no_assets_to_work_with(
    http_client: httpx.AsyncClient, app: Litestar, worker: Work, live: LiveOutput
):
    _, _, attempt = await begin(http_client, worker)
    context = ChildContext("local", app.state.app_state.store.local)
    images = [as_draft(_store(context, shade)) for shade in range(5)]
    for number, image in enumerate(images):
        outdated = [each.asset_id for each in images[max(0, number - 2) : max(0, number - 1)]]
        await live.drafts.add(attempt, image, outdated)
    answers = [await http_client.get(f"/api/assets/{image.asset_id}") for image in images]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 200, 200]
    source = {"kind": "asset", "assetId": str(images[-1].asset_id)}
    node = {"id": "i", "type": "image", "position": {"x": 0, "y": 0}, "data": {"source": source}}
    stored = (await http_client.post("/api/workflows", json=graph(node))).json()
    refused = await http_client.post(f"/api/workflows/{stored['id']}/runs", json={})
    assert refused.status_code == 422
    await live.drafts.delete([image.asset_id for image in images])
    gone = await http_client.get(f"/api/assets/{images[-1].asset_id}")
    assert gone.status_code == 404
