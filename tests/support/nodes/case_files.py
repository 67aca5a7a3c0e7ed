"""Cases of `tests/cases/files`: what real files must come out as, node by node."""

import io
import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image

from schemas.errors import NodeError
from schemas.values import ImageValue, MediaValue, media_value
from support.nodes.node_runner import NodeRunner
from tasks.media.probe import inspect_upload

FOLDER: Final = Path(__file__).parents[2] / "cases" / "files"
Color = Sequence[int]


def read_cases() -> dict[str, dict[str, Any]]:
    """Give each case by its name."""
    return {
        path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))
    }


def drawn(spec: Mapping[str, Any]) -> bytes:
    """Give a plain image in four colours that would be too large to keep beside the case."""
    image = Image.new(spec["mode"], tuple(spec["size"]))
    width, height = image.size
    for number, color in enumerate(spec["quadrants"]):
        x, y = (number % 2) * (width // 2), (number // 2) * (height // 2)
        image.paste(tuple(color), (x, y, width if x else width // 2, height if y else height // 2))
    file = io.BytesIO()
    image.save(file, spec["format"], **spec.get("options", {}))
    return file.getvalue()


async def run_graph(case: Mapping[str, Any], runner: NodeRunner) -> dict[str, Any]:
    """Run a case's nodes in the order of its edges; give each node's output, or its error."""
    outputs: dict[str, Any] = {}
    waiting = {node["id"]: node for node in case["graph"]["nodes"]}
    edges = case["graph"]["edges"]
    while waiting:
        id = next(
            id
            for id in waiting
            if all(edge["source"] in outputs for edge in edges if edge["target"] == id)
        )
        node = waiting.pop(id)
        entering = {e["targetHandle"]: outputs[e["source"]] for e in edges if e["target"] == id}
        try:
            outputs[id] = await runner.run(node["type"], _data(node, case, runner), **entering)
        except NodeError as error:
            outputs[id] = error
    return outputs


def upload(case: Mapping[str, Any], source: Mapping[str, Any], runner: NodeRunner) -> MediaValue:
    """Upload the file that a node names. Raises BadInputError."""
    is_file = source["kind"] == "file"
    data = (FOLDER / source["path"]).read_bytes() if is_file else drawn(source["made"])
    info = inspect_upload(data)
    seconds = case.get("expectUpload", {}).get("durationSeconds")
    if seconds is not None:
        assert abs((info.duration_seconds or 0) - seconds) < 0.25
    with runner.child.store.open_incoming() as file:
        file.write(data)
        value = media_value("owner", file.commit(), file.size, info)
    runner.uploads[value.asset_id] = value
    return value


def _data(node: Mapping[str, Any], case: Mapping[str, Any], runner: NodeRunner) -> dict[str, Any]:
    source = node["data"].get("source", {})
    if source.get("kind") not in ("file", "made"):
        return node["data"]
    asset = upload(case, source, runner)
    return node["data"] | {"source": {"kind": "asset", "assetId": str(asset.asset_id)}}


def differences(expected: Mapping[str, Any], output: Any, runner: NodeRunner) -> str:
    """Say what is not as expected of a node's output; nothing where all is well."""
    if not isinstance(output, ImageValue):
        return f"it gave {output!r}"
    image = Image.open(io.BytesIO(runner.child.read(output)))
    if "size" in expected and list(image.size) != expected["size"]:
        return f"its size is {image.size}"
    if "aspect" in expected and abs(image.width / image.height / expected["aspect"] - 1) > 0.02:
        return f"its size is {image.size}"
    if "code" in expected and picture_number(image) != expected["code"]:
        return f"it is picture {picture_number(image)}"
    if "quadrants" in expected:
        found = quadrants(image)
        pairs = zip(found, expected["quadrants"], strict=True)
        worst = max(abs(a - b) for x, y in pairs for a, b in zip(x, y, strict=True))
        if worst > expected["tolerance"]:
            return f"its colours are {found}"
    return ""


def quadrants(image: Image.Image) -> list[list[int]]:
    """Give the median colour in the outer part of each quarter: left and right, upper and lower."""
    image = image.convert("RGB")
    width, height = image.size
    found: list[list[int]] = []
    for y in (0.06, 0.8):
        for x in (0.1, 0.65):
            left, upper = int(width * x), int(height * y)
            right, lower = int(width * (x + 0.25)) + 1, int(height * (y + 0.14)) + 1
            bands = image.crop((left, upper, right, lower)).split()
            found.append([int(statistics.median(band.tobytes())) for band in bands])
    return found


def picture_number(image: Image.Image) -> int:
    """Read a film's picture number: eight fields across the middle, white is 1, highest bit first."""
    grey, number = image.convert("L"), 0
    width, height = grey.size
    for bit in range(8):
        left, right = width * bit // 8, width * (bit + 1) // 8
        quarter = (right - left) // 4
        part = grey.crop((left + quarter, height * 7 // 16, right - quarter, height * 9 // 16))
        number = number * 2 + (statistics.mean(part.tobytes()) > 128)
    return number
