"""What a node does, for those who do it without us."""

import asyncio
import io
from pathlib import Path
from typing import Final

from PIL import Image

from bench.workloads import CROP, SIZE, WAIT_SECONDS, Kind

QUALITY: Final = 90


async def do_node_work(kind: Kind) -> None:
    """Do a node's work: nothing, or wait. Waiting here is a timer; ours calls a model over HTTP."""
    if kind == "waits":
        await asyncio.sleep(WAIT_SECONDS)


def crop_job(data: bytes) -> bytes:
    """Decode, crop, encode."""
    return _encoded(_cropped(Image.open(io.BytesIO(data))))


def resize_job(data: bytes) -> bytes:
    """Decode, scale, encode."""
    return _encoded(_scaled(Image.open(io.BytesIO(data))))


def plain_script(photo: Path) -> bytes:
    """Do all of it in one go and keep nothing in between: the plain Pillow script."""
    return _encoded(_scaled(_cropped(Image.open(photo))))


def _cropped(image: Image.Image) -> Image.Image:
    width, height = image.size
    left, top = width * CROP["xPercent"] // 100, height * CROP["yPercent"] // 100
    right = left + width * CROP["widthPercent"] // 100
    return image.crop((left, top, right, top + height * CROP["heightPercent"] // 100))


def _scaled(image: Image.Image) -> Image.Image:
    return image.resize(SIZE, Image.Resampling.LANCZOS)


def _encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
