"""The graph in the OpenAPI document: one schema for what is sent and what is read back.

A draft may hold what cannot run yet: a number out of its range, a word that is not among the
choices. It can be saved, so it can be read back; the schemas of a node's data therefore keep
the types and the names of its params, which saving insists on, and say their limits in words.
The limits as JSON Schema are in the catalogue, and `POST …/check` applies them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from api.openapi.operations import COMPONENTS_PREFIX, Schema, component_ref
from schemas.graph import (
    MAX_DECLARATIONS,
    MAX_EDGES,
    MAX_ID_LENGTH,
    MAX_NAME_LENGTH,
    MAX_NODES,
)
from schemas.node_type import OUTPUT_HANDLE, NodeTypeSpec
from tasks.node_type.definition import NodeData

_CONSTRAINT_KEYWORDS: Final = frozenset(
    {
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "maximum",
        "maxLength",
        "minimum",
        "minLength",
        "pattern",
    }
)
"""Keywords that a run insists on and a draft may break."""
_NAME_MAPS: Final = frozenset({"$defs", "properties"})
"""Keywords whose members are names, which may be any word."""


def graph_schemas(specs: Iterable[NodeTypeSpec]) -> Schema:
    """Give the components of graphs: `Graph`, `Edge`, `Node` and what nodes are made of."""
    schemas: Schema = {}
    names: dict[str, str] = {}
    for spec in specs:
        word = spec.id.capitalize()
        names[spec.id] = f"{word}Node"
        schemas |= _data_schemas(f"{word}Data", spec)
        schemas[f"{word}Node"] = _node_schema(spec, f"{word}Data")
    schemas["Node"] = {
        "description": "A node of a graph; its `type` decides what its `data` is.",
        "oneOf": [component_ref(name) for name in names.values()],
        "discriminator": {
            "propertyName": "type",
            "mapping": {id: COMPONENTS_PREFIX + name for id, name in names.items()},
        },
    }
    return schemas | {
        "Edge": _edge_schema(),
        "EdgeData": _EDGE_DATA,
        "EmbeddedFile": _EMBEDDED_FILE,
        "Graph": _graph_schema(),
        "WorkflowFile": _file_schema(),
    }


def _data_schemas(name: str, spec: NodeTypeSpec) -> Schema:
    """Give the component of a node type's data, and those of the definitions it uses."""
    unions: Schema = {}
    own = _name_union(draft_schema(spec.params), f"{spec.id.capitalize()}Source", unions)
    common = draft_schema(NodeData.model_json_schema(by_alias=True))
    parts = own.pop("$defs", {}) | common["$defs"]
    own["description"] = f"What a node of the type `{spec.id}` is set to."
    own["properties"] = {
        "label": common["properties"]["label"] | {"description": "What people call the node."},
        **own.get("properties", {}),
        "settings": common["properties"]["settings"],
    }
    own["examples"] = [spec.example.data]
    return {**parts, **unions, name: own}


