"""What is measured: graphs of the same shape and the same work for every contender."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from PIL import Image

Kind = Literal["nodes", "waits", "picture"]
NodeRunner = Callable[[Kind], Awaitable[None]]
"""Does one node's work and remembers it as its contender does."""

WAIT_SECONDS: Final = 0.2
CROP: Final = {"xPercent": 25, "yPercent": 25, "widthPercent": 50, "heightPercent": 50}
SIZE: Final = (1024, 768)


@dataclass(frozen=True)
class Target:
    """What ours is to reach: at most `max_ratio` times the time of `baseline`."""

    baseline: str
    max_ratio: float


def dbos(max_ratio: float) -> Target:
    """Give a target beside DBOS."""
    return Target("DBOS", max_ratio)


@dataclass(frozen=True)
class Workload:
    """A shape of work: `width` chains of `depth` nodes, side by side.

    `layered`: each node needs two of the layer before. `join`: one more node needs the last of
    every chain.
    """

    name: str
    label: str
    kind: Kind
    target: Target
    """After rests: each run begins when nothing else goes on."""
    target_in_a_row: Target
    """Without rests: each run begins when the one before has ended."""
    depth: int = 1
    width: int = 1
    layered: bool = False
    join: bool = False

    async def walk(self, run_node: NodeRunner) -> None:
        """Do the work with nothing but asyncio, every node through `step`."""
        if self.layered:
            for _ in range(self.depth):
                await asyncio.gather(*(run_node(self.kind) for _ in range(self.width)))
        else:
            await asyncio.gather(*(self._chain(run_node) for _ in range(self.width)))
        if self.join:
            await run_node("nodes")

    async def _chain(self, run_node: NodeRunner) -> None:
        for _ in range(self.depth):
            await run_node(self.kind)


class Contender(Protocol):
    """Somebody who does a workload."""

    name: str

    def run(self, workload: Workload) -> Awaitable[None]:
        """Do it once, until the caller knows that it is done."""
        ...


WORKLOADS: Final = (
    Workload("trivial", "one trivial node", "nodes", Target("Prefect", 0.5), dbos(1.3)),
    Workload("chain", "chain of 100", "nodes", Target("Prefect", 0.7), dbos(0.4), depth=100),
    Workload("fan", "fan of 100", "nodes", Target("Prefect", 0.7), dbos(0.25), width=100),
    # A graph holds at most 500 nodes.
    Workload(
        "layers",
        "layers 10 × 50",
        "nodes",
        Target("Prefect", 0.7),
        dbos(0.25),
        depth=10,
        width=50,
        layered=True,
    ),
    Workload(
        "waits",
        "20 wait 200 ms, then a join",
        "waits",
        Target("200 ms", 1.5),
        Target("200 ms", 1.6),
        width=20,
        join=True,
    ),
    Workload(
        "picture",
        "12 MP JPEG, crop, resize",
        "picture",
        Target("Pillow", 1.3),
        Target("Pillow", 1.25),
    ),
)
FIVE_NODES: Final = Workload(
    "five", "chain of 5", "nodes", Target("Prefect", 0.5), dbos(1.3), depth=5
)


def make_photo() -> bytes:
    """Make a 4000 × 3000 JPEG with detail everywhere, as a camera would."""
    noise = Image.effect_noise((1000, 750), 80).resize((4000, 3000), Image.Resampling.BICUBIC)
    image = Image.merge("RGB", (noise, noise.transpose(Image.Transpose.ROTATE_180), noise))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def graph(workload: Workload, asset_id: str | None = None) -> dict[str, Any]:
    """Give the workload as a graph of ours."""
    if workload.kind == "picture":
        return _image(str(asset_id))
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    for column in range(workload.width):
        for row in range(workload.depth):
            nodes.append(_node(f"n{column}-{row}", workload.kind))
            edges += [
                _edge(f"n{before}-{row - 1}", f"n{column}-{row}", "text")
                for before in (_needs(workload, column) if row else ())
            ]
    if workload.join:
        nodes.append(_node("join", "nodes"))
        last = workload.depth - 1
        edges += [_edge(f"n{column}-{last}", "join", "text") for column in range(workload.width)]
    return {"name": workload.label, "nodes": nodes, "edges": edges}


def _needs(workload: Workload, column: int) -> tuple[int, ...]:
    return (column, (column + 1) % workload.width) if workload.layered else (column,)


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


def _image(asset_id: str) -> dict[str, Any]:
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
