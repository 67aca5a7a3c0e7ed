"""Completes the operations of the OpenAPI document: bodies, answers, headers and errors."""

import re
from typing import Any, Final

from pydantic.alias_generators import to_camel

from schemas.wire.error import PROBLEM_MEDIA_TYPE

Schema = dict[str, Any]
COMPONENTS_PREFIX: Final = "#/components/schemas/"
_PARAMETER: Final = re.compile(r"(?<=\{)\w+(?=\})")
_REDUNDANT_KEYS: Final = frozenset({"deprecated", "allowEmptyValue", "allowReserved"})
"""Litestar writes them everywhere, always false."""


def component_ref(name: str) -> Schema:
    """Refer to a component."""
    return {"$ref": COMPONENTS_PREFIX + name}


def _header(description: str, type: str = "string") -> Schema:
    return {"description": description, "schema": {"type": type}}


_FILE: Final[Schema] = {"schema": {"type": "string", "format": "binary"}}
_FILES: Final[Schema] = {"image/*": _FILE, "video/*": _FILE, "application/octet-stream": _FILE}
_FORM: Final[Schema] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}},
}
_EVENTS: Final[Schema] = {
    "type": "string",
    "contentMediaType": "text/event-stream",
    "contentSchema": component_ref("RunEvent"),
}
"""A text for generators, as OpenAPI 3.1 cannot say what the data of an event is."""
_ETAG_HEADER: Final = {"ETag": _header("What `If-Match` and `If-None-Match` compare.")}
_LOCATION_HEADER: Final = {"Location": _header("The address of what was made.")}
_RETRY_AFTER_HEADER: Final = {
    "Retry-After": _header("Seconds to wait before trying again.", "integer")
}

REQUEST_BODIES: Final[dict[str, Schema]] = {
    "createWorkflow": {"application/json": {"schema": component_ref("Graph")}},
    "saveWorkflow": {"application/json": {"schema": component_ref("Graph")}},
    "importWorkflow": {"application/json": {"schema": component_ref("WorkflowFile")}},
    "uploadAsset": {"multipart/form-data": {"schema": _FORM}},
}
"""Of operations that read their body themselves, so that Litestar knows nothing of it."""
OPTIONAL_REQUEST_BODIES: Final = {"startRun": "RunCreate", "planWorkflow": "RunCreate"}
RESPONSES: Final[dict[str, Schema]] = {
    "exportWorkflow": {
        "200": {
            "description": "The file",
            "content": {"application/json": {"schema": component_ref("WorkflowFile")}},
        },
    },
    "readAsset": {
        "200": {"description": "The file, or a small picture of it", "content": _FILES},
        "206": {"description": "The range that was asked for", "content": _FILES},
        "304": {"description": "The client has it already"},
    },
    "streamRunEvents": {
        "200": {
            "description": "Server-sent events; the data of each is a `RunEvent`",
            "content": {"text/event-stream": {"schema": _EVENTS}},
        },
        "204": {"description": "The run has ended and there is nothing left to tell"},
    },
    "listNodeTypes": {"304": {"description": "The client has it already"}},
    "readReadiness": {
        "503": {
            "description": "A part that is needed does not answer",
            "content": {"application/json": {"schema": component_ref("Health")}},
        }
    },
}
RESPONSE_HEADERS: Final[dict[str, dict[str, Schema]]] = {
    "createSchedule": {"201": _LOCATION_HEADER},
    "createWorkflow": {"201": _ETAG_HEADER | _LOCATION_HEADER},
    "duplicateWorkflow": {"201": _ETAG_HEADER | _LOCATION_HEADER},
    "exportWorkflow": {"200": {"Content-Disposition": _header("The name of the file.")}},
    "importWorkflow": {"201": _ETAG_HEADER | _LOCATION_HEADER},
    "listNodeTypes": {"200": _ETAG_HEADER, "304": _ETAG_HEADER},
    "readAsset": {"200": _ETAG_HEADER, "206": _ETAG_HEADER, "304": _ETAG_HEADER},
    "readReadiness": {"503": _RETRY_AFTER_HEADER},
    "readWorkflow": {"200": _ETAG_HEADER},
    "renameWorkflow": {"200": _ETAG_HEADER},
    "restoreVersion": {"200": _ETAG_HEADER},
    "saveWorkflow": {"200": _ETAG_HEADER},
    "startRun": {"202": _LOCATION_HEADER},
    "undeleteWorkflow": {"200": _ETAG_HEADER},
    "uploadAsset": {"201": _LOCATION_HEADER},
    "useTemplate": {"201": _ETAG_HEADER | _LOCATION_HEADER},
}
"""By operation and status; those that every answer has are not repeated."""
STATUS_DESCRIPTIONS: Final = {
    "200": "Done",
    "201": "Made",
    "202": "Accepted",
    "204": "Done; there is nothing to say",
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


def complete_paths(paths: Schema) -> Schema:
    """Give the paths in order, with camelCase parameters and whole operations."""
    for path, methods in paths.items():
        for operation in methods.values():
            _complete_parameters(operation)
            _complete_operation(path, operation)
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
        parameter["schema"] = (options[0] if len(options) == 1 else {}) | schema
        for key in _REDUNDANT_KEYS & parameter.keys():
            del parameter[key]
        if "description" in parameter:
            parameter["schema"].pop("description", None)


def _complete_operation(path: str, operation: Schema) -> None:
    """Add what is missing in one operation, in place."""
    id, answers = operation["operationId"], operation["responses"]
    operation.pop("deprecated", None)
    _complete_body(operation)
    if PROBLEM_MEDIA_TYPE not in answers.get("400", {}).get("content", {}):
        answers.pop("400", None)  # Litestar's own shape of it
    for status, answer in RESPONSES.get(id, {}).items():
        answers[status] = dict(answer)
    for status in _error_statuses(path, operation):
        content = {PROBLEM_MEDIA_TYPE: {"schema": component_ref("ErrorDocument")}}
        answers.setdefault(status, {"content": content})
    for status, answer in answers.items():
        _complete_response(id, status, answer)
    operation["responses"] = dict(sorted(answers.items()))


def _complete_body(operation: Schema) -> None:
    id = operation["operationId"]
    if id in REQUEST_BODIES:
        operation["requestBody"] = {"required": True, "content": REQUEST_BODIES[id]}
    if id in OPTIONAL_REQUEST_BODIES:
        content = {"application/json": {"schema": component_ref(OPTIONAL_REQUEST_BODIES[id])}}
        operation["requestBody"] = {"required": False, "content": content}


def _complete_response(id: str, status: str, answer: Schema) -> None:
    description = answer.get("description")
    own = RESPONSES.get(id, {}).get(status, {}).get("description")
    answer["description"] = own or STATUS_DESCRIPTIONS.get(status) or description
    headers = answer.pop("headers", {}) | RESPONSE_HEADERS.get(id, {}).get(status, {})
    if status in {"429", "503"}:
        headers |= _RETRY_AFTER_HEADER
    if headers:
        answer["headers"] = headers


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
