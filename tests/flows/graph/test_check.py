"""Every problem code, from cases that the editor's tests share."""

import json
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

import pytest

from flows.graph.check import asset_ids, check, check_document, missing_assets, warnings
from schemas.problem import BLOCKS_SAVING, Problem, ProblemCode
from support.nodes.graphs import chain, edge, graph, node
from tasks.registry import node_types

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "problems.json").read_text("utf-8")
)
"""`document`, all its `problems` in order, and what their sentences say."""

TESTED_ELSEWHERE = {
    ProblemCode.TOO_MANY_NODES: "the document would fill a book: test_read.py",
    ProblemCode.TOO_MANY_EDGES: "the document would fill a book: test_read.py",
    ProblemCode.GRAPH_TOO_LARGE: "the document would fill a book: test_read.py",
    ProblemCode.ASSET_NOT_FOUND: "needs to know which assets there are: below",
    ProblemCode.TEXT_TOO_LONG: "the document would fill a book: test_text_sizes.py",
    ProblemCode.MODEL_RETIRED: "a warning: below",
    ProblemCode.MODEL_UNKNOWN: "a warning: below",
    ProblemCode.PARAM_IGNORED: "a warning: below",
    ProblemCode.NOTHING_TO_RUN: "found when a run is planned: test_plan.py",
    ProblemCode.UNKNOWN_NODE: "found when a run is planned: flows/test_scope.py",
    ProblemCode.UNKNOWN_INPUT: "found when inputs are bound: test_declared_inputs.py",
    ProblemCode.BAD_TABLE: "found when the table of a batch is read: flows/functions/test_batch_tables.py",
    ProblemCode.BREAKS_CALLERS: "found when a function is published: test_signature.py",
    ProblemCode.INPUT_REQUIRED: "found when inputs are bound: test_declared_inputs.py",
    ProblemCode.BAD_INPUT_VALUE: "found when inputs are bound: test_declared_inputs.py",
    ProblemCode.INPUT_NOT_AVAILABLE: "needs earlier runs: api/test_scopes.py",
}


def place(problem: Problem) -> dict[str, str | None]:
    """Give all but the sentence; the name of an input only where there is one."""
    silent = {"message"} if problem.input else {"message", "input"}
    return problem.model_dump(mode="json", exclude=silent)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case_has_exactly_these_problems(case: dict[str, Any]):
    checked = check_document(case["document"], node_types())
    assert [place(problem) for problem in checked.problems] == case["problems"]
    sentences = "\n".join(problem.message for problem in checked.problems)
    assert [words for words in case.get("says", []) if words not in sentences] == []
    refused = any(problem.code in BLOCKS_SAVING for problem in checked.problems)
    assert (checked.graph is None) == refused


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_problem_is_a_sentence(case: dict[str, Any]):
    for problem in check_document(case["document"], node_types()).problems:
        assert problem.message[0] in "“T" or problem.message.startswith(
            ("A ", "Node", "Connection")
        )
        assert problem.message.endswith(".")


def test_every_problem_code_has_a_case():
    seen = {problem["code"] for case in CASES for problem in case["problems"]}
    assert {*seen, *TESTED_ELSEWHERE} == set(ProblemCode)
    assert seen.isdisjoint(TESTED_ELSEWHERE)


def test_a_graph_put_together_by_code_is_checked_for_identity_too():
    twice = graph(node("words"), node("words"), edge("words", "gone", "text"))
    found = [problem.code for problem in check(twice, node_types())]
    assert found == [ProblemCode.DUPLICATE_NODE_ID, ProblemCode.DANGLING_EDGE]


def test_the_longest_chain_is_checked_without_a_deep_stack_and_fast():
    started = perf_counter()
    assert check(chain(5_000), node_types()) == []
    assert perf_counter() - started < 5


def test_the_longest_circle_is_one_problem_with_a_short_sentence():
    circle = chain(5_000)
    circle.nodes[0] = node("n0", "crop")
    circle.edges.insert(0, edge("n4999", "n0", "image"))
    [problem] = check(circle, node_types())
    assert problem.code is ProblemCode.CYCLE
    assert problem.edge_id == "n4998-n4999-image"
    assert problem.message.count("→") == 7
    assert "(4994 more)" in problem.message


def test_a_mesh_is_checked_fast():
    writers = [node(f"n{index}", "llm") for index in range(64)]
    edges = [
        edge(f"n{a}", f"n{b}", handle)
        for b in range(64)
        for a in range(b)
        for handle in ("userMessage", "systemPrompt")
    ]
    started = perf_counter()
    assert check(graph(*writers, *edges), node_types()) == []
    assert perf_counter() - started < 5


