"""DBOS on the same PostgreSQL server, in a database of its own: one step per node."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from dbos import DBOS, DBOSConfig

from bench.node_work import crop_job, do_node_work, resize_job
from bench.workloads import Kind, Workload


class Dbos:
    """DBOS in this process; started before anything is measured."""

    name = "DBOS"

    def __init__(self, photo: Path) -> None:
        """Know where the picture is."""
        self._photo = photo

    async def run(self, workload: Workload) -> None:
        """Do it."""
        if workload.kind == "picture":
            handle = await DBOS.start_workflow_async(image, str(self._photo))
        else:
            handle = await DBOS.start_workflow_async(walk, workload)
        await handle.get_result()


@asynccontextmanager
async def start_dbos(server_url: str, photo: Path) -> AsyncGenerator[Dbos]:
    """Start it; `server_url` is the address of any database on the server."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("create database dbos")
    url = server_url.rpartition("/")[0] + "/dbos"
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": url,
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    try:
        yield Dbos(photo)
    finally:
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=5)
        # It has made its own threads those of this event loop, and they are gone now.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


@DBOS.step()
async def node(kind: Kind) -> None:
    """Do one node's work."""
    await do_node_work(kind)


@DBOS.workflow()
async def walk(workload: Workload) -> None:
    """Run a step for each node."""
    await workload.walk(node)


@DBOS.step()
async def image_step(path: str) -> int:
    """Crop and scale in one step: a picture is no result that DBOS could keep."""
    data = await asyncio.to_thread(Path(path).read_bytes)
    cropped = await asyncio.to_thread(crop_job, data)
    return len(await asyncio.to_thread(resize_job, cropped))


@DBOS.workflow()
async def image(path: str) -> None:
    """Run the step."""
    await image_step(path)
