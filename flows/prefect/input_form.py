"""What Prefect's form asks for as the declared inputs of a workflow. No Prefect here.

Defaults are those that the owner has declared: what is typed in a node stays with us.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from flows.graph.check import NodeTypes
from flows.graph.declarations import resolve_inputs
from schemas.graph import DeclaredInput, Graph, readable_title
from tasks.node_type.definition import NodeType

Schema = dict[str, Any]
_NOT_SHOWN: Final = frozenset({"default", "discriminator", "additionalProperties"})
_FILE: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "url": {"title": "Address", "description": "Of a file on the web.", "type": "string"},
        "assetId": {
            "title": "Asset",
            "description": "Instead: the id of a file that was uploaded to Nodeloom.",
            "type": "string",
        },
    },
}


def inputs_schema(graph: Graph, node_types: NodeTypes) -> Schema | None:
    """Give the JSON Schema of an object with all inputs by name; None: there are none.

    Declarations that point nowhere are the check's to report.
    """
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for declared, _, node_type in resolve_inputs(graph, node_types):
        schema = _input_schema(declared, node_type)
        properties[declared.name] = {**schema, "position": len(properties)}
        required += [declared.name] if declared.is_required else []
    if not properties:
        return None
    return {
        "title": "Inputs",
        "description": "What the workflow declares; empty: what it has itself.",
        "type": "object",
        "properties": properties,
        "required": required,
    }


def _input_schema(declared: DeclaredInput, node_type: NodeType) -> Schema:
    is_file = declared.param == node_type.asset_param
    schema = {**_FILE} if is_file else {**_param_schemas(node_type)[declared.param]}
    said = {
        "title": readable_title(declared),
        "description": declared.description,
        "default": declared.default,
    }
    return schema | {key: value for key, value in said.items() if value is not None}


@cache
def _param_schemas(node_type: NodeType) -> Mapping[str, Schema]:
    """Give the schemas of params as a form needs them: without hints, defaults and null."""
    found = node_type.params.model_json_schema(by_alias=True)["properties"]
    return {name: _plain_schema(schema) for name, schema in found.items()}


def _plain_schema(schema: Mapping[str, Any]) -> Schema:
    plain = {
        key: value
        for key, value in schema.items()
        if key not in _NOT_SHOWN and not key.startswith("x-")
    }
    options = [each for each in plain.get("anyOf", ()) if each.get("type") != "null"]
    if len(options) == 1:
        del plain["anyOf"]
        plain |= _plain_schema(options[0])
    return plain
