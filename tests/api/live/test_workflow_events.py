"""Who has a workflow open hears of saves and moves, over a real connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
from litestar import Litestar

from support.api.client import graph, text_node

NEWS_SECONDS = 5.0
"""Within which news must come, on a loaded machine; the next look of a stream is at 15 s."""


async def store(client: httpx.AsyncClient) -> str:
    stored = await client.post("/api/workflows", json=graph(text_node("a"), text_node("b")))
    return f"/api/workflows/{stored.json()['id']}"


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def test_saves_and_moves_are_told_at_once(http_client: httpx.AsyncClient):
    url = await store(http_client)
    async with http_client.stream("GET", f"{url}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        news = events(answer)

        async def told() -> dict[str, Any]:
            return await asyncio.wait_for(anext(news), NEWS_SECONDS)

        assert await told() == {"kind": "workflow", "revision": 1, "moved": False}
        saved = await http_client.put(
            url, json=graph(text_node("a"), name="Another"), headers={"If-Match": "1"}
        )
        assert saved.json()["revision"] == 2
        assert await told() == {"kind": "workflow", "revision": 2, "moved": False}
        await http_client.patch(f"{url}/positions", json={"positions": {"a": {"x": 7, "y": 9}}})
        assert await told() == {"kind": "workflow", "revision": 2, "moved": True}
        await http_client.patch(url, json={"name": "A third"})
        assert (await told())["revision"] == 3


async def test_saves_of_other_workflows_are_not(http_client: httpx.AsyncClient):
    url, other = await store(http_client), await store(http_client)
    async with http_client.stream("GET", f"{url}/events") as answer:
        news = events(answer)
        await anext(news)
        await http_client.patch(other, json={"name": "Other"})
        await http_client.patch(url, json={"name": "This"})
        assert (await asyncio.wait_for(anext(news), NEWS_SECONDS))["revision"] == 2


async def test_what_is_not_there_is_not_found(http_client: httpx.AsyncClient):
    url = await store(http_client)
    await http_client.delete(url)
    answer = await http_client.get(f"{url}/events")
    assert (answer.status_code, answer.json()["code"]) == (404, "workflow_not_found")


async def test_a_stream_ends_with_its_workflow(http_client: httpx.AsyncClient):
    url = await store(http_client)
    async with http_client.stream("GET", f"{url}/events") as answer:
        news = events(answer)
        await anext(news)
        await http_client.delete(url)
        async with asyncio.timeout(NEWS_SECONDS):
            assert [each async for each in news] == []


async def test_who_comes_while_the_process_ends_is_told_to_come_back(
    http_client: httpx.AsyncClient, app: Litestar
):
    url = await store(http_client)
    app.state.app_state.stopping.set()
    answer = await http_client.get(f"{url}/events")
    assert answer.status_code == 200
    assert answer.text.startswith("retry: ")
