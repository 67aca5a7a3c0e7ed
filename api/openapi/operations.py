"""Completes the operations of the OpenAPI document: bodies, answers, headers and errors."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from pydantic.alias_generators import to_camel

from schemas.wire.error import PROBLEM_MEDIA_TYPE

Schema = dict[str, Any]
COMPONENTS_PREFIX: Final = "#/components/schemas/"
_PARAMETER: Final = re.compile(r"(?<=\{)\w+(?=\})")
_REDUNDANT_KEYS: Final = frozenset({"deprecated", "allowEmptyValue", "allowReserved", "required"})
"""Litestar writes them everywhere, always false."""


def component_ref(name: str) -> Schema:
    """Refer to a component."""
    return {"$ref": COMPONENTS_PREFIX + name}


class OperationDocs(NamedTuple):
    """What the signature of a handler does not tell of its operation; see `operation_docs`."""

    body: Mapping[str, Schema] | None = None
    content: Mapping[str, Schema] | None = None
    examples: Mapping[str, tuple[str, Any]] = {}


def operation_docs(
    examples: Mapping[str, tuple[str, Any]] | None = None,
    *,
    body: Mapping[str, Schema] | None = None,
    content: Mapping[str, Schema] | None = None,
) -> dict[str, Any]:
    """Give what goes into the `opt` of a handler.

    `examples`: bodies that are accepted, by name, each with what it shows; a test sends them.
    `body`: of a handler that reads its body by itself, the schema by media type. `content`: of a
    success, whole or in part, that is no model, the schema by media type.
    """
    return {"docs": OperationDocs(body, content, examples or {})}


def json_content(component: str) -> Schema:
    """Give the content of JSON that is a component."""
    return {"application/json": component_ref(component)}


NO_DOCS: Final = OperationDocs()
_RETRY_AFTER_HEADER: Final = {
    "Retry-After": {
        "description": "Seconds to wait before trying again.",
        "schema": {"type": "integer"},
    }
}
STATUS_DESCRIPTIONS: Final = {
    "200": "Done",
    "201": "Made",
    "202": "Accepted",
    "204": "Done; there is nothing to say",
    "206": "The range that was asked for",
    "304": "The client has it already",
    "400": "The body cannot be read",
    "401": "Not signed in",
    "403": "Host, origin or user not allowed",
    "404": "There is no such thing for this user",
    "405": "The address does not take this method",
    "409": "It has changed or ended meanwhile",
    "413": "The body is too large",
    "415": "The body has another media type",
    "422": "Not valid; `errors` or `problems` say what",
    "429": "Too many requests; wait for `Retry-After`",
    "500": "Unexpected; the log has more under `reference`",
    "503": "A part that is needed does not answer; wait for `Retry-After`",
}
_COMMON_ERRORS: Final = ("403", "500", "503")
_AUTHENTICATED_ERRORS: Final = ("401", "429")
_BODY_ERRORS: Final = ("400", "413", "415")


def complete_paths(paths: Schema, docs: Mapping[str, OperationDocs]) -> Schema:
    """Give the paths in order, with camelCase parameters and whole operations."""
    for path, methods in paths.items():
        for operation in methods.values():
            _complete_parameters(operation)
            _complete_operation(path, operation, docs.get(operation["operationId"], NO_DOCS))
    return {_PARAMETER.sub(_camel, path): paths[path] for path in sorted(paths)}


def _camel(name: re.Match[str]) -> str:
    return to_camel(name[0])


def _complete_parameters(operation: Schema) -> None:
    """Name them in camelCase; one that may be absent is never null."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter["name"] = to_camel(parameter["name"])
        schema = parameter["schema"]
        options = [each for each in schema.pop("oneOf", ()) if each != {"type": "null"}]
        parameter["schema"] = schema = (options[0] if len(options) == 1 else {}) | schema
        if isinstance(schema.get("type"), list) and "enum" in schema:  # of a Literal, or none
            (schema["type"],) = (each for each in schema["type"] if each != "null")
            schema["enum"] = [each for each in schema["enum"] if each is not None]
        for key in _REDUNDANT_KEYS & parameter.keys() - {"required"}:
            del parameter[key]
        if "description" in parameter:
            parameter["schema"].pop("description", None)


def _complete_operation(path: str, operation: Schema, docs: OperationDocs) -> None:
    """Add what is missing in one operation, in place."""
    responses = operation["responses"]
    operation.pop("deprecated", None)
    _complete_body(operation, docs)
    if PROBLEM_MEDIA_TYPE not in responses.get("400", {}).get("content", {}):
        responses.pop("400", None)  # Litestar's own shape of it
    success = next(status for status in responses if status.startswith("2"))
    if docs.content:
        for status in {success, "206"} & responses.keys():
            responses[status]["content"] = _with_schemas(docs.content)
    for status in {"206", "304"} & responses.keys():
        responses[status]["headers"] = responses[success].get("headers", {})
    for status in _error_statuses(path, operation):
        content = {PROBLEM_MEDIA_TYPE: {"schema": component_ref("ErrorDocument")}}
        responses.setdefault(status, {"content": content})
    for status, response in responses.items():
        _complete_response(status, response)
    operation["responses"] = dict(sorted(responses.items()))


def _with_schemas(content: Mapping[str, Schema]) -> Schema:
    return {media_type: {"schema": schema} for media_type, schema in content.items()}


def _complete_body(operation: Schema, docs: OperationDocs) -> None:
    if docs.body:
        operation["requestBody"] = {"required": True, "content": _with_schemas(docs.body)}
    json = (operation.get("requestBody") or {}).get("content", {}).get("application/json", {})
    options = json.get("schema", {}).get("oneOf", [])
    if {"type": "null"} in options:
        json["schema"] = options[0]
        operation["requestBody"]["required"] = False
    if docs.examples:
        json["examples"] = {
            name: {"summary": summary, "value": value}
            for name, (summary, value) in docs.examples.items()
        }


def _complete_response(status: str, response: Schema) -> None:
    known = HTTPStatus(int(status))
    if response.get("description") in {None, known.phrase, known.description}:
        response["description"] = STATUS_DESCRIPTIONS.get(status, known.phrase)
    headers = {
        name: {key: value for key, value in header.items() if key not in _REDUNDANT_KEYS}
        for name, header in response.pop("headers", {}).items()
    }
    if status in {"429", "503"}:
        headers |= _RETRY_AFTER_HEADER
    if headers:
        response["headers"] = headers


def _error_statuses(path: str, operation: Schema) -> set[str]:
    """Give the errors that an operation may answer with because of where it is and what it takes."""
    found: set[str] = set(_COMMON_ERRORS)
    if path.startswith("/api/"):
        found.update(_AUTHENTICATED_ERRORS)
    if operation.get("requestBody"):
        found.update(_BODY_ERRORS)
    if operation.get("requestBody") or operation.get("parameters"):
        found.add("422")
    return found
