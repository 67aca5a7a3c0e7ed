"""What may be chosen in Prefect's form, and what is said of what cannot be."""

from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from flows.prefect.host.run_parameters import (
    MAX_NODES_OFFERED,
    RunParameters,
    form_schema,
    has_form,
)
from schemas.errors import InvalidInputError


@pytest.mark.parametrize(
    ("given", "scope"),
    [
        ({}, {"kind": "all"}),
        ({"scope": None, "nodes": None, "revision": None}, {"kind": "all"}),
        ({"scope": "nodes", "nodes": ["a", "b"]}, {"kind": "nodes", "nodeIds": ["a", "b"]}),
        ({"scope": "from", "nodes": ["a"]}, {"kind": "from", "nodeId": "a"}),
        ({"scope": "until", "nodes": ["a"]}, {"kind": "until", "nodeId": "a"}),
    ],
)
def test_what_is_chosen_becomes_what_a_client_would_send(
    given: dict[str, Any], scope: dict[str, Any]
) -> None:
    created = RunParameters.read({"workflow_id": "7", **given}).run_create()
    assert created.scope.model_dump(mode="json", by_alias=True) == scope
    Draft202012Validator(form_schema(["a", "b"])).validate(
        {name: value for name, value in given.items() if value is not None}
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Give the id of a workflow as workflow_id."),
        ({"workflow_id": "seven"}, "workflow_id: Input should be a valid integer"),
        ({"workflow_id": 7, "revision": 0}, "revision: "),
        ({"workflow_id": 7, "reuse": "sometimes"}, "reuse: "),
        ({"workflow_id": 7, "nodes": ["a"]}, "Scope “all” takes no nodes, not 1."),
        ({"workflow_id": 7, "scope": "nodes"}, "takes at least one node, not 0."),
        ({"workflow_id": 7, "scope": "from", "nodes": ["a", "b"]}, "exactly one node, not 2."),
        ({"workflow_id": 7, "scope": "nodes", "nodes": ["x" * 200]}, "nodes.0: "),
        ({"run_id": "mine"}, "run_id: "),
        ({"workflow_id": 7, "inputs": "Tea"}, "inputs: "),
    ],
)
def test_what_cannot_be_is_said(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        RunParameters.read(given)
    assert sentence in raised.value.message


def test_a_run_or_a_schedule_is_enough() -> None:
    assert RunParameters.read({"run_id": str(uuid4())}).run_id
    assert RunParameters.read({"schedule_id": str(uuid4())}).schedule_id


def test_inputs_are_given_to_the_run_but_those_left_empty() -> None:
    url = "https://example.com/a.png"
    inputs: dict[str, Any] = {"topic": "", "tone": None, "photo": {"url": url, "assetId": None}}
    inputs |= {"film": {"url": "", "assetId": ""}, "shape": {"type": "object"}}
    read = RunParameters.read({"workflow_id": 7, "inputs": inputs})
    shape = {"type": "object"}
    assert read.run_create().inputs == {"topic": "", "photo": {"url": url}, "shape": shape}


def test_the_form_is_known_again_and_offers_no_endless_list() -> None:
    schema = form_schema([f"n{number}" for number in range(MAX_NODES_OFFERED + 1)])
    assert "enum" not in schema["properties"]["nodes"]["items"]
    assert "workflow_id" not in schema["properties"]
    assert has_form(schema)
    assert not has_form({"type": "object", "properties": {}})
    assert not has_form(None)