def test_long_labels_do_not_make_long_sentences():
    [problem] = check(graph(node("crop", "crop", label="very\nlong " * 100)), node_types())
    assert "“very long very long" in problem.message
    assert len(problem.message) < 150


ASSET = "5d6ad5a1-3a0c-4c8c-9f0e-6a1f6a2f6f0b"


def test_assets_are_found_and_missed_by_node():
    here = node("photo", "image", source={"kind": "asset", "assetId": ASSET})
    away = node("film", "video", source={"kind": "asset", "assetId": str(UUID(int=7))})
    both = graph(here, away, node("web", "image"), node("words"))
    assert asset_ids(both, node_types()) == {"photo": UUID(ASSET), "film": UUID(int=7)}
    [problem] = missing_assets(both, node_types(), {UUID(ASSET)})
    assert problem.code is ProblemCode.ASSET_NOT_FOUND
    assert (problem.node_id, problem.param) == ("film", "source")
    assert "“film”" in problem.message


@pytest.mark.parametrize(
    ("data", "today", "found"),
    [
        ({}, date(2026, 11, 30), []),
        ({"model": "gemini-3.8-flash"}, date(2026, 11, 30), []),
        ({"model": "a-model-of-tomorrow", "temperature": 0}, date(2026, 11, 30), []),
        (
            {"model": "gemini-2.5-flash"},
            date(2026, 11, 30),
            [
                (
                    "model_retired",
                    "model",
                    "is taken away by its provider on 1 December 2026; choose “gemini-3.5",
                )
            ],
        ),
        (
            {"model": "google/gemini-2.5-pro"},
            date(2026, 12, 1),
            [("model_retired", "model", "was taken away by its provider on 1 December 2026")],
        ),
        (
            {"model": "gemini-3.7-flash"},
            date(2026, 11, 30),
            [("model_retired", "model", "was replaced by its provider; choose “gemini-3.8-flash”")],
        ),
        (
            {"temperature": 0},
            date(2026, 11, 30),
            [("param_ignored", "temperature", "takes no temperature and is sent none")],
        ),
        (
            {"model": "openai/gpt-6-luna", "temperature": 0},
            date(2026, 11, 30),
            [("param_ignored", "temperature", "takes no temperature and is sent none")],
        ),
        (
            {"model": "openai/gpt-4o", "temperature": 0},
            date(2026, 11, 30),
            [("model_retired", "model", "on 14 January 2027; choose “openai/gpt-6-luna”")],
        ),
        ({"model": "openai/llama3.2:3b", "temperature": 0}, date(2026, 11, 30), []),
    ],
)
def test_what_becomes_of_a_model_is_a_warning_and_no_problem(
    data: dict[str, Any], today: date, found: list[tuple[str, str, str]]
):
    made = graph(node("writer", "llm", **data))
    assert check(made, node_types()) == []
    told = warnings(made, node_types(), today)
    assert [(each.code.value, each.param) for each in told] == [(c, p) for c, p, _ in found]
    for each, (_, _, words) in zip(told, found, strict=True):
        assert each.message.startswith("“writer”: ")
        assert words in each.message


@pytest.mark.parametrize(
    ("model", "codes"),
    [("openai/llava", ["model_unknown"]), ("openai/gpt-6-luna", []), ("gemini-tomorrow", [])],
)
def test_whether_a_model_of_a_service_of_ones_own_sees_is_not_known(model: str, codes: list[str]):
    sent = edge("photo", "writer", "images")
    made = graph(node("photo", "image"), node("writer", "llm", model=model), sent)
    told = warnings(made, node_types(), date(2026, 11, 30))
    assert [(each.code.value, each.param) for each in told] == [(code, "model") for code in codes]


def test_more_images_than_the_model_takes_are_a_problem():
    photos = [node(f"p{place}", "image") for place in range(65)]
    edges = [edge(each.id, "writer", "images") for each in photos]
    [problem] = check(graph(*photos, node("writer", "llm"), *edges), node_types())
    assert (problem.code, problem.node_id, problem.port) == (
        ProblemCode.TOO_MANY_CONNECTIONS,
        "writer",
        "images",
    )
    assert "65 connections" in problem.message
    assert "at most 64" in problem.message
    assert check(graph(*photos[1:], node("writer", "llm"), *edges[1:]), node_types()) == []
