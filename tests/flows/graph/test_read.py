"""Reading raw documents; what each problem looks like is in `cases/problems.json`."""

import json
from typing import Any

import pytest

from flows.graph.read import read_graph
from schemas.graph import MAX_BYTES
from schemas.problem import ProblemCode
from support.nodes.graphs import chain, edge, graph, node


def document(**data: Any) -> dict[str, Any]:
    """Give a raw document with one text node."""
    return graph(node("words", "text", **data)).document()


def codes(raw: object) -> list[ProblemCode]:
    reading = read_graph(raw)
    assert (reading.graph is None) == bool(reading.problems)
    return [problem.code for problem in reading.problems]


def test_a_graph_survives_reading_and_writing():
    raw = document(text="Grüße 👋", settings={"retries": 2})
    raw["nodes"][0] |= {"width": 320, "style": {"opacity": 0.5}, "parentId": "group"}
    reading = read_graph(raw)
    assert reading.graph is not None
    assert reading.graph.document() == raw


def test_the_viewport_may_be_absent():
    raw = document()
    del raw["viewport"]
    assert codes(raw) == []


def test_how_the_canvas_looks_right_now_and_run_state_are_dropped():
    raw = document()
    raw["nodes"][0] |= {"selected": True, "dragging": False, "measured": {"width": 320}}
    raw["nodes"][0]["data"] |= {"status": "success", "isRunning": False, "output": "Hello"}
    raw["nodes"].append(node("writer", "llm").model_dump(mode="json"))
    raw["edges"] = [edge("words", "writer", "userMessage", selected=True).model_dump(mode="json")]
    reading = read_graph(raw)
    assert reading.graph is not None
    kept = reading.graph.document()
    assert kept["nodes"][0].keys() == {"id", "type", "position", "data"}
    assert kept["nodes"][0]["data"] == {"label": "words", "text": "Hello"}
    assert "selected" not in kept["edges"][0]


@pytest.mark.parametrize("raw", [None, 1, "text", [], [{}], True])
def test_what_is_no_object_is_no_graph(raw: object):
    assert codes(raw) == [ProblemCode.MALFORMED]


def test_a_null_is_not_a_missing_field():
    assert codes(document() | {"viewport": None}) == [ProblemCode.MALFORMED]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 10**400])
def test_numbers_that_no_editor_can_hold_are_refused_with_their_place(number: float):
    raw = document()
    raw["nodes"][0]["position"]["x"] = number
    [problem] = read_graph(raw).problems
    assert problem.code is ProblemCode.MALFORMED
    assert problem.node_id == "words"
    assert "“position.x”" in problem.message


def test_nesting_beyond_any_stack_is_refused():
    deep: list[Any] = []
    for _ in range(200_000):
        deep = [deep]
    raw = document()
    raw["nodes"][0]["data"]["deep"] = deep
    assert codes(raw) == [ProblemCode.MALFORMED]
    for field in ("name", "nodes", "edges", "viewport", "unknown"):
        assert codes(document() | {field: deep}) == [ProblemCode.MALFORMED]


def test_a_problem_with_an_unspeakable_id_can_be_sent():
    raw = document()
    raw["nodes"][0]["id"] = "\ud800\x00"
    [problem] = read_graph(raw).problems
    assert json.loads(problem.model_dump_json())["nodeId"] == "��"


def test_a_field_name_with_a_nul_character_is_refused():
    [problem] = read_graph(document(**{"a\x00": 1})).problems
    assert "has a field whose name has a NUL character" in problem.message


def test_500_nodes_are_a_graph_and_501_are_not():
    assert codes(chain(500).document()) == []
    assert codes(chain(501).document()) == [ProblemCode.TOO_MANY_NODES]


def test_2000_edges_are_a_graph_and_2001_are_not():
    raw = document()
    raw["edges"] = [{"id": str(n), "source": "words", "target": "words"} for n in range(2_000)]
    assert codes(raw) == []
    raw["edges"].append({"id": "one more", "source": "words", "target": "words"})
    assert codes(raw) == [ProblemCode.TOO_MANY_EDGES]


def test_a_graph_is_as_large_as_its_compact_json_in_bytes():
    raw = document(text="")
    room = MAX_BYTES - len(json.dumps(raw, separators=(",", ":")))
    raw["nodes"][0]["data"]["text"] = "ü" * (room // 2)
    assert codes(raw) == []
    raw["nodes"][0]["data"]["text"] += "ü"
    assert codes(raw) == [ProblemCode.GRAPH_TOO_LARGE]


def test_a_file_inside_the_document_does_not_count_as_it_becomes_an_asset():
    source = {"kind": "base64", "mediaType": "image/png", "data": "A" * 2 * MAX_BYTES}
    assert codes(graph(node("photo", "image", source=source)).document()) == []


def test_a_flood_of_mistakes_is_not_answered_with_a_flood_of_problems():
    unknown = {f"field {number}": 1 for number in range(10_000)}
    assert len(codes(document() | unknown)) == 10
    assert len(codes({"name": "Flood", "nodes": [0] * 100_000, "edges": []})) == 1


@pytest.mark.parametrize("position", [None, {"x": None, "y": None}, {"x": None, "y": 0}])
def test_null_where_a_place_should_be_is_no_place_yet(position: Any):
    raw = document(text="Hello")
    raw["nodes"][0]["position"] = position
    reading = read_graph(raw)
    assert reading.graph is not None, reading.problems
    assert reading.graph.document()["nodes"][0]["position"] == {"x": 0, "y": 0}


def test_a_node_whose_data_is_null_has_none():
    raw = graph(node("words", "text")).document()
    raw["nodes"][0]["data"] = None
    reading = read_graph(raw)
    assert reading.graph is not None, reading.problems
    assert reading.graph.document()["nodes"][0]["data"] == {}
