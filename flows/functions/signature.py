"""The signature of a workflow: JSON Schemas of what a call gives and gets, and an example. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic import JsonValue

from flows.graph.check import NodeTypes
from flows.graph.declarations import resolve_inputs
from schemas.base import Model
from schemas.graph import DeclaredInput, DeclaredOutput, Graph, readable_title
from schemas.node_type import OutputPort
from schemas.values import BooleanValue, JsonDataValue, NumberValue, TextValue
from schemas.wire.value import AudioRead, ImageRead, VideoRead
from tasks.node_type.definition import NodeType
from tasks.node_type.ports import fields_by_handle, param_port
from tasks.registry import spec

Schema = dict[str, Any]
EXAMPLE_ADDRESS: Final = "https://example.com/"
_EXTENSIONS: Final = {"image": "photo.jpg", "video": "film.mp4"}
"""What the example of an input for a file ends with, by the kind of its node's output."""
_EXAMPLES: Final[Mapping[str, JsonValue]] = {
    "integer": 1,
    "number": 1,
    "boolean": True,
    "object": {},
    "array": [],
    "string": "Some text",
}


def _resolved(value: Any, definitions: Mapping[str, Schema]) -> Any:
    """Put what a schema refers to in its place; no schema here refers to itself."""
    if isinstance(value, list):
        return [_resolved(each, definitions) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    schema = cast("Schema", value)
    target = schema.get("$ref")
    if isinstance(target, str):
        rest = {key: each for key, each in schema.items() if key != "$ref"}
        return _resolved(definitions[target.rsplit("/", 1)[1]] | rest, definitions)
    return {
        key: _resolved(each, definitions)
        for key, each in schema.items()
        if not key.startswith("x-") and key not in {"discriminator", "$defs"}
    }


def _value_schema(model: type[Model]) -> Schema:
    schema = model.model_json_schema(mode="serialization")
    return _resolved(schema, schema.get("$defs", {}))


_VALUES: Final[Mapping[str, Schema]] = {
    model.model_fields["kind"].default: _value_schema(model)
    for model in (
        TextValue,
        NumberValue,
        BooleanValue,
        JsonDataValue,
        ImageRead,
        VideoRead,
        AudioRead,
    )
}


@dataclass(frozen=True)
class Signature:
    """What a call of a workflow gives and gets; both are JSON Schemas of objects."""

    inputs: Schema
    outputs: Schema
    example: dict[str, JsonValue]
    """Inputs that a call may give."""


def read_signature(graph: Graph, node_types: NodeTypes) -> Signature:
    """Give the signature of a graph without problems; what points nowhere is left out."""
    types = {node.id: node_types.get(node.type) for node in graph.nodes}
    inputs: dict[str, Schema] = {}
    example: dict[str, JsonValue] = {}
    for declared, node, node_type in resolve_inputs(graph, node_types):
        typed = node.data.get(declared.param)
        inputs[declared.name], example[declared.name] = _input(declared, node_type, typed)
    outputs = {
        declared.name: _output(declared, port)
        for declared in graph.outputs
        if (node_type := types.get(declared.node_id))
        and (port := node_type.output_port(declared.handle))
    }
    required = [each.name for each in graph.inputs if each.name in inputs and each.is_required]
    return Signature(_object(inputs, required), _object(outputs, list(outputs)), example)


def _object(properties: dict[str, Schema], required: list[str]) -> Schema:
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": required} if required else {})


def _input(declared: DeclaredInput, node_type: NodeType, typed: Any) -> tuple[Schema, JsonValue]:
    """Give the schema of an input, and a value for it; `typed` is what its node has."""
    is_file = declared.param == node_type.asset_param
    default = declared.default
    if is_file:
        schema = _file_schema(node_type)
        sample: JsonValue = {"url": EXAMPLE_ADDRESS + _EXTENSIONS.get(node_type.output, "file")}
    else:
        schema = _param_schema(node_type, declared.param)
        sample = default if default is not None else typed
        if default is None and typed is not None and not declared.required:
            default = typed
    said = {
        "title": readable_title(declared),
        "description": declared.description,
        "default": default,
    }
    schema = schema | {key: value for key, value in said.items() if value is not None}
    return schema, _sample(schema) if sample in (None, "") else sample


def _param_schema(node_type: NodeType, param: str) -> Schema:
    """Give the schema of a param by itself, as the catalogue has it, without hints for editors."""
    params = spec(node_type).params
    definitions = cast("Mapping[str, Schema]", params.get("$defs", {}))
    properties = cast("Mapping[str, Schema]", params["properties"])
    schema = cast("Schema", _resolved(properties[param], definitions))
    default = schema.pop("default", None)  # what is typed in the node stands for it
    if default and "pattern" in schema:
        schema["examples"] = [default]  # such as a colour, which no plain text is
    if node_type.category == "input":  # it speaks of the canvas, which callers never see
        schema.pop("description", None)
    if param_port(fields_by_handle(node_type.params)[param]).many:
        many = {"type": "array", "items": {"type": "string"}}
        described = {key: schema.pop(key) for key in ("title", "description") if key in schema}
        schema = {"anyOf": [schema, many]} | described
    return schema


def _file_schema(node_type: NodeType) -> Schema:
    def reference(*required: str, **properties: Schema) -> Schema:
        return _object(properties, list(required))

    text: Schema = {"type": "string"}
    params = cast("Mapping[str, Schema]", spec(node_type).params["properties"])
    accepted: Schema = {"examples": params[str(node_type.asset_param)].get("x-accept", [])}
    return {
        "description": f"The {node_type.output}: one that is stored, or a public address, or the file itself.",
        "anyOf": [
            reference("assetId", assetId=text | {"format": "uuid"}),
            reference("url", url=text | {"format": "uri"}),
            reference(
                "base64", base64=text | {"contentEncoding": "base64"}, mediaType=text | accepted
            ),
        ],
    }


def _sample(schema: Schema) -> JsonValue:
    """Give a value that a schema allows, in the usual cases."""
    for key in ("default", "const"):
        if schema.get(key) is not None:
            return schema[key]
    for key in ("enum", "examples"):
        if schema.get(key):
            return schema[key][0]
    options = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if options:
        return _sample(options[0])
    smallest = schema.get("minimum")
    return smallest if smallest is not None else _EXAMPLES.get(str(schema.get("type")), "Some text")


def _output(declared: DeclaredOutput, port: OutputPort) -> Schema:
    value = _VALUES[port.kind]
    if port.is_list:
        properties: dict[str, Schema] = {
            "kind": {"const": "list"},
            "of": {"const": port.kind},
            "items": {"type": "array", "items": value},
        }
        value = _object(properties, list(properties))
    said = {"title": readable_title(declared), "description": declared.description}
    return {"anyOf": [value, {"type": "null"}]} | {key: text for key, text in said.items() if text}
