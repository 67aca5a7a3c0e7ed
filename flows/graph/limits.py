"""How large a graph may be."""

import json
from collections.abc import Iterator
from typing import Any

from schemas.graph import MAX_BYTES, MAX_EDGES, MAX_NODES
from schemas.problem import Problem, ProblemCode


def count_problems(nodes: int, edges: int) -> Iterator[Problem]:
    """Report more nodes or edges than a graph may have."""
    if nodes > MAX_NODES:
        yield Problem(
            code=ProblemCode.TOO_MANY_NODES,
            message=f"The workflow has {nodes:,} nodes: at most {MAX_NODES:,} are allowed."
            " Split it into several workflows.",
        )
    if edges > MAX_EDGES:
        yield Problem(
            code=ProblemCode.TOO_MANY_EDGES,
            message=f"The workflow has {edges:,} connections: at most {MAX_EDGES:,} are allowed."
            " Split it into several workflows.",
        )


def size_problems(document: dict[str, Any]) -> Iterator[Problem]:
    """Report a document, free of unreadable parts, that is too large to be stored."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    size = len(text.encode("utf-8", "surrogatepass")) - _inline_file_size(document["nodes"])
    if size > MAX_BYTES:
        yield Problem(
            code=ProblemCode.GRAPH_TOO_LARGE,
            message=f"The workflow has {size:,} bytes as JSON: at most {MAX_BYTES:,} are allowed."
            " Shorten its longest texts.",
        )


def _inline_file_size(nodes: list[Any]) -> int:
    """Count the base64 text of files in nodes: saving moves it out of the graph."""
    sources = [
        node["data"].get("source")
        for node in nodes
        if isinstance(node, dict) and isinstance(node.get("data"), dict)
    ]
    return sum(
        len(source["data"])
        for source in sources
        if isinstance(source, dict)
        and source.get("kind") == "base64"
        and isinstance(source.get("data"), str)
    )
