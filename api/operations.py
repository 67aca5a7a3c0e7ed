"""Completes the operations of the OpenAPI document: bodies and answers that are not plain JSON."""

import re
from typing import Any, Final

from pydantic.alias_generators import to_camel

from api.errors import MEDIA_TYPE

Schema = dict[str, Any]
PREFIX: Final = "#/components/schemas/"
_PARAMETER: Final = re.compile(r"(?<=\{)\w+(?=\})")


def reference(name: str) -> Schema:
    """Refer to a component."""
    return {"$ref": PREFIX + name}


_FILE: Final[Schema] = {"schema": {"type": "string", "format": "binary"}}
_FILES: Final[Schema] = {"image/*": _FILE, "video/*": _FILE}
_FORM: Final[Schema] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}},
}
_EVENTS: Final = ("RunEventRead", "NodeEventRead", "TokenEventRead")
_STREAM: Final[Schema] = {"oneOf": [reference(name) for name in _EVENTS]}

BODIES: Final[dict[str, Schema]] = {
    "createWorkflow": {"application/json": {"schema": reference("Graph")}},
    "saveWorkflow": {"application/json": {"schema": reference("Graph")}},
    "uploadAsset": {"multipart/form-data": {"schema": _FORM}},
}
"""Of operations that read their body themselves, so that Litestar knows nothing of it."""
OPTIONAL_BODIES: Final = {"startRun": "RunCreate", "planWorkflow": "RunCreate"}
ANSWERS: Final[dict[str, Schema]] = {
    "readAsset": {
        "200": {"description": "The file, or a small picture of it", "content": _FILES},
        "206": {"description": "The range that was asked for", "content": _FILES},
        "304": {"description": "The client has it already"},
    },
    "streamRunEvents": {
        "200": {
            "description": "Server-sent events; the schema is that of their data",
            "content": {"text/event-stream": {"schema": _STREAM}},
        },
        "204": {"description": "The run has ended and there is nothing left to tell"},
    },
    "listNodeTypes": {"304": {"description": "The client has it already"}},
    "readReadiness": {
        "503": {
            "description": "A part that is needed does not answer",
            "content": {"application/json": {"schema": reference("Health")}},
        }
    },
}
_ALWAYS: Final = {
    "403": "Host or origin not allowed",
    "500": "Unexpected",
    "503": "Try again later",
}
_OF_BODIES: Final = {"400": "Not readable", "413": "Too large", "415": "Wrong media type"}


def complete_paths(paths: Schema) -> Schema:
    """Give the paths in order, with camelCase parameters and whole operations."""
    for operation in (operation for path in paths.values() for operation in path.values()):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                parameter["name"] = to_camel(parameter["name"])
        _complete_operation(operation)
    return {_PARAMETER.sub(_camel, path): paths[path] for path in sorted(paths)}


def _camel(name: re.Match[str]) -> str:
    return to_camel(name[0])


def _complete_operation(operation: Schema) -> None:
    """Add what is missing in one operation, in place."""
    id, answers = operation["operationId"], operation["responses"]
    if id in BODIES:
        operation["requestBody"] = {"required": True, "content": BODIES[id]}
    if id in OPTIONAL_BODIES:
        content = {"application/json": {"schema": reference(OPTIONAL_BODIES[id])}}
        operation["requestBody"] = {"required": False, "content": content}
    if MEDIA_TYPE not in answers.get("400", {}).get("content", {}):
        answers.pop("400", None)  # Litestar's own shape of it
    answers |= ANSWERS.get(id, {})
    for status, description in _errors_of(operation).items():
        content = {MEDIA_TYPE: {"schema": reference("ErrorDocument")}}
        answers.setdefault(status, {"description": description, "content": content})
    operation["responses"] = dict(sorted(answers.items()))


def _errors_of(operation: Schema) -> dict[str, str]:
    """Give the errors that an operation may answer with because of what it takes."""
    found = dict(_ALWAYS)
    if operation.get("requestBody"):
        found |= _OF_BODIES
    if operation.get("requestBody") or operation.get("parameters"):
        found["422"] = "Not valid"
    return found
