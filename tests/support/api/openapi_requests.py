"""Requests made from the OpenAPI document: every operation, with an id in every place for one.

What cannot be filled raises `CannotFillError`: then a new kind of id was added to the API, and
has to be named in `IDS` (ids of rows) or `PLAIN` (names inside of a graph).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

IDS: Final = {
    "workflowId": "workflow",
    "runId": "run",
    "resultId": "result",
    "assetId": "asset",
    "keyId": "key",
    "linkId": "link",
    "webhookId": "webhook",
    "deliveryId": "delivery",
    "scheduleId": "schedule",
    "version": "version",
    "versionId": "version",
    "functionName": "function",
    "batchId": "batch",
}
"""Names of parameters and fields that hold the id of a row, with what it is a row of."""
PLAIN: Final[dict[str, Any]] = {"id": "a", "nodeId": "a", "templateId": "product-marketing-kit"}
"""Names of parameters and fields that hold a name which is the same for everybody."""
VALUES: Final[dict[str, Any]] = {
    "expiresAt": "2999-01-01T00:00:00Z",
    "at": "2099-01-01T00:00:00Z",
    "cron": "0 9 * * *",
    "url": "https://93.184.215.14/hook",
}

BODIES: Final[dict[str, Any]] = {"BatchCreate": {"rows": [{}]}}
"""Bodies of which the smallest one asks for nothing, by their component."""

Json = dict[str, Any]


class CannotFillError(AssertionError):
    """The document asks for something that this module does not know."""


@dataclass(frozen=True)
class Slot:
    """A place in a request for the id of a row."""

    kind: str


@dataclass
class Operation:
    """One operation, and the bodies that it can be sent; slots stand where ids go."""

    id: str
    method: str
    path: str
    parameters: list[str] = field(default_factory=list[str])
    headers: set[str] = field(default_factory=set[str])
    bodies: list[Any] = field(default_factory=list[Any])
    """Empty: it takes none. None in it: it may be left out."""
    upload: bool = False

    def requests(self) -> Iterator[tuple[list[Slot], Any]]:
        """Give, for each body, the slots of path and body, in order."""
        path = [Slot(IDS[name]) for name in self.parameters]
        for body in self.bodies or [None]:
            yield path + list(slots_in(body)), body


def slots_in(value: Any) -> Iterator[Slot]:
    """Find the slots of a body."""
    if isinstance(value, Slot):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from slots_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from slots_in(item)


def with_ids(value: Any, ids: Iterator[Any]) -> Any:
    """Put ids in place of the slots, in their order."""
    if isinstance(value, Slot):
        return next(ids)
    if isinstance(value, dict):
        return {key: with_ids(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [with_ids(item, ids) for item in value]
    return value


def read_operations(document: Mapping[str, Any]) -> list[Operation]:
    """Read every operation. Raises CannotFillError."""
    bodies = Bodies(document["components"]["schemas"])
    found: list[Operation] = []
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            operation = Operation(described["operationId"], method.upper(), path)
            for parameter in described.get("parameters", ()):
                _read_parameter(operation, parameter)
            if "requestBody" in described:
                _read_body(operation, described["requestBody"], bodies)
            found.append(operation)
    return found


def _read_parameter(operation: Operation, parameter: Json) -> None:
    name = parameter["name"]
    if parameter["in"] == "path":
        if name in PLAIN:
            operation.path = operation.path.replace(f"{{{name}}}", str(PLAIN[name]))
        elif name in IDS:
            operation.parameters.append(name)
        else:
            raise CannotFillError(f"{operation.id}: what goes into {{{name}}} of its path?")
    elif parameter["in"] == "header":
        operation.headers.add(name)
    elif _is_id(name) and name not in PLAIN:
        raise CannotFillError(f"{operation.id}: what goes into ?{name}=?")


def _read_body(operation: Operation, described: Json, bodies: "Bodies") -> None:
    content = described["content"]
    if "multipart/form-data" in content and "application/json" not in content:
        operation.upload = True
        return
    if "application/json" not in content:
        raise CannotFillError(f"{operation.id}: how is a body of {list(content)} made?")
    operation.bodies = bodies.of(content["application/json"]["schema"], operation.id)
    if not described.get("required"):
        operation.bodies.append(None)


def _is_id(name: str) -> bool:
    return name == "id" or name.endswith(("Id", "Ids"))


class Bodies:
    """Makes values of schemas: the smallest one, and one more for each alternative with an id."""

    def __init__(self, components: Mapping[str, Json]) -> None:
        """Look components up here."""
        self._components = components

    def of(self, schema: Json, name: str) -> list[Any]:
        """Give values; `name` is that of the field. Raises CannotFillError."""
        if "$ref" in schema:
            target = schema["$ref"].rsplit("/", 1)[1]
            return [BODIES[target]] if target in BODIES else self.of(self._components[target], name)
        single = name.removesuffix("s") if name.endswith("Ids") else name
        if _is_id(name) and schema.get("type") != "array":
            if single in PLAIN:
                return [PLAIN[single]]
            if single in IDS:
                return [Slot(IDS[single])]
            raise CannotFillError(f"which id goes into the field {name}?")
        for key in ("oneOf", "anyOf"):
            if key in schema:
                return [value for each in schema[key] for value in self.of(each, name)]
        return self._by_type(schema, name)

    def _by_type(self, schema: Json, name: str) -> list[Any]:
        if "const" in schema or "enum" in schema:
            return [schema.get("const", next(iter(schema.get("enum", ())), None))]
        kind = schema.get("type")
        if kind == "object":
            return self._objects(schema)
        if kind == "array":
            return self._arrays(schema, name)
        number = schema.get("minimum", 1)
        smallest = {"string": "x", "integer": number, "number": number, "boolean": False}
        return [VALUES.get(name, None if kind == "null" else smallest.get(str(kind), {}))]

    def _objects(self, schema: Json) -> list[Any]:
        fields = schema.get("properties", {})
        needed = set(schema.get("required", ()))
        values: dict[str, list[Any]] = {}
        for name, each in fields.items():
            options = self.of(each, name) if name in needed or self._has_ids(each, name) else []
            if name in needed or any(list(slots_in(value)) for value in options):
                values[name] = options
        smallest: Json = {name: options[0] for name, options in values.items() if name in needed}
        found = [smallest]
        for name, options in values.items():
            found += [smallest | {name: option} for option in options]
        more = schema.get("additionalProperties")
        if isinstance(more, dict) and not fields:
            return [{"a": value} for value in self.of(more, "")]
        return found if len(found) == 1 or needed == set() else found[1:]

    def _arrays(self, schema: Json, name: str) -> list[Any]:
        options = self.of(schema["items"], name)
        with_slots = [[value] for value in options if list(slots_in(value))]
        needs_one = schema.get("minItems") or name.endswith("Ids")
        return with_slots or ([[options[0]]] if needs_one else [[]])

    def _has_ids(self, schema: Json, name: str, seen: frozenset[str] = frozenset()) -> bool:
        if _is_id(name) and name.removesuffix("s") not in PLAIN:
            return True
        if "$ref" in schema:
            target = schema["$ref"].rsplit("/", 1)[1]
            return target not in seen and self._has_ids(
                self._components[target], name, seen | {target}
            )
        parts = [(each, name) for key in ("oneOf", "anyOf") for each in schema.get(key, ())]
        parts += [(each, key) for key, each in schema.get("properties", {}).items()]
        if isinstance(schema.get("items"), dict):
            parts.append((schema["items"], name))
        return any(self._has_ids(each, key, seen) for each, key in parts)
