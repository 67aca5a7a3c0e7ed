"""Whatever hangs, a request is answered within six seconds: 503, and when to come again."""

import asyncio
import os
import shutil
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from pydantic import SecretStr

from api.app import create_app
from assets.bucket import open_bucket
from chaos.stack.s3_server import S3Server, s3_server
from flows.compute.process_pool import ChildProcessPool, call_with_limit
from local.postgres.server import EmbeddedPostgres
from schemas.errors import BadInputError
from schemas.settings import Settings
from support.api.client import Api, graph, serving
from support.nodes.media import encoded, numbered_pixels
from support.servers.clerk import AUTHORIZED_PARTY, bearer, running_clerk
from support.servers.frozen import SwallowingProxy, process_tree, stopped

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


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    with s3_server(tmp_path / "bucket") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        open_bucket.cache_clear()
        yield server
    open_bucket.cache_clear()


def picture(width: int) -> dict[str, Any]:
    return {"file": ("p.png", encoded(numbered_pixels((width, 8))))}


async def test_a_bucket_that_is_stopped(settings: Settings, bucket: S3Server):
    in_bucket = settings.model_copy(update={"assets": bucket.url})
    async with serving(create_app(in_bucket), in_bucket) as client:
        kept = (await client.post("/api/assets", files=picture(8))).json()["url"]
        data = {"source": {"kind": "asset", "assetId": kept.split("/")[3]}}
        node = {"id": "p", "type": "image", "position": {"x": 0, "y": 0}, "data": data}
        made = (await client.post("/api/workflows", json=graph(node))).json()
        export = f"/api/workflows/{made['id']}/export?assets=true"
        assert kept.split("/")[3] in (await client.get(export)).json()["assets"]
        shutil.rmtree(
            in_bucket.home_folder / "cache"
        )  # what this machine has need not be asked for
        assert bucket.part is not None
        with stopped(bucket.part.pid):
            await asyncio.gather(
                *(timed(client, "GET", kept) for _ in range(8)),
                *(timed(client, "GET", f"{kept}?width=16") for _ in range(8)),
                *(timed(client, "POST", "/api/assets", files=picture(9 + n)) for n in range(2)),
                timed(client, "GET", export),  # before anything of it is sent
            )
            began = time.monotonic()
            ready = await client.get("/health/ready")
            assert ready.status_code == 200  # what needs no pictures works on
            (part,) = [part for part in ready.json()["parts"] if part["name"] == "assets"]
            assert (part["status"], "NODELOOM_ASSETS" in part["detail"]) == ("down", True)
            assert (await client.get("/api/workflows")).status_code == 200
            assert time.monotonic() - began < LIMIT_SECONDS
        deadline = time.monotonic() + 60
        while (await client.get(kept)).status_code != 200:
            assert time.monotonic() < deadline


async def test_keys_of_clerk_that_do_not_come(settings: Settings):
    with socket.create_server(("127.0.0.1", 0)) as silent, running_clerk() as clerk:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/keys"
        update = {"clerk_jwks_url": address}
        waiting = clerk.settings(settings).model_copy(update=update)
        headers = bearer(clerk.token()) | {"Host": AUTHORIZED_PARTY.removeprefix("https://")}
        async with serving(create_app(waiting), waiting) as client:
            await asyncio.gather(
                *(timed(client, "GET", "/api/me", headers=headers) for _ in range(8))
            )


def forkserver() -> int:
    """The process that has started the children of this one."""
    tree = process_tree(os.getpid())[1:]
    return next(p for p in tree if b"forkserver" in Path(f"/proc/{p}/cmdline").read_bytes())


async def test_child_processes_that_are_stopped(app: Litestar, settings: Settings):
    async with serving(app, settings) as client:
        kept = (await client.post("/api/assets", files=picture(8))).json()["url"]
        with stopped(forkserver()):
            asked = [timed(client, "GET", f"{kept}?width={16 + n}") for n in range(6)]
            await asyncio.gather(*asked)
            uploads = [timed(client, "POST", "/api/assets", files=picture(9 + n)) for n in range(4)]
            await asyncio.gather(*uploads)
            assert (await client.get(kept)).status_code == 200


async def test_a_child_that_hangs_over_an_upload_is_not_the_files_fault(
    app: Litestar, settings: Settings
):
    async with serving(app, settings) as client:
        assert (await client.post("/api/assets", files=picture(8))).status_code == 201
        children = process_tree(forkserver())[1:]
        for child in children:
            os.kill(child, signal.SIGSTOP)
        try:
            uploads = [timed(client, "POST", "/api/assets", files=picture(9 + n)) for n in range(4)]
            assert {each["code"] for each in await asyncio.gather(*uploads)} == {"media_busy"}
        finally:
            for child in children:
                with suppress(ProcessLookupError):  # it was killed by then
                    os.kill(child, signal.SIGCONT)
        assert (await client.post("/api/assets", files=picture(20))).status_code == 201


def compute_for_ever() -> None:
    while True:
        pass


async def test_a_file_that_takes_too_much_of_the_processor_is_refused_as_such():
    children = ChildProcessPool(workers=1)
    try:
        await children.call(int, seconds=30)
        with pytest.raises(BadInputError) as refused:
            await children.call(call_with_limit, 0.5, compute_for_ever, seconds=100)
        assert refused.value.code == "file_too_slow"
        # What comes next is not counted together with what came before.
        for _ in range(3):
            await children.call(call_with_limit, 0.5, int, seconds=30)
    finally:
        children.stop()
