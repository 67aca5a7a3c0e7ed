"""What probes are told: what is missing, by name, and what to do."""

import os
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr

import api.routes.health
from api.app import create_app
from db.postgres.migrate import downgrade, migrate
from schemas.settings import Settings
from support.api.client import ORIGIN, Api


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


async def test_an_asset_store_that_is_full_is_not_ready(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health_module(), "MIN_FREE_BYTES", 10**18)
    answer = await api.get("/health/ready")
    assert (answer.status_code, named(answer, ok=False)) == (503, ["worker", "assets"])
    assert "full" in answer.text


async def test_an_asset_store_that_cannot_be_written_is_not_ready(
    settings: Settings, tmp_path: Path
):
    (tmp_path / "file").touch()  # a folder cannot be made in a file, not even by root
    broken = settings.model_copy(update={"assets": str(tmp_path / "file" / "assets")})
    async with AsyncTestClient(create_app(broken), base_url=ORIGIN) as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, named(answer, ok=False)) == (503, ["worker", "assets"])
    assert "NODELOOM_ASSETS" in answer.text


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


def health_module() -> Any:
    return api.routes.health
