"""Graphs for tests: small ones by hand, random ones by hypothesis."""

from typing import Any

from hypothesis import strategies as st

from schemas.graph import Edge, Graph, Node
from schemas.node_type import KINDS
from schemas.values import Kind
from tasks.node_type.ports import input_ports
from tasks.registry import node_types

URL = {"kind": "url", "url": "https://example.com/file"}

WORKING_DATA: dict[str, dict[str, Any]] = {
    "text": {"text": "Hello"},
    "image": {"source": URL},
    "video": {"source": URL},
    "llm": {"userMessage": "Write."},
    "crop": {},
    "resize": {},
    "frame": {"timestamp": "50%"},
}
"""Data with which a node of each type has no problem but a missing required input."""


def node(id: str, type: str = "text", /, **data: Any) -> Node:
    """Make a node that works; `data` goes over what works."""
    return Node.model_validate(
        {
            "id": id,
            "type": type,
            "position": {"x": 0, "y": 0},
            "data": {"label": id, **WORKING_DATA.get(type, {}), **data},
        }
    )


def edge(source: str, target: str, handle: str, /, **fields: Any) -> Edge:
    """Connect the output of `source` to an input of `target`."""
    return Edge.model_validate(
        {
            "id": f"{source}-{target}-{handle}",
            "source": source,
            "sourceHandle": "output",
            "target": target,
            "targetHandle": handle,
            **fields,
        }
    )


def graph(*parts: Node | Edge) -> Graph:
    """Put nodes and edges together."""
    return Graph(
        name="Test",
        nodes=[part for part in parts if isinstance(part, Node)],
        edges=[part for part in parts if isinstance(part, Edge)],
    )


def chain(length: int) -> Graph:
    """Make a photo and `length` - 1 crops, each out of the one before."""
    crops = [node(f"n{index}", "crop") for index in range(1, length)]
    edges = [edge(f"n{index - 1}", f"n{index}", "image") for index in range(1, length)]
    return graph(node("n0", "image"), *crops, *edges)


@st.composite
def working_graphs(draw: st.DrawFn, max_nodes: int = 12) -> Graph:
    """Draw a graph without problems; its nodes stand in any order."""
    ids: dict[Kind, list[str]] = {kind.id: [] for kind in KINDS}
    nodes: list[Node] = []
    edges: list[Edge] = []
    for index in range(draw(st.integers(1, max_nodes))):
        new, entering = _draw_node(draw, f"n{index}", ids)
        nodes.append(new)
        edges += entering
        ids[node_types()[new.type].output].append(new.id)
    return graph(*draw(st.permutations(nodes)), *draw(st.permutations(edges)))


def _draw_node(draw: st.DrawFn, id: str, ids: dict[Kind, list[str]]) -> tuple[Node, list[Edge]]:
    """Draw a node whose required inputs can be fed from the nodes in `ids`."""
    possible = [
        name
        for name, node_type in node_types().items()
        if all(ids[port.kinds[0]] for port in input_ports(node_type) if port.required)
    ]
    new = node(id, draw(st.sampled_from(possible)))
    edges: list[Edge] = []
    for port in input_ports(node_types()[new.type]):
        sources = [source for kind in port.kinds for source in ids[kind]]
        if not sources or not (port.required or draw(st.booleans())):
            continue
        most = min(3, len(sources)) if port.many else 1
        chosen = draw(st.lists(st.sampled_from(sources), min_size=1, max_size=most, unique=True))
        for source in chosen:
            order = draw(st.none() | st.integers(0, 3))
            data = {} if order is None else {"data": {"order": order}}
            edges.append(edge(source, id, port.handle, **data))
    return new, edges


@st.composite
def keyed_graphs(draw: st.DrawFn, max_nodes: int = 8) -> Graph:
    """Draw a graph in which every value that an edge brings has a part in the node's output."""
    texts: list[str] = []
    images: list[str] = []
    nodes: list[Node] = []
    edges: list[Edge] = []
    for index in range(draw(st.integers(1, max_nodes))):
        id = f"n{index}"
        type = draw(st.sampled_from(["text", "image", "llm"] + ["crop"] * bool(images)))
        few = st.lists(st.sampled_from(texts), max_size=2, unique=True) if texts else st.just([])
        some = st.lists(st.sampled_from(images), max_size=2, unique=True) if images else st.just([])
        if type == "llm":
            edges += [edge(source, id, "userMessage") for source in draw(few)]
            edges += [edge(source, id, "images") for source in draw(some)]
        if type == "crop":
            edges.append(edge(draw(st.sampled_from(images)), id, "image"))
        own = {"text": id} if type == "text" else {}
        nodes.append(node(id, type, **own))
        (texts if type in ("text", "llm") else images).append(id)
    return graph(*draw(st.permutations(nodes)), *edges)


@st.composite
def any_graphs(draw: st.DrawFn) -> Graph:
    """Draw a graph of which anything may be wrong, and often nothing is."""
    base = draw(working_graphs(max_nodes=6))
    ids = [each.id for each in base.nodes]
    handles = ["image", "images", "video", "userMessage", "text", "nowhere", None]
    spoiled = draw(
        st.lists(
            st.builds(
                Edge,
                id=st.sampled_from(["x0", "x1", "x2"]),
                source=st.sampled_from([*ids, "gone"]),
                target=st.sampled_from(ids),
                target_handle=st.sampled_from(handles),
            ),
            max_size=2,
        )
    )
    odd = st.sampled_from(
        [node("odd", "telepathy"), node("odd", "crop"), node("n0"), node("odd", "llm", colour=1)]
    )
    return graph(*base.nodes, *draw(st.lists(odd, max_size=1)), *base.edges, *spoiled)
