"""Gives names to what generated clients would otherwise call `Model1` or write out each time."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args

from api.openapi.operations import Schema, component_ref
from schemas.node_type import NodeTypeSpec
from schemas.values import Kind
from schemas.wire.plan import PlanAction
from schemas.wire.run import Reuse, Scope, Trigger
from schemas.wire.schedule import CatchUp, Overlap, ScheduleScope, TickOutcome, Timing
from schemas.wire.value import ValueRead
from tasks.media.sources import ImageSource, VideoSource

NAMED_ENUMS: Final[Mapping[str, Any]] = {
    "CatchUp": CatchUp,
    "Kind": Kind,
    "NodeCategory": NodeTypeSpec.model_fields["category"].annotation,
    "NodeEffects": NodeTypeSpec.model_fields["effects"].annotation,
    "Overlap": Overlap,
    "PlanAction": PlanAction,
    "Reuse": Reuse,
    "TickOutcome": TickOutcome,
    "Trigger": Trigger,
}
"""Choices among words, by the name that their component gets."""
NAMED_UNIONS: Final[Mapping[str, Any]] = {
    "ImageSource": ImageSource,
    "ScheduleScope": ScheduleScope,
    "Scope": Scope,
    "Timing": Timing,
    "Value": ValueRead,
    "VideoSource": VideoSource,
}
"""Unions whose members say by `kind` which they are."""


def name_components(schemas: Schema) -> Schema:
    """Give the components with the parts above as components of their own.

    Titles that only repeat a name are dropped, as generators make names of them.
    """
    words = {get_args(choices): name for name, choices in NAMED_ENUMS.items()}
    unions = {_members(union): name for name, union in NAMED_UNIONS.items()}
    found: Schema = {}

    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [named(item) for item in value]
        if not isinstance(value, dict):
            return value
        name, part, rest = _part(value, words, unions)
        if name is None:
            return {key: named(item) for key, item in value.items()}
        found[name] = named_inside(part)
        return rest | component_ref(name)

    def named_inside(part: Schema) -> Schema:
        return {key: named(item) for key, item in part.items()}

    whole = {name: _untitled(named_inside(schema)) for name, schema in schemas.items()}
    return whole | {name: schema for name, schema in found.items() if name not in whole}


def _part(
    value: Schema, words: Mapping[Any, str], unions: Mapping[Any, str]
) -> tuple[str | None, Schema, Schema]:
    """Give the name of a schema if it has one, the schema, and what stands beside it."""
    if "discriminator" in value:
        refs = frozenset(_last(item.get("$ref", "")) for item in value.get("oneOf", ()))
        keys, name = {"oneOf", "discriminator"}, unions.get(refs)
    elif isinstance(value.get("enum"), list):
        keys, name = {"enum", "type"}, words.get(tuple(value["enum"]))
    else:
        return None, {}, value
    part = {key: item for key, item in value.items() if key in keys}
    return name, part, {key: item for key, item in value.items() if key not in {*keys, "title"}}


def _members(union: Any) -> frozenset[str]:
    models: Iterable[type] = get_args(get_args(union)[0])
    return frozenset(model.__name__ for model in models)


def _last(reference_: str) -> str:
    return reference_.rpartition("/")[2]


def _untitled(schema: Schema) -> Schema:
    """Drop the titles of a component and of its properties that say nothing new."""
    kept = {key: value for key, value in schema.items() if key != "title"}
    if "properties" in kept:
        required = kept.get("required", ())
        kept["properties"] = {
            name: _plain(name, each, required=name in required)
            for name, each in kept["properties"].items()
        }
    return kept


def _plain(name: str, schema: Schema, *, required: bool) -> Schema:
    """Give a property without a title that echoes its name, its default put into words.

    Generators take a default for a promise that the property is always there, or send it.
    """
    title = str(schema.get("title", ""))
    echo = title.replace(" ", "").lower() == name.replace("_", "").lower()
    default = schema.get("default")
    description = "" if required or default in (None, "") else f"Absent: `{json.dumps(default)}`."
    words = " ".join(filter(None, (schema.get("description"), description)))
    kept = {
        key: value
        for key, value in schema.items()
        if key not in {"default", "description"} and not (echo and key == "title")
    }
    return kept | ({"description": words} if words else {})
