"""Typed functions that are made from the document of what is published, whatever names there are."""

import ast
from collections.abc import Mapping
from typing import Any, get_type_hints

import pytest

import nodeloom_client
from nodeloom_client.stubs import generate_stubs

TEXT = {"type": "string"}
FILE = {"anyOf": [{"type": "object", "properties": {"assetId": TEXT}}]}


def value(kind: str) -> dict[str, Any]:
    return {"type": "object", "properties": {"kind": {"const": kind}}}


def output(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(kind: str) -> dict[str, Any]:
    return {"type": "object", "properties": {"kind": {"const": "list"}, "of": {"const": kind}}}


def operation(
    name: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any], title: str = "A workflow"
) -> dict[str, Any]:
    given = {"schema": {"type": "object", "properties": inputs, "required": list(inputs)[:1]}}
    result = {"schema": {"properties": {"outputs": {"properties": outputs}}}}
    return {
        "operationId": name,
        "summary": title,
        "requestBody": {"content": {"application/json": given}},
        "responses": {"200": {"content": {"application/json": result}}},
    }


def generated(*operations: Mapping[str, Any]) -> dict[str, Any]:
    paths = {f"/api/functions/{each['operationId']}": {"post": each} for each in operations}
    text = generate_stubs({"paths": paths})
    module: dict[str, Any] = {}
    exec(compile(ast.parse(text), "functions.py", "exec"), module)
    return module


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        (TEXT, "str"),
        ({"type": "integer"}, "int"),
        ({"type": "number", "minimum": 0}, "float"),
        ({"type": "boolean"}, "bool"),
        ({"enum": ["a'b", 2]}, "Literal"),
        ({"anyOf": [TEXT, {"type": "array", "items": TEXT}]}, "str | list[str]"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "float | None"),
        (FILE, "FileInput"),
        ({"description": "anything"}, "Any"),
    ],
)
def test_inputs_have_the_types_of_their_schemas(schema: dict[str, Any], wanted: str) -> None:
    module = generated(operation("posts", {"a": schema, "b": schema}, {}))
    inputs = module["PostsInputs"]
    assert inputs.__required_keys__ == {"a"}
    assert inputs.__optional_keys__ == {"b"}
    hint = get_type_hints(inputs)["a"]
    if wanted == "FileInput":
        assert hint == nodeloom_client.FileInput
    else:
        assert wanted in str(hint) or getattr(hint, "__name__", "") == wanted


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        (value("text"), str | None),
        (value("number"), float | None),
        (value("boolean"), bool | None),
        (value("json"), Any | None),
        (value("image"), nodeloom_client.File | None),
        (list_of("video"), list[nodeloom_client.File] | None),
        (list_of("text"), list[str] | None),
    ],
)
def test_outputs_have_the_types_of_their_kinds(schema: dict[str, Any], wanted: Any) -> None:
    module = generated(operation("posts", {}, {"post": output(schema)}))
    assert get_type_hints(module["PostsOutputs"])["post"] == wanted


def test_names_that_mean_something_in_python_make_no_other_code() -> None:
    names = ["class", "str", "str_", "a_b", "a__b", "list", "client", "print"]
    inputs = {"class": TEXT, "import": TEXT, "str": TEXT, "self": TEXT}
    outputs = {"from": output(value("text"))}
    title = 'Ends """ here\\ \n import os'
    module = generated(*(operation(name, inputs, outputs, title) for name in names))

    class Recorder:
        def values(self, name: str, given: dict[str, Any]) -> Any:
            return name, given

    given = {"class": "a", "client": "b"}
    functions = [found for key, found in module.items() if key[0].islower() and callable(found)]
    called: list[Any] = [function(Recorder(), **given) for function in functions]
    assert sorted(called) == sorted((name, given) for name in names)
    assert all("import os" in str(function.__doc__) for function in functions)
    assert module["_n"] is nodeloom_client


def test_nothing_published_makes_an_empty_module() -> None:
    assert [name for name in generated() if not name.startswith("_")] == []
