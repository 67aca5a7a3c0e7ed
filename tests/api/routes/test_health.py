"""What probes are told: what is missing, by name, and what to do."""

import asyncio
import base64
import os
import shutil
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr

from api.app import create_app
from api.media.uploads import RESERVED_BYTES
from db.postgres.migrate import downgrade, head_revision, migrate
from schemas.settings import Settings
from support.api.client import ORIGIN, Api, graph, serving, text_node
from support.nodes.media import encoded, numbered_pixels


def named(answer: Any, *, ok: bool) -> list[str]:
    return [part["name"] for part in answer.json()["parts"] if part["ok"] == ok]


async def test_ready_means_every_part_answers(api: Api, database_url: str):
    name = "nodeloom-worker"  # what a worker's connections are called
    with psycopg.connect(database_url, application_name=name):
        answer = await api.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert named(answer, ok=True) == ["database", "migrations", "worker", "assets"]


async def test_without_a_worker_it_is_ready_but_degraded(api: Api):
    answer = await api.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert named(answer, ok=False) == ["worker"]
    assert "nodeloom worker" in answer.text


async def test_an_old_database_is_not_ready(settings: Settings, empty_database_url: str):
    migrate(empty_database_url)
    downgrade(empty_database_url, "-1")
    old = settings.model_copy(update={"database_url": SecretStr(empty_database_url)})
    async with AsyncTestClient(create_app(old), base_url=ORIGIN) as client:
        answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "migrations" in named(answer, ok=False)
    assert "nodeloom migrate" in answer.text


async def test_a_database_of_a_newer_version_is_named_and_served(api: Api, database_url: str):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update alembic_version set version_num = '9999_later'")
        try:
            answer = await api.get("/health/ready")
            assert (await api.get("/api/workflows")).status_code == 200
        finally:
            connection.execute("update alembic_version set version_num = %s", [head_revision()])
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    (part,) = [part for part in answer.json()["parts"] if part["name"] == "migrations"]
    assert part["status"] == "degraded"
    assert "9999_later" in part["detail"]


async def test_a_store_without_room_takes_no_uploads_and_does_everything_else(
    api: Api, monkeypatch: pytest.MonkeyPatch
):
    picture = {"file": ("p.png", encoded(numbered_pixels((8, 8))))}
    kept = (await api.post("/api/assets", files=picture)).json()
    workflow = (await api.post("/api/workflows", json=graph())).json()["id"]
    usage = shutil.disk_usage("/")._replace(free=50_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)  # pyright: ignore[reportUnknownLambdaType]

    answer = await api.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert named(answer, ok=False) == ["worker", "assets"]
    assert "50 MB are free" in answer.text
    encoded_again = base64.b64encode(encoded(numbered_pixels((9, 9)))).decode()
    source = {"kind": "base64", "mediaType": "image/png", "data": encoded_again}
    image = {**text_node("a"), "type": "image", "data": {"source": source}}
    for refused in (
        await api.post("/api/assets", files=picture),
        await api.post("/api/workflows", json=graph(image)),
    ):
        assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    assert (await api.get(kept["url"])).status_code == 200
    assert (await api.get(f"{kept['url']}?width=16")).status_code == 200
    assert (await api.post(f"/api/workflows/{workflow}/runs")).status_code == 202
    assert (await api.delete(f"/api/workflows/{workflow}")).status_code == 204


async def test_an_upload_without_a_length_ends_where_the_room_does(
    http_client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    left = [RESERVED_BYTES + 9_000_000]

    def disk_usage(_path: object) -> Any:
        left[0] -= 5_000_000
        return shutil._ntuple_diskusage(10**12, 0, left[0])  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue, reportUnknownMemberType]

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)

    async def form() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(100):
            yield b"0" * 1_000_000
        yield b"\r\n--x--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await http_client.post("/api/assets", content=form(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert left[0] > 0


async def test_an_asset_store_that_cannot_be_written_is_named(settings: Settings, tmp_path: Path):
    (tmp_path / "file").touch()  # a folder cannot be made in a file, not even by root
    broken = settings.model_copy(update={"assets": str(tmp_path / "file" / "assets")})
    async with AsyncTestClient(create_app(broken), base_url=ORIGIN) as client:
        answer = await client.get("/health/ready")
        assert (await client.get("/api/workflows")).status_code == 200
    assert (answer.status_code, named(answer, ok=False)) == (200, ["worker", "assets"])
    assert "NODELOOM_ASSETS" in answer.text


async def test_probes_do_not_queue_behind_each_other(settings: Settings):
    """Eight probes of a database that accepts and never answers: all in the time of one."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://a:b@127.0.0.1:{silent.getsockname()[1]}/c"
        silent_settings = settings.model_copy(update={"database_url": SecretStr(url)})
        app = create_app(silent_settings)
        async with serving(app, silent_settings) as client:
            began = time.monotonic()
            answers = await asyncio.gather(*(client.get("/health/ready") for _ in range(8)))
            took = time.monotonic() - began
    assert {answer.status_code for answer in answers} == {503}
    assert all(answer.headers["retry-after"] for answer in answers)
    assert took < 5


async def test_without_prefect_it_is_ready_but_degraded(settings: Settings):
    away = settings.model_copy(update={"prefect_api_url": "http://127.0.0.1:1/api"})
    async with AsyncTestClient(create_app(away), base_url=ORIGIN) as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    (prefect,) = [part for part in answer.json()["parts"] if part["name"] == "prefect"]
    assert (prefect["ok"], prefect["needed"]) == (False, False)


async def test_a_process_that_is_to_end_is_not_ready_but_alive(api: Api, app: Litestar):
    app.state.app_state.stop()
    answer = await api.get("/health/ready")
    assert (answer.status_code, named(answer, ok=False)) == (503, ["process"])
    assert answer.headers["retry-after"]
    assert (await api.get("/health/live")).status_code == 200


async def test_a_flood_of_probes_costs_one_look(api: Api, database_url: str):
    with psycopg.connect(database_url, autocommit=True) as connection:
        count = "select sessions from pg_stat_database where datname = current_database()"
        before = connection.execute(count).fetchone()
        for _ in range(20):
            assert (await api.get("/health/ready")).status_code == 200
        connection.execute("select pg_stat_force_next_flush()")
        after = connection.execute(count).fetchone()
    assert before
    assert after
    assert after[0] - before[0] < 5, os.getpid()
