"""Runs that carry more than they may: a node fails, nothing else breaks."""

from typing import Any

from support.product.backend import Backend, edge, graph, node


def doubling(nodes: int) -> Any:
    """Each node joins its input to itself: 2, 4, 8 … times the text."""
    first = node("n0", "llm", userMessage=f"say {'x' * 10_000}")  # check knows only typed texts
    copies = [node(f"n{i}", "text") for i in range(1, nodes)]
    edges: list[Any] = []
    for i in range(1, nodes):
        both = [edge(f"n{i - 1}", f"n{i}", "text"), edge(f"c{i - 1}", f"n{i}", "text")]
        edges += both
    seconds = [node("c0", "llm", userMessage=f"say {'x' * 10_000}")]
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
        assert "the limit is 1,000,000" in row.error["message"]
    assert ended.status("n4") == "COMPLETED"


def test_an_answer_that_was_cut_is_shown_and_goes_nowhere(backend: Backend) -> None:
    nodes = [
        node("writer", "llm", userMessage="cut half a sto"),
        node("reader", "llm", userMessage="say {{input}}"),
        node("lenient", "llm", userMessage="cut enough", truncatedAnswer="accept"),
        node("after", "text"),
    ]
    edges = [edge("writer", "reader", "userMessage"), edge("lenient", "after", "text")]
    workflow_id = backend.store(graph(nodes, edges))
    ended = backend.run_stored(workflow_id)

    row = ended.nodes["writer"]
    assert (row.status, row.attempt) == ("FAILED", 1)
    assert row.error is not None
    assert row.error["code"] == "answer_cut"
    assert row.output == {"kind": "text", "text": "half a sto"}
    assert ended.status("reader") == "SKIPPED"
    assert ended.nodes["after"].output == {"kind": "text", "text": "enough"}
    assert ended.nodes["lenient"].usage is not None
    assert ended.nodes["lenient"].usage["finishReason"] == "MAX_TOKENS"
    again = backend.run_stored(workflow_id, reuse="always")
    assert (again.status("writer"), again.nodes["lenient"].reused) == ("FAILED", True)


def test_a_text_in_many_places_fails_its_node_alone(backend: Backend) -> None:
    nodes = [
        node("writer", "llm", userMessage=f"say {'x' * 5_000}"),
        node("reader", "llm", userMessage="{{input}}" * 100_000),
        node("other", "llm", userMessage="say {{input}}"),
    ]
    edges = [edge("writer", "reader", "userMessage"), edge("writer", "other", "userMessage")]
    ended = backend.run(graph(nodes, edges))

    row = ended.nodes["reader"]
    assert row.error is not None
    assert (row.status, row.error["code"], row.attempt) == ("FAILED", "text_too_long", 0)
    assert ended.status("other") == "COMPLETED"


def test_a_run_gives_only_so_much_text_and_records_only_so_much_whole(backend: Backend) -> None:
    """What the model says is not known to check."""
    writer = node("writer", "llm", userMessage=f"say {'x' * 900_000}")
    copies = [node(f"n{place}", "text") for place in range(90)]
    edges = [edge("writer", each["id"], "text") for each in copies]
    ended = backend.end(backend.start(graph([writer, *copies], edges)), 180)

    states = [ended.status(each["id"]) for each in copies]
    assert 60 <= states.count("COMPLETED") <= 75
    failed = [row for row in ended.nodes.values() if row.status == "FAILED"]
    assert {row.error["code"] for row in failed if row.error} == {"text_too_long"}
    assert "67,108,864 bytes" in (failed[0].error or {})["message"]
    inputs = [
        row.input["text"][0]["text"] for row in ended.nodes.values() if row.node_id != "writer"
    ]
    cut = [each for each in inputs if each.endswith("(900,000 characters in all)")]
    assert len(cut) >= 15
    assert {len(each) for each in inputs if each not in cut} == {900_000}
