"""What is kept beside a graph, to tell versions apart and to draw lists without reading graphs.

An outline has a short hash of each node and edge; a sketch has the places of the first nodes.
Both are made of stored documents (`Graph.document()`), both are small, whatever the graph.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

Json = dict[str, Any]

THUMBNAIL_NODES: Final = 60
THUMBNAIL_EDGES: Final = 120
THUMBNAIL_ASSETS: Final = 4
NODE_SIZE: Final = (320.0, 240.0)
"""Of a node that nobody has resized, in flow units."""

_POSITION_FIELDS: Final = frozenset({"position", "positionAbsolute"})
_EDGE_FIELDS: Final = ("source", "sourceHandle", "target", "targetHandle", "data")
_LABEL_LENGTH: Final = 60
_MAX_COORDINATE: Final = 1e7
"""Flow units; what is placed farther away is drawn as if it were there."""


def normalize_numbers(value: Any) -> Any:
    """Write whole numbers as integers, as JavaScript and PostgreSQL do on the way back.

    Recursive: a graph that was read is at most 64 levels deep.
    """
    if isinstance(value, dict):
        return {key: normalize_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normalize_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def canonical_json(value: Any) -> str:
    """Write JSON so that equal values are equal texts."""
    return json.dumps(
        normalize_numbers(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def graph_outline(graph: Json) -> Json:
    """Give `{"nodes": {id: [hash, label]}, "edges": [hash]}`; places are no part of it."""
    return {
        "nodes": {node["id"]: [_node_hash(node), node_label(node)] for node in graph["nodes"]},
        "edges": [
            _hash({name: edge.get(name) for name in _EDGE_FIELDS}, 8)
            for edge in graph.get("edges", ())
        ],
    }


def node_label(node: Json) -> str:
    """Give what people call a node, cut short."""
    label = node.get("data", {}).get("label")
    named = label if isinstance(label, str) and label.strip() else f"{node['type']} {node['id']}"
    return named[:_LABEL_LENGTH]


def node_positions(graph: Json, moved: Mapping[str, Any]) -> Json:
    """Give where each node of a graph is: `{id: {"x": 0, "y": 0}}`; `moved` goes first."""
    return {node["id"]: moved.get(node["id"], node["position"]) for node in graph["nodes"]}


def with_positions(graph: Json, moved: Mapping[str, Any]) -> list[Json]:
    """Give the nodes of a graph where they were moved to."""
    return [
        node | {"position": moved[node["id"]]} if node["id"] in moved else node
        for node in graph.get("nodes", ())
    ]


def layout_thumbnail(graph: Json) -> Json:
    """Give what a small picture of the graph needs.

    `{"count": 2, "nodes": [[id, type, x, y, width, height]], "edges": [[0, 1]], "assets": [id]}`:
    edges by the places of their nodes in the list, assets that nodes name.
    """
    shown = graph["nodes"][:THUMBNAIL_NODES]
    index = {node["id"]: place for place, node in enumerate(shown)}
    edges = (
        [index[edge["source"]], index[edge["target"]]]
        for edge in graph.get("edges", ())
        if edge["source"] in index and edge["target"] in index
    )
    return {
        "count": len(graph["nodes"]),
        "nodes": [_node_box(node) for node in shown],
        "edges": [edge for edge, _ in zip(edges, range(THUMBNAIL_EDGES), strict=False)],
        "assets": _first_unique(_asset_ids(graph["nodes"]), THUMBNAIL_ASSETS),
    }


def _node_hash(node: Json) -> str:
    return _hash({key: value for key, value in node.items() if key not in _POSITION_FIELDS}, 12)


def _hash(value: Any, digits: int) -> str:
    return hashlib.sha256(canonical_json(value).encode(errors="surrogatepass")).hexdigest()[:digits]


def _node_box(node: Json) -> list[Any]:
    place = node["position"]
    return [
        node["id"],
        node["type"],
        round(clamp_coordinate(place["x"]), 1),
        round(clamp_coordinate(place["y"]), 1),
        _node_side(node.get("width"), NODE_SIZE[0]),
        _node_side(node.get("height"), NODE_SIZE[1]),
    ]


def clamp_coordinate(number: float) -> float:
    """Bring a coordinate within what drawings reckon with."""
    return max(-_MAX_COORDINATE, min(_MAX_COORDINATE, number))


def _node_side(size: Any, usual: float) -> float:
    if isinstance(size, bool) or not isinstance(size, (int, float)):
        return usual
    return max(1.0, min(10_000.0, float(size)))


def _asset_ids(nodes: Iterable[Json]) -> Iterator[str]:
    """Give the ids of the assets that nodes name, whichever param it is."""
    for node in nodes:
        for value in node.get("data", {}).values():
            id = value.get("assetId") if isinstance(value, dict) else None
            if isinstance(id, str) and len(id) <= 64:
                yield id


def _first_unique(ids: Iterable[str], many: int) -> list[str]:
    return list(dict.fromkeys(ids))[:many]
