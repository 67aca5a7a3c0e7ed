"""Completes Litestar's OpenAPI document with what its generator leaves out.

Litestar drops discriminators and `additionalProperties: false`, and rejects keys it does not
know; so the models' components are pydantic's own, and graphs are typed from the catalogue.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.errors import ErrorDocument
from api.models import (
    AssetRecord,
    CheckResult,
    Health,
    Me,
    ModelPage,
    NodeEventRead,
    NodeTypePage,
    PositionsUpdate,
    RunEventRead,
    RunPage,
    TokenEventRead,
    WorkflowPage,
    WorkflowRead,
    WorkflowRename,
)
from api.operations import PREFIX, Schema, complete_paths, reference
from schemas.graph import (
    MAX_EDGES,
    MAX_ID_LENGTH,
    MAX_NAME_LENGTH,
    MAX_NODES,
    Position,
    Viewport,
)
from schemas.node_type import OUTPUT_HANDLE, NodeTypeSpec
from schemas.plan import PlanRead
from schemas.run import NodeExecutionRead, RunCreate, RunRead
from tasks.base import NodeData
from tasks.registry import catalogue

REQUESTS: Final[tuple[type[BaseModel], ...]] = (
    RunCreate,
    WorkflowRename,
    PositionsUpdate,
    Position,
    Viewport,
    NodeData,
)
ANSWERS: Final[tuple[type[BaseModel], ...]] = (
    AssetRecord,
    CheckResult,
    ErrorDocument,
    Health,
    Me,
    ModelPage,
    NodeEventRead,
    NodeExecutionRead,
    NodeTypePage,
    PlanRead,
    RunEventRead,
    RunPage,
    RunRead,
    TokenEventRead,
    WorkflowPage,
    WorkflowRead,
)


def complete(document: Mapping[str, Any]) -> Schema:
    """Give the document with whole components, typed graphs and every common error."""
    whole = deepcopy(dict(document))
    schemas = whole.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(_model_components())
    schemas.update(_graph_components(catalogue()))
    for name, items in (("nodes", "Node"), ("edges", "Edge")):
        schemas["WorkflowRead"]["properties"][name]["items"] = reference(items)
    whole["paths"] = complete_paths(whole["paths"])
    whole["components"]["schemas"] = dict(sorted(schemas.items()))
    return whole


def _model_components() -> Schema:
    models = [(model, "validation") for model in REQUESTS]
    models += [(model, "serialization") for model in ANSWERS]
    _, schema = models_json_schema(
        models,  # pyright: ignore[reportArgumentType] - the two literals, as str
        by_alias=True,
        ref_template=PREFIX + "{model}",
    )
    return schema["$defs"]


def _graph_components(specs: Iterable[NodeTypeSpec]) -> Schema:
    schemas: Schema = {}
    names: dict[str, str] = {}
    for spec in specs:
        word = spec.id.capitalize()
        names[spec.id] = f"{word}Node"
        schemas |= _data_components(f"{word}Data", spec)
        schemas[f"{word}Node"] = _node_schema(spec, f"{word}Data")
    schemas["Node"] = {
        "title": "Node",
        "description": "A node of a graph; its type decides what its data is.",
        "oneOf": [reference(name) for name in names.values()],
        "discriminator": {
            "propertyName": "type",
            "mapping": {id: PREFIX + name for id, name in names.items()},
        },
    }
    return schemas | {"Edge": _edge_schema(), "Graph": _graph_schema()}


def _data_components(name: str, spec: NodeTypeSpec) -> Schema:
    """Give the component of a node type's data, and those of the definitions it uses."""
    params = _lifted(spec.params)
    components = params.pop("$defs", {})
    common = _lifted(NodeData.model_json_schema(by_alias=True))["properties"]
    params["title"] = name
    params["properties"] = {"label": common["label"], **params.get("properties", {})}
    params["properties"]["settings"] = common["settings"]
    return {**components, name: params}


def _lifted(value: Any) -> Any:
    """Copy a schema, with its local references turned into references to components."""
    if isinstance(value, dict):
        return {key: _lifted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_lifted(item) for item in value]
    if isinstance(value, str) and value.startswith("#/$defs/"):
        return PREFIX + value.removeprefix("#/$defs/")
    return value


def _id_schema() -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": MAX_ID_LENGTH}


def _node_schema(spec: NodeTypeSpec, data: str) -> Schema:
    return {
        "title": f"{spec.title} node",
        "description": spec.description,
        "type": "object",
        "required": ["id", "type", "position"],
        "properties": {
            "id": _id_schema(),
            "type": {"const": spec.id, "type": "string"},
            "position": reference("Position"),
            "data": reference(data),
        },
        "additionalProperties": True,
    }


def _edge_schema() -> Schema:
    handle = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    return {
        "title": "Edge",
        "description": "Takes the output of one node to an input of another.",
        "type": "object",
        "required": ["id", "source", "target"],
        "properties": {
            "id": _id_schema(),
            "source": _id_schema(),
            "sourceHandle": handle | {"description": f"Always `{OUTPUT_HANDLE}`."},
            "target": _id_schema(),
            "targetHandle": handle | {"description": "The handle of one of its ports."},
            "data": {
                "type": "object",
                "properties": {"order": {"type": "number"}},
                "additionalProperties": True,
            },
        },
        "additionalProperties": True,
    }


def _graph_schema() -> Schema:
    return {
        "title": "Graph",
        "description": "A whole workflow, as React Flow has it.",
        "type": "object",
        "required": ["name", "nodes", "edges"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME_LENGTH},
            "nodes": {"type": "array", "items": reference("Node"), "maxItems": MAX_NODES},
            "edges": {"type": "array", "items": reference("Edge"), "maxItems": MAX_EDGES},
            "viewport": reference("Viewport"),
        },
        "additionalProperties": False,
    }
