"""Completes Litestar's OpenAPI document with what its generator leaves out.

Litestar drops discriminators and `additionalProperties: false`, and rejects keys it does not
know; so the components of our models are pydantic's own, and graphs are typed from the
catalogue. Whatever an operation takes or gives as a model is found here by its name.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from litestar import Litestar
from litestar.routes import HTTPRoute
from pydantic.json_schema import models_json_schema

from api.auth.api_key_scopes import add_security_schemes
from api.openapi.examples import COMPONENT_EXAMPLES
from api.openapi.graph import graph_schemas
from api.openapi.operations import (
    COMPONENTS_PREFIX,
    OperationDocs,
    Schema,
    complete_paths,
    component_ref,
)
from api.openapi.properties import simplify
from schemas.base import Model
from schemas.codes import CODES, PAGES
from schemas.graph import DeclaredInput, DeclaredOutput, Position, Viewport
from schemas.wire.error import ErrorDocument
from schemas.wire.event import (
    NodeEventRead,
    PreviewEventRead,
    RunEventRead,
    TokenEventRead,
    WorkflowEventRead,
)
from schemas.wire.functions.batch import BatchCreate
from tasks.registry import catalogue

REQUEST_MODELS: Final[tuple[type[Model], ...]] = (
    BatchCreate,
    DeclaredInput,
    DeclaredOutput,
    Position,
    Viewport,
)
RESPONSE_MODELS: Final[tuple[type[Model], ...]] = (
    ErrorDocument,
    NodeEventRead,
    RunEventRead,
    PreviewEventRead,
    TokenEventRead,
    WorkflowEventRead,
)
"""Models that Litestar does not know of."""


def collect_docs(app: Litestar) -> dict[str, OperationDocs]:
    """Give what the handlers of an application say of their operations."""
    return {
        str(handler.operation_id): handler.opt["docs"]
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if "docs" in handler.opt
    }


def complete_document(document: Mapping[str, Any], docs: Mapping[str, OperationDocs]) -> Schema:
    """Give the document with whole components, typed graphs and every common error."""
    completed = deepcopy(dict(document))
    paths = complete_paths(completed["paths"], docs)
    known = completed.get("components", {}).get("schemas", {})
    schemas = known | _model_schemas(known, paths) | graph_schemas(catalogue())
    schemas = simplify(schemas | {"RunEvent": _event_schema(), "ErrorCode": _error_codes()})
    schemas["ErrorDocument"]["properties"]["code"] = component_ref("ErrorCode")
    _type_graphs(schemas)
    _add_examples(schemas)
    needed = _reachable(paths, schemas)
    completed["paths"] = paths
    completed["components"] = completed.get("components", {}) | {
        "schemas": {name: schemas[name] for name in sorted(needed)}
    }
    add_security_schemes(completed)
    return completed


def _model_schemas(known: Mapping[str, Any], paths: Schema) -> Schema:
    """Give pydantic's schemas of our models among the components that Litestar made."""
    bodies = [
        operation.get("requestBody", {}) for path in paths.values() for operation in path.values()
    ]
    sent = set(_references(bodies))
    models = {model.__name__: model for model in _subclasses(Model)}
    found = [(models[name], name in sent) for name in known if name in models]
    found += [(model, True) for model in REQUEST_MODELS] + [
        (model, False) for model in RESPONSE_MODELS
    ]
    _, schema = models_json_schema(
        [(model, "validation" if sent else "serialization") for model, sent in found],
        by_alias=True,
        ref_template=COMPONENTS_PREFIX + "{model}",
    )
    return schema["$defs"]


def _subclasses(model: type[Model]) -> Iterator[type[Model]]:
    for each in model.__subclasses__():
        yield each
        yield from _subclasses(each)


def _type_graphs(schemas: Schema) -> None:
    """Type the nodes, edges and declarations of every graph, which Python has as plain JSON."""
    for schema in schemas.values():
        properties = schema.get("properties", {})
        if (
            properties.get("nodes", {}).get("type")
            == properties.get("edges", {}).get("type")
            == "array"
        ):
            properties["nodes"]["items"] = component_ref("Node")
            properties["edges"]["items"] = component_ref("Edge")
            properties["inputs"]["items"] = component_ref("DeclaredInput")
            properties["outputs"]["items"] = component_ref("DeclaredOutput")


def _add_examples(schemas: Schema) -> None:
    for name, example in COMPONENT_EXAMPLES.items():
        schemas[name]["examples"] = [deepcopy(example)]


def _event_schema() -> Schema:
    """Give the union of what the stream of a run's events tells."""
    kinds = {
        "run": RunEventRead,
        "node": NodeEventRead,
        "token": TokenEventRead,
        "preview": PreviewEventRead,
    }
    return {
        "description": "The data of a server-sent event; `kind` is also the name of the event.",
        "oneOf": [component_ref(model.__name__) for model in kinds.values()],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {kind: COMPONENTS_PREFIX + model.__name__ for kind, model in kinds.items()},
        },
    }


def _error_codes() -> Schema:
    """Give the codes that requests are answered with; each has a page at `/errors/<code>`."""
    answered = [code for code in CODES.values() if code.status is not None]
    description = "\n".join(f"- `{code.id}` ({code.status}): {code.meaning}" for code in answered)
    return {
        "type": "string",
        "enum": [code.id for code in answered],
        "description": f"Stable codes; each has a page at `{PAGES}<code>`.\n\n{description}",
    }


def _reachable(paths: Schema, schemas: Schema) -> set[str]:
    found: set[str] = set()
    waiting = list(_references(paths))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return found


def _references(value: Any) -> Iterator[str]:
    """Give the names of the components that a part of the document refers to."""
    if isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str):
            yield target.removeprefix(COMPONENTS_PREFIX)
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)
