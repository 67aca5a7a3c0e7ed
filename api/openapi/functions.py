"""The OpenAPI document of a user's functions: one typed operation for each."""

from collections.abc import Iterable
from typing import Any

from api.live.prefer import MAX_WAIT_SECONDS
from schemas.wire.error import PROBLEM_MEDIA_TYPE, ErrorDocument
from schemas.wire.run import RunStatus
from schemas.wire.workflow import FunctionRead

Schema = dict[str, Any]
_ERRORS = {
    "401": "Not signed in",
    "403": "The API key is not for this",
    "404": "There is no such function for this user",
    "409": "The run of this `Idempotency-Key` was deleted",
    "422": "Values do not fit; `problems` has all of them, each with its `input`",
    "429": "Too many requests; wait for `Retry-After`",
    "503": "A part that is needed does not answer; wait for `Retry-After`",
}


def functions_document(functions: Iterable[FunctionRead]) -> Schema:
    """Give an OpenAPI 3.1 document of functions; generators make a client of it."""
    error = ErrorDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    components = error.pop("$defs", {}) | {"ErrorDocument": error}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Functions",
            "version": "1",
            "description": "Your workflows that are published as functions.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {}],
        "paths": {each.url: {"post": _operation(each)} for each in functions},
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(function: FunctionRead) -> Schema:
    result = {"application/json": {"schema": _result(function.outputs)}}
    errors = {
        status: {
            "description": description,
            "content": {
                PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ErrorDocument"}}
            },
        }
        for status, description in _ERRORS.items()
    }
    body = {"schema": function.inputs, "examples": {"call": {"value": function.example}}}
    return {
        "operationId": function.name,
        "summary": function.workflow_name,
        "parameters": [
            _parameter("header", "Prefer", f"`wait=SECONDS`, {MAX_WAIT_SECONDS} at most"),
            _parameter("header", "Idempotency-Key", "Sending the same again starts nothing new"),
            _parameter("query", "inline", "`1`: images come inside of the answer", "boolean"),
        ],
        "requestBody": {
            "required": bool(function.inputs.get("required")),
            "content": {"application/json": body},
        },
        "responses": {
            "200": {"description": "The run has ended", "content": result},
            "202": {"description": "The run goes on: read it at `Location`", "content": result},
            **errors,
        },
    }


def _parameter(place: str, name: str, description: str, kind: str = "string") -> Schema:
    return {"in": place, "name": name, "description": description, "schema": {"type": kind}}


def _result(outputs: Schema) -> Schema:
    text: Schema = {"type": "string"}
    error = {
        "type": "object",
        "properties": {"code": text, "message": text},
        "required": ["code", "message"],
    }
    properties: Schema = {
        "runId": text | {"format": "uuid"},
        "status": {"enum": [status.value for status in RunStatus]},
        "outputs": outputs,
        "error": {"anyOf": [error, {"type": "null"}]},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}
