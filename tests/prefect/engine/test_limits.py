"""Runs that carry more than they may: a node fails, nothing else breaks."""

from typing import Any

from support.product.backend import Backend, edge, graph, node


def doubling(nodes: int) -> Any:
    """Each node joins its input to itself: 2, 4, 8 … times the text."""
    first = node("n0", "text", text="x" * 10_000)
    copies = [node(f"n{i}", "text") for i in range(1, nodes)]
    edges: list[Any] = []
    for i in range(1, nodes):
        both = [edge(f"n{i - 1}", f"n{i}", "text"), edge(f"c{i - 1}", f"n{i}", "text")]
        edges += both
    seconds = [node("c0", "text", text="x" * 10_000)]
    for i in range(1, nodes):
        seconds.append(node(f"c{i}", "text"))
        edges += [edge(f"n{i - 1}", f"c{i}", "text"), edge(f"c{i - 1}", f"c{i}", "text")]
    return graph([first, *copies, *seconds], edges)


def test_text_that_doubles_stops_at_the_limit_with_a_sentence(backend: Backend) -> None:
    ended = backend.run(doubling(8))

    assert ended.run.status == "FAILED"
    failed = [row for row in ended.nodes.values() if row.status == "FAILED"]
    assert failed
    for row in failed:
        assert row.error is not None
        assert row.error["code"] == "text_too_long"
        assert "the limit is 262,144" in row.error["message"]
    assert ended.status("n4") == "COMPLETED"
