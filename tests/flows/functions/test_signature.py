"""What a workflow takes and gives as a function, and which changes its callers would notice."""

from typing import Any

import jsonschema
import pytest

from flows.functions.compatibility import breaking_changes
from flows.functions.signature import Signature, read_signature
from flows.graph.input_values import read_input_value
from schemas.graph import DeclaredInput, Graph
from tasks.registry import node_types


def node(id: str, type: str, **data: Any) -> dict[str, Any]:
    return {"id": id, "type": type, "position": {"x": 0, "y": 0}, "data": data}


NODES = [
    node("a", "text", text="Teapots"),
    node("p", "image"),
    node("r", "resize", width=300),
    node("m", "llm", userMessage="{{input}}"),
]
TOPIC = {"name": "topic", "nodeId": "a", "param": "text", "required": True}
PHOTO = {"name": "photo", "nodeId": "p", "param": "source", "required": True}
WIDTH = {"name": "width", "nodeId": "r", "param": "width", "title": "Width"}
FIT = {"name": "fit", "nodeId": "r", "param": "fit", "required": True, "default": "cover"}
POST = {"name": "post", "nodeId": "m"}
SMALL = {"name": "small", "nodeId": "r", "description": "The photo, smaller"}


def graph(inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> Graph:
    return Graph.model_validate(
        {"name": "Test", "nodes": NODES, "edges": [], "inputs": inputs, "outputs": outputs}
    )


def signature(inputs: list[dict[str, Any]], *outputs: dict[str, Any]) -> Signature:
    return read_signature(graph(inputs, list(outputs)), node_types())


def test_inputs_are_as_their_params_and_outputs_as_their_nodes() -> None:
    found = signature([TOPIC, PHOTO, WIDTH, FIT], POST, SMALL)
    assert found.inputs["required"] == ["topic", "photo"]
    inputs = found.inputs["properties"]
    assert inputs["width"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 8192,
        "title": "Width",
        "default": 300,
    }
    assert (inputs["fit"]["enum"], inputs["fit"]["default"]) == (
        ["contain", "cover", "fill"],
        "cover",
    )
    assert "default" not in inputs["topic"]
    assert inputs["topic"]["title"] == "Topic"  # and not that of the param, “Text”
    assert found.outputs["properties"]["small"]["title"] == "Small"
    accepted = inputs["photo"]["anyOf"][2]["properties"]["mediaType"]["examples"]
    assert "image/jpeg" in accepted
    assert not any(each.startswith("video/") for each in accepted)
    assert found.example == {
        "topic": "Teapots",
        "photo": {"url": "https://example.com/photo.jpg"},
        "width": 300,
        "fit": "cover",
    }
    check = jsonschema.Draft202012Validator(found.inputs)
    check.validate(found.example)
    check.validate({"topic": "x", "photo": {"assetId": "0b9f6a34-51a2-5d0c-8f3e-4a7c2d1e9b60"}})
    for wrong in (
        {"topic": 7},
        {"photo": {"path": "/etc/passwd"}},
        {"photo": {"assetId": "x", "url": "y"}},
        {"width": 0},
        {"other": 1},
    ):
        assert not check.is_valid(found.example | wrong), wrong
    outputs = jsonschema.Draft202012Validator(found.outputs)
    outputs.validate({"post": {"kind": "text", "text": "x"}, "small": None})
    assert not outputs.is_valid({"post": {"kind": "image"}, "small": None})
    assert found.outputs["properties"]["small"]["description"] == "The photo, smaller"


@pytest.mark.parametrize("type", sorted(node_types()))
def test_every_param_can_be_an_input_with_an_example_that_is_taken(type: str) -> None:
    node_type = node_types()[type]
    data = node_type.example.data
    names = [field.alias or name for name, field in node_type.params.model_fields.items()]
    declared = [
        {"name": f"input_{place}", "nodeId": "n", "param": name} for place, name in enumerate(names)
    ]
    document = {"name": "Test", "nodes": [node("n", type, **data)], "inputs": declared}
    read = Graph.model_validate(document)
    found = read_signature(read, node_types())
    jsonschema.Draft202012Validator.check_schema(found.inputs)
    jsonschema.Draft202012Validator(found.inputs).validate(found.example)
    for each in read.inputs:
        alone = DeclaredInput.model_validate(each)
        value = found.example[each.name]
        assert read_input_value(read.nodes[0], node_type, alone, value).problems == [], each


def test_what_points_nowhere_is_left_out() -> None:
    found = signature(
        [TOPIC | {"nodeId": "gone"}, WIDTH | {"param": "gone"}], POST | {"nodeId": "gone"}
    )
    assert found.inputs["properties"] == found.outputs["properties"] == {}


@pytest.mark.parametrize(
    ("inputs", "outputs", "says"),
    [
        ([], [POST], ["“topic” is gone"]),
        ([TOPIC | {"name": "subject"}], [POST], ["“topic” is gone", "“subject” is new"]),
        ([TOPIC, WIDTH | {"required": True}], [POST], ["“width” is new and required"]),
        ([TOPIC | {"nodeId": "r", "param": "width"}], [POST], ["“topic” would not take every"]),
        ([TOPIC | {"nodeId": "r", "param": "fit"}], [POST], ["“topic” would not take every"]),
        ([TOPIC], [], ["result “post” is gone"]),
        ([TOPIC], [POST | {"nodeId": "r"}], ["result “post” would be of another kind"]),
    ],
)
def test_what_breaks_callers_is_said(
    inputs: list[Any], outputs: list[Any], says: list[str]
) -> None:
    found = list(breaking_changes(signature([TOPIC], POST), signature(inputs, *outputs)))
    assert len(found) == len(says)
    for problem, part in zip(found, says, strict=True):
        assert (problem.code, part in problem.message) == ("breaks_callers", True), problem


def test_an_input_that_becomes_required_breaks_callers_unless_it_has_a_default() -> None:
    before = signature([WIDTH])
    (found,) = breaking_changes(before, signature([WIDTH | {"required": True}]))
    assert (found.input, "would be required" in found.message) == ("width", True)
    assert not list(breaking_changes(before, signature([WIDTH | {"required": True, "default": 5}])))


def test_what_callers_do_not_notice_is_no_break() -> None:
    before = signature([TOPIC], POST)
    for inputs, outputs in (
        ([TOPIC], [POST]),
        ([TOPIC | {"required": False}, WIDTH, FIT], [POST, SMALL]),
        ([TOPIC | {"nodeId": "m", "param": "userMessage", "title": "Else"}], [POST]),
        ([TOPIC], [POST | {"nodeId": "a"}]),
    ):
        assert not list(breaking_changes(before, signature(inputs, *outputs))), inputs


def test_limits_that_become_tighter_are_narrower() -> None:
    def limited(**limits: Any) -> Signature:
        schema = {"type": "object", "properties": {"x": {"type": "number", **limits}}}
        return Signature(schema, {"type": "object", "properties": {}}, {})

    before = limited(minimum=0, maximum=10)
    for narrower in ({"minimum": 1, "maximum": 10}, {"minimum": 0, "maximum": 9}):
        assert list(breaking_changes(before, limited(**narrower)))
    for wider in ({}, {"minimum": -1}, {"minimum": 0, "maximum": 11}):
        assert not list(breaking_changes(before, limited(**wider)))
    assert not list(breaking_changes(limited(type="integer"), limited(type="number")))
    assert list(breaking_changes(limited(type="number"), limited(type="integer")))
    assert list(breaking_changes(limited(enum=["a", "b"]), limited(enum=["a"])))
    assert not list(breaking_changes(limited(enum=["a"]), limited(enum=["a", "b"])))
    assert list(breaking_changes(limited(), limited(enum=["a"])))
