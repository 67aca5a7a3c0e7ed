"""Large workflows with pictures, for measuring."""

import io
import random
from typing import Any, Final

import httpx
from PIL import Image, ImageFilter

IMAGES: Final = 12
SIZE: Final = (1200, 800)
ROW: Final = 10
"""Columns of the drawing."""
SPACING: Final = (380, 560)
"""Room of a node, in units of the canvas."""

Json = dict[str, Any]


def images(client: httpx.Client) -> list[str]:
    """Upload some pictures; give the ids of the assets."""
    chance = random.Random(7)
    found: list[str] = []
    for number in range(IMAGES):
        small = Image.new("RGB", (12, 8))
        pixels = [tuple(chance.randrange(256) for _ in range(3)) for _ in range(96)]
        small.putdata(pixels)  # pyright: ignore[reportUnknownMemberType]
        drawn = small.resize(SIZE).filter(ImageFilter.GaussianBlur(6))
        file = io.BytesIO()
        drawn.save(file, "JPEG", quality=85)
        answer = client.post("/api/assets", files={"file": (f"{number}.jpg", file.getvalue())})
        found.append(answer.raise_for_status().json()["id"])
    return found


def workflow(count: int, assets: list[str]) -> Json:
    """Give a workflow of groups of five: a picture, a crop, two texts and a model.

    The pictures are those that are in view beside everything else: each has a form with a
    thumbnail, and each crop draws its rectangle on one.
    """
    nodes: list[Json] = []
    edges: list[Json] = []
    for number in range(count):
        kind = ("image", "crop", "text", "text", "llm")[number % 5]
        nodes.append(_node(number, kind, assets))
        if number % 5 == 4:
            edges += _edges(number)
    return {"name": f"{count} nodes", "nodes": nodes, "edges": edges}


def _node(number: int, kind: str, assets: list[str]) -> Json:
    data: Json = {"label": f"{kind} {number}"}
    if kind == "image":
        data["source"] = {"kind": "asset", "assetId": assets[number % len(assets)]}
    elif kind == "crop":
        data |= {"xPercent": 10, "yPercent": 10, "widthPercent": 60, "heightPercent": 60}
    elif kind == "text":
        data["text"] = f"Text number {number}, long enough to look like one."
    position = {"x": number % ROW * SPACING[0], "y": number // ROW * SPACING[1]}
    return {"id": f"n{number}", "type": kind, "position": position, "data": data}


def _edges(last: int) -> list[Json]:
    image, crop, first, second = range(last - 4, last)
    wires = [
        (image, crop, "image"),
        (crop, last, "images"),
        (first, last, "systemPrompt"),
        (second, last, "userMessage"),
    ]
    return [
        {
            "id": f"e{source}-{target}-{handle}",
            "source": f"n{source}",
            "sourceHandle": "output",
            "target": f"n{target}",
            "targetHandle": handle,
        }
        for source, target, handle in wires
    ]
