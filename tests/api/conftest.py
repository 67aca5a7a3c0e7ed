"""The API on a fresh database, asked in this process or over a real connection."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from api.app import create_app
from db.postgres.engine import make_engine
from db.postgres.roles import Role
from schemas.settings import Settings
from support.api.client import ORIGIN, Api, Worker, graph, serving


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    return settings.model_copy(
        update={
            "database_url": SecretStr(database_url),
            "home": tmp_path,
            "assets": None,
            "prefect_api_url": None,
            "prefect_ui_url": None,
            "auth": "local",
        }
    )


@pytest.fixture
def app(settings: Settings) -> Litestar:
    return create_app(settings)


@pytest.fixture
async def api(app: Litestar) -> AsyncIterator[Api]:
    async with AsyncTestClient(app, base_url=ORIGIN) as client:
        yield client


@pytest.fixture
async def http_client(app: Litestar, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a real server on a free port; the other one answers one request at a time."""
    async with serving(app, settings) as client:
        yield client


@pytest.fixture
async def worker(database_url: str) -> AsyncIterator[Callable[[str], Worker]]:
    engine = make_engine(database_url, role=Role.ENGINE)
    yield lambda run_id: Worker(engine, UUID(run_id))
    await engine.dispose()


@pytest.fixture
def rows(engine: AsyncEngine) -> Callable[..., Awaitable[Any]]:
    """Call a query function as the owner of the database, who sees everybody's rows."""

    async def run(function: Callable[..., Any], *args: object) -> Any:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            return await session.run_sync(function, *args)

    return run


@pytest.fixture
def start(api: Api) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Store a graph and start a run of it; gives the run."""

    async def begin(*nodes: dict[str, Any]) -> dict[str, Any]:
        stored = (await api.post("/api/workflows", json=graph(*nodes))).json()
        answer = await api.post(f"/api/workflows/{stored['id']}/runs", json={})
        assert answer.status_code == 202, answer.text
        return answer.json()

    return begin
