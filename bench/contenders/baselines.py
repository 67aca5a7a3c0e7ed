"""The same work without us: plain asyncio, with PostgreSQL, a Pillow script, Prefect by hand."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from psycopg_pool import AsyncConnectionPool

from bench.node_work import crop_job, do_node_work, plain_script, resize_job
from bench.workloads import Kind, Workload


class Asyncio:
    """Nothing but asyncio: no record, no dashboard, no recovery."""

    name = "asyncio"

    def __init__(self, photo: Path) -> None:
        """Know where the picture is."""
        self._photo = photo

    async def run(self, workload: Workload) -> None:
        """Do it."""
        if workload.kind == "picture":
            cropped = await asyncio.to_thread(crop_job, self._photo.read_bytes())
            await asyncio.to_thread(resize_job, cropped)
        else:
            await workload.walk(do_node_work)


class PlainPostgres:
    """Asyncio that records each run and each node in PostgreSQL, in a commit of its own."""

    name = "psycopg"

    def __init__(self, pool: AsyncConnectionPool[Any], photo: Path) -> None:
        """Use connections that commit each statement."""
        self._pool = pool
        self._photo = photo

    async def run(self, workload: Workload) -> None:
        """Do it."""
        async with self._pool.connection() as connection:
            row = await connection.execute("insert into plain_runs default values returning id")
            (run_id,) = await row.fetchone() or (0,)
        if workload.kind == "picture":
            cropped = await asyncio.to_thread(crop_job, self._photo.read_bytes())
            await self._record(run_id, "crop")
            await asyncio.to_thread(resize_job, cropped)
            await self._record(run_id, "resize")
        else:

            async def run_node(kind: Kind) -> None:
                await do_node_work(kind)
                await self._record(run_id, kind)

            await workload.walk(run_node)
        async with self._pool.connection() as connection:
            await connection.execute("update plain_runs set ended = now() where id = %s", (run_id,))

    async def _record(self, run_id: int, node: str) -> None:
        async with self._pool.connection() as connection:
            await connection.execute("insert into plain_nodes values (%s, %s)", (run_id, node))


@asynccontextmanager
async def start_plain_postgres(server_url: str, photo: Path) -> AsyncGenerator[PlainPostgres]:
    """Make its database on the server and open it."""
    async with await psycopg.AsyncConnection.connect(server_url, autocommit=True) as connection:
        await connection.execute("create database plain")
    url = server_url.rpartition("/")[0] + "/plain"
    async with AsyncConnectionPool(url, kwargs={"autocommit": True}, max_size=10) as pool:
        async with pool.connection() as connection:
            await connection.execute(
                "create table plain_runs (id bigserial primary key, ended timestamptz)"
            )
            await connection.execute("create table plain_nodes (run_id bigint, node text)")
        yield PlainPostgres(pool, photo)


class Pillow:
    """A script for the picture; for everything else there is none."""

    name = "Pillow"

    def __init__(self, photo: Path) -> None:
        """Know where the picture is."""
        self._photo = photo

    async def run(self, workload: Workload) -> None:
        """Do it."""
        await asyncio.to_thread(plain_script, self._photo)


class HandwrittenFlow:
    """Prefect: one asynchronous flow, a task for each node, a warm process and one client."""

    name = "Prefect"

    def __init__(self, photo: Path) -> None:
        """Know where the picture is."""
        self._photo = photo

    async def run(self, workload: Workload) -> None:
        """Do it."""
        if workload.kind == "picture":
            await handwritten_image_flow(str(self._photo))
        else:
            await handwritten_flow(workload)


OPTIONS: Final[dict[str, Any]] = {"persist_result": False, "cache_policy": NO_CACHE}


@task(**OPTIONS)
async def node(kind: Kind) -> None:
    """Do one node's work."""
    await do_node_work(kind)


@task(**OPTIONS)
async def crop_node(data: bytes) -> bytes:
    """Crop, off the loop."""
    return await asyncio.to_thread(crop_job, data)


@task(**OPTIONS)
async def resize_node(data: bytes) -> bytes:
    """Scale, off the loop."""
    return await asyncio.to_thread(resize_job, data)


@flow(persist_result=False, validate_parameters=False)
async def handwritten_flow(workload: Workload) -> None:
    """Run a task for each node."""
    await workload.walk(node)


@flow(persist_result=False)
async def handwritten_image_flow(path: str) -> None:
    """Crop and scale; the picture itself is no parameter, they are capped at 512 KiB."""
    data = await asyncio.to_thread(Path(path).read_bytes)
    await resize_node(await crop_node(data))
