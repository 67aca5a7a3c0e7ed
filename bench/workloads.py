"""What is measured: five graphs, each with the same work for every contender."""

import io
from dataclasses import dataclass
from typing import Any, Final, Literal

from PIL import Image

Kind = Literal["nodes", "waits", "picture"]

WAIT_SECONDS: Final = 0.2
CROP: Final = {"xPercent": 25, "yPercent": 25, "widthPercent": 50, "heightPercent": 50}
SIZE: Final = (1024, 768)


@dataclass(frozen=True)
class Workload:
    """A shape of work: a chain is `width` 1, a fan is `depth` 1."""

    name: str
    kind: Kind
    depth: int = 1
    width: int = 1


WORKLOADS: Final = (
    Workload("one trivial node", "nodes"),
    Workload("chain of 100", "nodes", depth=100),
    Workload("fan of 100", "nodes", width=100),
    Workload("20 nodes that wait 200 ms", "waits", width=20),
    Workload("12 MP JPEG, crop, resize", "picture"),
)


def photograph() -> bytes:
    """Make a 4000 × 3000 JPEG with detail everywhere, as a camera would."""
    noise = Image.effect_noise((1000, 750), 80).resize((4000, 3000), Image.Resampling.BICUBIC)
    picture = Image.merge("RGB", (noise, noise.transpose(Image.Transpose.ROTATE_180), noise))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def graph(workload: Workload, asset_id: str | None = None) -> dict[str, Any]:
    """Give the workload as a graph of ours."""
    if workload.kind == "picture":
        return _picture(str(asset_id))
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    for column in range(workload.width):
        for row in range(workload.depth):
            node_id = f"n{column}-{row}"
            nodes.append(_node(node_id, workload.kind))
            if row:
                edges.append(_edge(f"n{column}-{row - 1}", node_id, "text"))
    return {"name": workload.name, "nodes": nodes, "edges": edges}


def _node(node_id: str, kind: Kind) -> dict[str, Any]:
    position = {"x": 0, "y": 0}
    if kind == "waits":
        data: dict[str, Any] = {"userMessage": "wait"}
        return {"id": node_id, "type": "llm", "position": position, "data": data}
    return {"id": node_id, "type": "text", "position": position, "data": {"text": "x"}}


def _edge(source: str, target: str, handle: str) -> dict[str, Any]:
    return {
        "id": f"{source}-{target}",
        "source": source,
        "sourceHandle": "output",
        "target": target,
        "targetHandle": handle,
    }


def _picture(asset_id: str) -> dict[str, Any]:
    def node(node_id: str, data: dict[str, Any]) -> dict[str, Any]:
        return {"id": node_id, "type": node_id, "position": {"x": 0, "y": 0}, "data": data}

    return {
        "name": "picture",
        "nodes": [
            node("image", {"source": {"kind": "asset", "assetId": asset_id}}),
            node("crop", CROP),
            node("resize", {"width": SIZE[0], "height": SIZE[1], "fit": "fill"}),
        ],
        "edges": [_edge("image", "crop", "image"), _edge("crop", "resize", "image")],
    }
