"""Graphs and answers for tests of the API, and an executor that runs nothing."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import httpx
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from api.server import bind_socket, make_server, socket_url
from db.queue.claims import claim_run, finish_run
from db.queue.leases import release_lease
from db.queue.node_states import NodeChange, apply_changes
from schemas.settings import Settings
from schemas.wire.run import RunError, RunStatus

Api = AsyncTestClient[Litestar]
Rows = Callable[..., Awaitable[Any]]
T = TypeVar("T")
ORIGIN = "http://127.0.0.1:8000"


def text_node(id: str, text: str = "Hello", **data: Any) -> dict[str, Any]:
    """A node that works."""
    return {
        "id": id,
        "type": "text",
        "position": {"x": 0, "y": 0},
        "data": {"label": id.upper(), "text": text, **data},
    }


def graph(*nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A graph of these nodes."""
    return {"name": "Test", "nodes": list(nodes) or [text_node("a")], "edges": [], **more}


@asynccontextmanager
async def serving(app: Litestar, settings: Settings) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a real server on a free port."""
    listener = bind_socket("127.0.0.1", 0)
    ready = asyncio.Event()
    server = make_server(app, settings, ready.set)
    running = asyncio.create_task(server.serve([listener]))
    try:
        await asyncio.wait_for(ready.wait(), 20)
        async with httpx.AsyncClient(base_url=socket_url(listener), timeout=20) as client:
            yield client
    finally:
        server.should_exit = True
        await asyncio.wait_for(running, 20)
        listener.close()


class Worker:
    """What an executor writes, by the same functions, without running anything."""

    def __init__(self, engine: AsyncEngine, run_id: UUID) -> None:
        self._engine = engine
        self.run_id = run_id
        self.epoch = 0

    async def claim(self) -> None:
        claimed = await self._run(claim_run, self.run_id, "test-executor", 60.0)
        assert claimed is not None
        self.epoch = claimed.epoch

    async def change(self, *changes: NodeChange) -> None:
        await self._run(apply_changes, self.run_id, self.epoch, list(changes))

    async def finish(self, status: RunStatus, error: RunError | None = None) -> None:
        await self._run(finish_run, self.run_id, self.epoch, status, error)

    async def release(self) -> None:
        """Give the run up: it is in the queue again, or paused."""
        assert await self._run(release_lease, self.run_id, self.epoch)

    async def _run(self, function: Callable[..., T], *args: object) -> T:
        async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            return await session.run_sync(function, *args)


def read_events(text: str) -> Iterator[dict[str, str]]:
    """Read server-sent events, without comments."""
    for block in text.split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in block.splitlines() if not line.startswith(":")
        )
        if "data" in fields:
            yield fields
