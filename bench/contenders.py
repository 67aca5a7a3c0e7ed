"""The same work without us: plain asyncio, a plain Pillow script, Prefect as an expert writes it."""

import asyncio
from pathlib import Path
from typing import Any, Final

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

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
