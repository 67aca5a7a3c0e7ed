"""The product under test: `nodeloom up` in a folder of its own, driven over HTTP."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from httpx_sse import aconnect_sse

from bench.processes import Processes
from bench.workloads import Workload, graph
from local.postgres.server import EmbeddedPostgres
from schemas.wire.run import RunStatus


@dataclass
class Product:
    """A running Nodeloom."""

    client: httpx.AsyncClient
    prefect: str
    database_url: str
    processes: Processes
    photo: bytes
    name: str = "Nodeloom"
    _workflows: dict[str, int] = field(default_factory=dict[str, int])

    async def run(self, workload: Workload) -> None:
        """Start a run over HTTP and wait until a client sees that it is COMPLETED."""
        workflow = self._workflows.get(workload.name) or await self._store(workload)
        answer = await self.client.post(f"/api/workflows/{workflow}/runs", json={"reuse": "never"})
        answer.raise_for_status()
        status = await self.wait_for_end(answer.json()["id"])
        if status != "COMPLETED":
            raise RuntimeError(f"{workload.name}: the run ended as {status}")

    async def wait_for_end(self, run_id: str) -> str:
        """Follow a run by its events; gives the status it ended with."""
        async with aconnect_sse(self.client, "GET", f"/api/runs/{run_id}/events") as source:
            async for event in source.aiter_sse():
                if event.event == "run" and RunStatus(event.json()["status"]).terminal:
                    return event.json()["status"]
        raise RuntimeError("the event stream ended before the run")

    async def _store(self, workload: Workload) -> int:
        asset: str | None = None
        if workload.kind == "picture":
            file = {"file": ("photo.jpg", self.photo, "image/jpeg")}
            answer = await self.client.post("/api/assets", files=file)
            asset = answer.raise_for_status().json()["id"]
        answer = await self.client.post("/api/workflows", json=graph(workload, asset))
        self._workflows[workload.name] = answer.raise_for_status().json()["id"]
        return self._workflows[workload.name]


def count_statements(home: Path) -> None:
    """Make the home's PostgreSQL count statements from its next start on."""
    server = EmbeddedPostgres(home)
    server.start()
    try:
        server.ensure_database("nodeloom")
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("alter system set shared_preload_libraries = 'pg_stat_statements'")
            connection.execute("create extension pg_stat_statements")
    finally:
        server.stop()


@asynccontextmanager
async def run_product(home: Path, model: str, photo: bytes) -> AsyncGenerator[Product]:
    """Start the product and stop it again."""
    command = [str(Path(sys.executable).parent / "nodeloom"), "up"]
    options = ["--port", "0", "--prefect-port", "0", "--home", str(home)]
    environment = os.environ | {"GEMINI_API_KEY": "bench", "GEMINI_BASE_URL": model}
    process = await asyncio.create_subprocess_exec(
        *command, *options, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        ready = await asyncio.wait_for(_ready(process), timeout=120)
        async with httpx.AsyncClient(base_url=ready["api"], timeout=300) as client:
            yield Product(
                client, ready["prefect"], _database_url(home), Processes(process.pid), photo
            )
    finally:
        process.terminate()
        await process.wait()


def _database_url(home: Path) -> str:
    port = json.loads((home / "postgres.json").read_text())["port"]
    password = (home / "postgres.password").read_text().strip()
    return f"postgresql://nodeloom:{password}@127.0.0.1:{port}/nodeloom"


async def _ready(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    async for line in process.stdout:
        if line.startswith(b"ready "):
            return json.loads(line[6:])
    raise RuntimeError("Nodeloom did not start")
