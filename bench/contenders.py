"""The same work without us: as a Prefect flow an expert would write, and as plain asyncio."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any, Final

from PIL import Image
from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from bench.workloads import CROP, SIZE, WAIT_SECONDS, Workload

Run = Callable[[Workload, bytes], Awaitable[None]]


def crop(picture: Image.Image) -> Image.Image:
    """Cut the middle out."""
    width, height = picture.size
    left, top = width * CROP["xPercent"] // 100, height * CROP["yPercent"] // 100
    right = left + width * CROP["widthPercent"] // 100
    return picture.crop((left, top, right, top + height * CROP["heightPercent"] // 100))


def encode(picture: Image.Image) -> bytes:
    """Give a JPEG."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def crop_job(data: bytes) -> bytes:
    """Decode, crop, encode."""
    return encode(crop(Image.open(io.BytesIO(data))))


def resize_job(data: bytes) -> bytes:
    """Decode, scale, encode."""
    return encode(Image.open(io.BytesIO(data)).resize(SIZE, Image.Resampling.LANCZOS))


async def plain(workload: Workload, photo: bytes) -> None:
    """Do the work with nothing but asyncio: no record, no dashboard, no recovery."""
    if workload.kind == "picture":
        cropped = await asyncio.to_thread(crop_job, photo)
        await asyncio.to_thread(resize_job, cropped)
        return

    async def column() -> None:
        for _ in range(workload.depth):
            await _work(workload.kind)

    await asyncio.gather(*(column() for _ in range(workload.width)))


async def _work(kind: str) -> str:
    if kind == "waits":
        await asyncio.sleep(WAIT_SECONDS)
    return "x"


OPTIONS: Final[dict[str, Any]] = {"persist_result": False, "cache_policy": NO_CACHE}


@task(**OPTIONS)
async def node(kind: str, before: str | None = None) -> str:
    """Do one node's work."""
    return await _work(kind)


@task(**OPTIONS)
async def crop_node(data: bytes) -> bytes:
    """Crop, off the loop."""
    return await asyncio.to_thread(crop_job, data)


@task(**OPTIONS)
async def resize_node(data: bytes) -> bytes:
    """Scale, off the loop."""
    return await asyncio.to_thread(resize_job, data)


@flow(persist_result=False)
async def by_hand(kind: str, depth: int, width: int) -> None:
    """Run chains side by side."""

    async def column() -> None:
        value: str | None = None
        for _ in range(depth):
            value = await node(kind, value)

    await asyncio.gather(*(column() for _ in range(width)))


@flow(persist_result=False)
async def picture_by_hand(path: str) -> None:
    """Crop and scale; the picture itself is no parameter, they are capped at 512 KiB."""
    data = await asyncio.to_thread(lambda: open(path, "rb").read())  # noqa: SIM115, PTH123
    await resize_node(await crop_node(data))
