"""Puts the properties of components so that generated clients come out well."""

import json

from api.openapi.operations import Schema


def simplify(schemas: Schema) -> Schema:
    """Give the components without what misleads generators.

    Titles that only repeat a name are dropped, as generators make names of them; defaults are put
    into words, as generators take them for promises that the property is always there, or send
    them.
    """
    return {name: _simplify_component(schema) for name, schema in schemas.items()}


def _simplify_component(schema: Schema) -> Schema:
    kept = {key: value for key, value in schema.items() if key != "title"}
    if "properties" in kept:
        required = kept.get("required", ())
        kept["properties"] = {
            name: _simplify_property(name, each, required=name in required)
            for name, each in kept["properties"].items()
        }
    return kept


def _simplify_property(name: str, schema: Schema, *, required: bool) -> Schema:
    title = str(schema.get("title", ""))
    is_echo = title.replace(" ", "").lower() == name.replace("_", "").lower()
    default = schema.get("default")
    absent = "" if required or default in (None, "") else f"Absent: `{json.dumps(default)}`."
    description = " ".join(filter(None, (schema.get("description"), absent)))
    kept = {
        key: value
        for key, value in schema.items()
        if key not in {"default", "description"} and not (is_echo and key == "title")
    }
    return kept | ({"description": description} if description else {})
