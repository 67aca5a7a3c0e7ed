"""Texts whose sizes are known before a run: what would be too long is a problem of check."""

from time import perf_counter

from flows.graph.check import check
from flows.graph.text_sizes import MAX_RUN_TEXT_BYTES
from schemas.graph import Graph
from schemas.problem import ProblemCode
from support.nodes.graphs import edge, graph, node
from tasks.registry import node_types

CHAPTER = "word " * 60_000


def problems(made: Graph) -> list[tuple[ProblemCode, str | None]]:
    found = check(made, node_types())
    assert all(problem.message.endswith(".") for problem in found)
    return [(problem.code, problem.node_id) for problem in found]


def too_long(*ids: str) -> list[tuple[ProblemCode, str]]:
    return [(ProblemCode.TEXT_TOO_LONG, id) for id in ids]


def test_a_chapter_may_be_read_by_a_model():
    made = graph(
        node("chapter", text=CHAPTER),
        node("writer", "llm", userMessage="Sum up: {{input}}"),
        edge("chapter", "writer", "userMessage"),
    )
    assert problems(made) == []


def test_a_text_in_a_hundred_thousand_places_is_a_problem():
    made = graph(
        node("words", text="x" * 5_000),
        node("writer", "llm", userMessage="{{input}}" * 100_000),
        edge("words", "writer", "userMessage"),
    )
    assert problems(made) == too_long("writer")
    [problem] = check(made, node_types())
    assert (problem.port, problem.param) == ("userMessage", "userMessage")
    assert "500,000,000 bytes" in problem.message


def test_texts_that_double_are_one_problem_where_they_first_become_too_long():
    nodes = [node("n0", text=CHAPTER), node("m0", text=CHAPTER)]
    edges = []
    for place in range(1, 40):
        for name in "nm":
            nodes.append(node(f"{name}{place}"))
            edges += [edge(f"{each}{place - 1}", f"{name}{place}", "text") for each in "nm"]
    started = perf_counter()
    found = problems(graph(*nodes, *edges))
    assert perf_counter() - started < 2
    assert found[:2] == too_long("n2", "m2")


def test_what_a_model_will_say_is_not_guessed():
    made = graph(
        node("writer", "llm", userMessage="Write."),
        node("reader", "llm", userMessage="{{input}}" * 1_000),
        edge("writer", "reader", "userMessage"),
    )
    assert problems(made) == []


def test_a_run_holds_only_so_much_text():
    copies = [node(f"n{place}") for place in range(300)]
    edges = [edge("chapter", each.id, "text") for each in copies]
    found = problems(graph(node("chapter", text=CHAPTER), *copies, *edges))
    [(code, id)] = found
    assert code is ProblemCode.TEXT_TOO_LONG
    assert id == f"n{MAX_RUN_TEXT_BYTES // 300_000 - 1}"
    assert problems(graph(node("chapter", text=CHAPTER), *copies[:200], *edges[:200])) == []


def test_a_circle_of_texts_is_only_a_circle():
    made = graph(node("a"), node("b"), edge("a", "b", "text"), edge("b", "a", "text"))
    assert [code for code, _ in problems(made)] == [ProblemCode.CYCLE]
