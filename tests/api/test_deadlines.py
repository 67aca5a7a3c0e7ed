"""Whatever hangs, a request is answered within six seconds: 503, and when to come again."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from api.app import create_app
from local.postgres.server import EmbeddedPostgres
from schemas.settings import Settings
from support.api.client import Api, graph, serving
from support.servers.clerk import AUTHORIZED_PARTY, bearer, running_clerk
from support.servers.frozen import SwallowingProxy, stopped

LIMIT_SECONDS = 6.0


async def timed(client: httpx.AsyncClient | Api, method: str, path: str, **more: Any) -> Any:
    began = time.monotonic()
    answer = await client.request(method, path, **more)
    took = time.monotonic() - began
    assert took < LIMIT_SECONDS, (method, path, took)
    assert answer.status_code == 503, (method, path, answer.text)
    assert int(answer.headers["retry-after"]) >= 1
    return answer.json()


async def ask_everything(client: httpx.AsyncClient, **more: Any) -> None:
    """Ask many times at once: more than there are connections."""
    run = uuid4()
    requests = [
        ("GET", "/api/workflows"),
        ("GET", "/api/workflows/1"),
        ("PUT", "/api/workflows/1"),
        ("PATCH", "/api/workflows/1/positions"),
        ("POST", "/api/workflows"),
        ("POST", "/api/workflows/1/runs"),
        ("GET", f"/api/runs/{run}"),
        ("GET", f"/api/runs/{run}/events"),
        ("POST", f"/api/runs/{run}/cancel"),
        ("GET", "/api/schedules"),
        ("GET", f"/api/assets/{uuid4()}"),
        ("GET", "/health/ready"),
    ]
    bodies = {"POST /api/workflows": graph(), "PUT /api/workflows/1": graph()}
    bodies["PATCH /api/workflows/1/positions"] = {"positions": {"a": {"x": 1, "y": 2}}}
    asked: list[Any] = []
    for method, path in requests * 3:
        body = bodies.get(f"{method} {path}")
        headers = {"If-Match": "*"} | more.get("headers", {})
        asked.append(timed(client, method, path, json=body, headers=headers))
    await asyncio.gather(*asked)


async def answers_again(client: httpx.AsyncClient, **more: Any) -> None:
    deadline = time.monotonic() + 15
    while (await client.get("/api/workflows", **more)).status_code != 200:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)
    assert (await client.post("/api/workflows", json=graph(), **more)).status_code == 201


async def test_a_database_that_is_stopped(
    http_client: httpx.AsyncClient, cluster: EmbeddedPostgres
):
    assert (await http_client.post("/api/workflows", json=graph())).status_code == 201
    await asyncio.gather(*(http_client.get("/api/workflows") for _ in range(20)))
    assert cluster._process is not None  # pyright: ignore[reportPrivateUsage]
    with stopped(cluster._process.pid):  # pyright: ignore[reportPrivateUsage]
        await ask_everything(http_client)
        await ask_everything(http_client)  # and once more, with no connection left
    await answers_again(http_client)


@pytest.fixture
async def proxied(
    settings: Settings, database_url: str
) -> AsyncIterator[tuple[httpx.AsyncClient, SwallowingProxy]]:
    parts = urlsplit(database_url)
    with SwallowingProxy(parts.port or 5432).running() as proxy:
        url = database_url.replace(f":{parts.port}/", f":{proxy.port}/")
        through = settings.model_copy(update={"database_url": SecretStr(url)})
        async with serving(create_app(through), through) as client:
            yield client, proxy


async def test_a_link_that_swallows_everything(proxied: tuple[httpx.AsyncClient, SwallowingProxy]):
    client, proxy = proxied
    await answers_again(client)
    with proxy.frozen():
        await ask_everything(client)
        await ask_everything(client)
    await answers_again(client)


async def test_a_database_that_stops_while_it_is_asked_who_somebody_is(
    settings: Settings, cluster: EmbeddedPostgres
):
    """Who is asking, and what they ask for, are two waits; they do not add up."""
    with running_clerk() as clerk:
        with_clerk = clerk.settings(settings)
        headers = bearer(clerk.token()) | {"Host": AUTHORIZED_PARTY.removeprefix("https://")}
        async with serving(create_app(with_clerk), with_clerk) as client:
            await answers_again(client, headers=headers)
            assert cluster._process is not None  # pyright: ignore[reportPrivateUsage]
            with stopped(cluster._process.pid):  # pyright: ignore[reportPrivateUsage]
                await ask_everything(client, headers=headers)
            await answers_again(client, headers=headers)
