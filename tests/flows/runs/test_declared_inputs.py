"""Values that callers give by name, bound to params."""

from typing import Any

import pytest

from flows.runs.declared_inputs import bind_inputs
from schemas.graph import DeclaredInput, Graph
from support.nodes.graphs import graph, node
from tasks.registry import node_types

ASSET = "5d6ad5a1-3a0c-4c8c-9f0e-6a1f6a2f6f0b"
NOTE = {"name": "topic", "nodeId": "note", "param": "text"}
PHOTO = {"name": "photo", "nodeId": "photo", "param": "source", "required": True}
PROMPT = {"name": "prompt", "nodeId": "writer", "param": "userMessage"}
LEFT = {"name": "left", "nodeId": "cut", "param": "xPercent", "default": 10}


def function(*inputs: dict[str, Any]) -> Graph:
    drawn = graph(
        node("note", text="Typed"),
        node("photo", "image"),
        node("writer", "llm"),
        node("cut", "crop"),
    )
    declared = [DeclaredInput.model_validate(each) for each in inputs]
    return drawn.model_copy(update={"inputs": declared})


@pytest.mark.parametrize(
    ("declared", "value", "param_value"),
    [
        (NOTE, "Given", "Given"),
        (PHOTO, {"assetId": ASSET}, {"kind": "asset", "assetId": ASSET}),
        (PHOTO, {"url": "https://example.com/a"}, {"kind": "url", "url": "https://example.com/a"}),
        (PROMPT, ["One", "Two"], "One\n\nTwo"),
        (LEFT, 25.5, 25.5),
    ],
)
def test_a_value_becomes_what_its_param_takes(
    declared: dict[str, Any], value: Any, param_value: Any
) -> None:
    bound = bind_inputs(function(declared), {declared["name"]: value}, node_types(), strict=True)
    assert bound.problems == []
    assert bound.overrides == {declared["nodeId"]: {declared["param"]: param_value}}
    assert bound.values == {declared["name"]: value}


@pytest.mark.parametrize(
    ("declared", "value", "says"),
    [
        (NOTE, 7, "text"),
        (NOTE, ["One", 2], "text"),
        (PHOTO, "https://example.com/a.png", "assetId"),
        (PHOTO, {"path": "/etc/passwd"}, "assetId"),
        (PHOTO, {"url": "file:///etc/passwd"}, "http"),
        (PHOTO, {"assetId": "none"}, "photo"),
        (PHOTO, {"base64": "AAAA", "mediaType": "image/png"}, "no file that can be read"),
        (LEFT, 101, "100"),
        (LEFT, True, "number"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_its_input(
    declared: dict[str, Any], value: Any, says: str
) -> None:
    bound = bind_inputs(function(declared), {declared["name"]: value}, node_types(), strict=False)
    assert [each.input for each in bound.problems] == [declared["name"]]
    assert f"“{declared['name']}”" in bound.problems[0].message
    assert says in bound.problems[0].message


def test_all_problems_are_said_at_once() -> None:
    given = {"topic": 7, "left": -1, "unknown": 1, "other": 2}
    bound = bind_inputs(function(NOTE, PHOTO, LEFT), given, node_types(), strict=True)
    assert [(each.code, each.input) for each in bound.problems] == [
        ("unknown_input", "unknown"),
        ("unknown_input", "other"),
        ("bad_input_value", "topic"),
        ("input_required", "photo"),
        ("bad_input_value", "left"),
    ]


def test_what_is_not_given_has_its_default_or_what_is_typed() -> None:
    bound = bind_inputs(function(NOTE, PHOTO, LEFT), {}, node_types(), strict=False)
    assert bound.problems == []
    assert bound.overrides == {"cut": {"xPercent": 10}}
    assert bound.values == {"left": 10}


def test_a_value_that_is_typed_already_makes_no_version_of_its_own() -> None:
    bound = bind_inputs(function(NOTE), {"topic": "Typed"}, node_types(), strict=False)
    assert (dict(bound.overrides), bound.values) == ({}, {"topic": "Typed"})
