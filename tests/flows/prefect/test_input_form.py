"""What Prefect's form asks for as the inputs of a workflow."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flows.planning.compiled import CompiledVersion
from flows.prefect.host.compile import compile_workflow
from flows.prefect.host.run_parameters import FILE_FIELDS
from flows.prefect.input_form import inputs_schema
from flows.runs.declared_inputs import bind_inputs
from schemas.graph import DeclaredInput, Graph
from support.nodes.graphs import graph, node
from tasks.registry import node_types

INPUTS: list[dict[str, Any]] = [
    {"name": "topic", "nodeId": "note", "param": "text", "title": "Topic", "required": True},
    {"name": "photo", "nodeId": "photo", "param": "source", "description": "Of the product."},
    {"name": "warmth", "nodeId": "writer", "param": "temperature", "default": 1},
    {"name": "model", "nodeId": "writer", "param": "model"},
    {"name": "cut", "nodeId": "writer", "param": "truncatedAnswer"},
    {"name": "shape", "nodeId": "writer", "param": "responseSchema"},
    {"name": "left", "nodeId": "edge", "param": "xPercent", "required": True, "default": 10},
    {"name": "moment", "nodeId": "still", "param": "timestamp"},
]


def function(inputs: list[dict[str, Any]] = INPUTS) -> Graph:
    drawn = graph(
        node("note", text="private"),
        node("photo", "image"),
        node("writer", "llm", userMessage="private"),
        node("edge", "crop"),
        node("still", "frame"),
    )
    declared = [DeclaredInput.model_validate(each) for each in inputs]
    return drawn.model_copy(update={"inputs": declared})


def schema_of(graph: Graph) -> dict[str, Any]:
    schema = inputs_schema(graph, node_types())
    assert schema is not None
    return schema


def test_each_input_has_its_type_limits_title_place_and_declared_default() -> None:
    schema = schema_of(function())
    assert schema["required"] == ["topic"]
    properties = schema["properties"]
    assert [each["position"] for each in properties.values()] == list(range(8))
    topic, warmth, left = (properties[name] for name in ("topic", "warmth", "left"))
    assert (topic["type"], topic["title"]) == ("string", "Topic")
    assert (warmth["type"], warmth["minimum"], warmth["maximum"]) == ("number", 0, 2)
    assert (warmth["default"], left["default"], left["maximum"]) == (1, 10, 100)
    assert properties["cut"]["enum"] == ["fail", "accept"]
    assert properties["shape"]["type"] == "object"
    assert properties["photo"]["description"] == "Of the product."
    assert properties["photo"]["properties"].keys() == FILE_FIELDS
    assert properties["moment"]["anyOf"] == [{"type": "number"}, {"type": "string"}]


def test_what_is_typed_in_nodes_and_hints_for_the_editor_are_not_in_it() -> None:
    text = str(schema_of(function()))
    assert "private" not in text
    assert "x-" not in text
    assert "$ref" not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("topic", "Tea"),
        ("photo", {"url": "https://example.com/a.png"}),
        ("warmth", 0.5),
        ("shape", {"type": "object"}),
        ("left", 12.5),
        ("moment", "50%"),
        ("moment", 3),
    ],
)
def test_what_the_form_gives_is_what_a_run_takes(name: str, value: object) -> None:
    made = function()
    given: Any = {"topic": "Tea", name: value}
    Draft202012Validator(schema_of(made)).validate(given)
    assert bind_inputs(made, given, node_types(), strict=True).problems == []


def test_a_compiled_flow_has_the_inputs_as_parameters() -> None:
    made = function()
    version = CompiledVersion.of(made, node_types())
    flow = compile_workflow(version, frozenset(each.id for each in made.nodes), "Test", 1)
    assert (
        flow.parameters.properties["inputs"] | schema_of(made)
        == (flow.parameters.properties["inputs"])
    )
    assert flow.describe()["inputs"] == schema_of(made)


def test_without_declarations_or_with_those_that_point_nowhere_there_is_nothing() -> None:
    nowhere = [{"name": "a", "nodeId": "gone", "param": "text"}]
    nowhere.append({"name": "b", "nodeId": "note", "param": "gone"})
    assert inputs_schema(function([]), node_types()) is None
    assert inputs_schema(function(nowhere), node_types()) is None