def _name_union(schema: Any, name: str, found: Schema) -> Any:
    """Put a reference in the place of a union that says by `kind` which it is; fill `found`."""
    if isinstance(schema, list):
        return [_name_union(item, name, found) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "discriminator" not in schema:
        return {key: _name_union(item, name, found) for key, item in schema.items()}
    keys = {"oneOf", "discriminator"}
    found[name] = {key: schema[key] for key in keys}
    return {key: item for key, item in schema.items() if key not in keys} | component_ref(name)


def draft_schema(schema: Any) -> Any:
    """Copy a schema of params as drafts keep to it; local references lead to components."""
    if isinstance(schema, list):
        return [draft_schema(item) for item in schema]
    if not isinstance(schema, dict):
        local = isinstance(schema, str) and schema.startswith("#/$defs/")
        return COMPONENTS_PREFIX + schema.removeprefix("#/$defs/") if local else schema
    kept = {
        key: draft_schema(value)
        for key, value in schema.items()
        if key not in _CONSTRAINT_KEYWORDS | _NAME_MAPS
    }
    if "$defs" in schema:
        kept["$defs"] = {name: draft_schema(each) for name, each in schema["$defs"].items()}
    if "properties" in schema:
        kept["properties"] = {
            name: _draft_param(each) for name, each in schema["properties"].items()
        }
    return kept


def _draft_param(schema: Mapping[str, Any]) -> Schema:
    """Copy the schema of one param, its limits put into words."""
    description = " ".join(filter(None, (schema.get("description"), _describe_limits(schema))))
    return draft_schema(schema) | ({"description": description} if description else {})


def _describe_limits(schema: Mapping[str, Any]) -> str:
    """Say the limits of a param, also where it may be null; empty where it has none."""
    options = [schema, *schema.get("anyOf", ())]
    found = [words for option in options if (words := _limits_of(option))]
    return f"To run: {', '.join(found)}." if found and "const" not in schema else ""


def _limits_of(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "enum" in schema:
        return "one of " + ", ".join(f"`{choice}`" for choice in schema["enum"])
    if low is not None and high is not None:
        return f"{low} to {high}"
    description = (
        ("minimum", "at least {}"),
        ("maximum", "at most {}"),
        ("exclusiveMinimum", "above {}"),
        ("exclusiveMaximum", "below {}"),
        ("minLength", "at least {} characters"),
        ("maxLength", "at most {} characters"),
        ("pattern", "like `{}`"),
        ("format", "a {}"),
    )
    return ", ".join(words.format(schema[key]) for key, words in description if key in schema)


def _id_schema(description: str) -> Schema:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_ID_LENGTH,
        "description": description,
    }


def _node_schema(spec: NodeTypeSpec, data: str) -> Schema:
    return {
        "description": f"{spec.description}\n\nFurther fields of React Flow are kept as they are.",
        "type": "object",
        "required": ["id", "type", "position"],
        "properties": {
            "id": _id_schema("Unique in its graph."),
            "type": {"const": spec.id, "type": "string"},
            "position": component_ref("Position"),
            "data": component_ref(data),
        },
        "additionalProperties": True,
        "examples": [
            {
                "id": spec.id,
                "type": spec.id,
                "position": {"x": 0, "y": 0},
                "data": spec.example.data,
            }
        ],
    }


_EDGE_DATA: Final[Schema] = {
    "description": "What an edge knows beside its ends; further fields are kept as they are.",
    "type": "object",
    "properties": {
        "order": {
            "type": "number",
            "description": "Its place among the edges that enter a port which takes many.",
        }
    },
    "additionalProperties": True,
}


def _edge_schema() -> Schema:
    handle: Schema = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    return {
        "description": "Takes the output of one node to an input of another."
        " Further fields of React Flow are kept as they are.",
        "type": "object",
        "required": ["id", "source", "target"],
        "properties": {
            "id": _id_schema("Unique among the edges of its graph."),
            "source": _id_schema("The id of the node whose output it takes."),
            "sourceHandle": handle | {"description": f"Always `{OUTPUT_HANDLE}`."},
            "target": _id_schema("The id of the node that it feeds."),
            "targetHandle": handle | {"description": "The handle of one of its ports."},
            "data": {"anyOf": [component_ref("EdgeData"), {"type": "null"}]},
        },
        "additionalProperties": True,
        "examples": [
            {
                "id": "product-slogan",
                "source": "product",
                "sourceHandle": OUTPUT_HANDLE,
                "target": "slogan",
                "targetHandle": "userMessage",
            }
        ],
    }


def _graph_schema() -> Schema:
    return {
        "description": "A whole workflow, as React Flow has it.",
        "type": "object",
        "required": ["name", "nodes", "edges"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME_LENGTH},
            "nodes": {"type": "array", "items": component_ref("Node"), "maxItems": MAX_NODES},
            "edges": {"type": "array", "items": component_ref("Edge"), "maxItems": MAX_EDGES},
            "viewport": component_ref("Viewport"),
            "inputs": {
                "type": "array",
                "items": component_ref("DeclaredInput"),
                "maxItems": MAX_DECLARATIONS,
            },
            "outputs": {
                "type": "array",
                "items": component_ref("DeclaredOutput"),
                "maxItems": MAX_DECLARATIONS,
            },
        },
        "additionalProperties": False,
    }


_EMBEDDED_FILE: Final[Schema] = {
    "description": "A picture or video inside of a file; its content decides what it is.",
    "type": "object",
    "required": ["data"],
    "properties": {
        "mediaType": {"type": "string"},
        "data": {"type": "string", "contentEncoding": "base64"},
    },
    "additionalProperties": True,
}


def _file_schema() -> Schema:
    """Give the schema of a workflow as a file: read with patience, so nearly nothing is required."""
    graph = _graph_schema()
    return graph | {
        "description": "A workflow as a file: a graph and, under the ids that its nodes name, the"
        " pictures and videos inside of it.",
        "required": ["nodes"],
        "properties": graph["properties"]
        | {"assets": {"type": "object", "additionalProperties": component_ref("EmbeddedFile")}},
        "additionalProperties": True,
    }
