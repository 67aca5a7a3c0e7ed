"""What of a graph is content: all that can change what a run does."""

import hashlib
from typing import Any, Final

from schemas.graph import Edge, Graph, Node
from schemas.graph_summary import canonical_json
from schemas.node_type import OUTPUT_HANDLE

_POSITION_FIELDS: Final = frozenset({"position", "positionAbsolute"})


def content_sha256(graph: Graph) -> bytes:
    """Hash the content, independent of the order of keys and nodes.

    Where nodes stand, what was in view and what the workflow is called are not part of it.
    The order of the edges is: it orders the values of ports that take many.
    """
    content = {
        "nodes": [_node(node) for node in sorted(graph.nodes, key=lambda node: node.id)],
        "edges": [_edge(edge) for edge in graph.edges],
        **graph.declarations(),
    }
    return hashlib.sha256(canonical_json(content).encode()).digest()


def _node(node: Node) -> dict[str, Any]:
    document = node.model_dump(mode="json", exclude_unset=True)
    kept = {key: value for key, value in document.items() if key not in _POSITION_FIELDS}
    return kept | {"data": node.data}


def _edge(edge: Edge) -> dict[str, Any]:
    document = edge.model_dump(mode="json", exclude_none=True)
    return {"sourceHandle": OUTPUT_HANDLE} | document
