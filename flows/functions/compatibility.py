"""What would break the callers of a published function, if another graph took its place. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from flows.functions.signature import Schema, Signature
from flows.graph.wording import quoted
from schemas.problem import Problem, ProblemCode

_LOWEST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_HIGHEST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_FORM: Final = ("type", "pattern", "format", "const", "multipleOf", "properties", "items")


def breaking_changes(published: Signature, new: Signature) -> Iterator[Problem]:
    """Give what callers of the published signature could not do any more, or would miss."""
    before, after = _properties(published.inputs), _properties(new.inputs)
    required = set(new.inputs.get("required", ())) - set(published.inputs.get("required", ()))
    for name, schema in before.items():
        if name not in after:
            yield _breaking(name, "is gone: callers that give it would be refused. Keep its name.")
        elif name in required:
            what = (
                "would be required: callers that leave it out would be refused. Give it a default."
            )
            yield _breaking(name, what)
        elif _is_narrowed(schema, after[name]):
            what = "would not take every value that it takes now. Keep what it takes, or declare a"
            yield _breaking(name, f"{what} new input beside it.")
    for name in after:
        if name not in before and name in required:
            what = "is new and required: callers do not know it. Give it a default."
            yield _breaking(name, what)
    results = _properties(new.outputs)
    for name, schema in _properties(published.outputs).items():
        if name not in results:
            yield _breaking(None, f"The result {quoted(name)} is gone. Keep its name.")
        elif _kind(schema) != _kind(results[name]):
            what = (
                f"The result {quoted(name)} would be of another kind. Declare a new one beside it."
            )
            yield _breaking(None, what)


def _properties(schema: Schema) -> Mapping[str, Schema]:
    return schema["properties"]


def _breaking(name: str | None, what: str) -> Problem:
    message = what if name is None else f"The input {quoted(name)} {what}"
    return Problem(code=ProblemCode.BREAKS_CALLERS, message=message, input=name)


def _is_narrowed(before: Schema, after: Schema) -> bool:
    """Whether a schema takes less than before, as far as the schemas of params tell."""
    if "anyOf" in before or "anyOf" in after:
        options = _options(after)
        return any(
            all(_is_narrowed(each, option) for option in options) for each in _options(before)
        )
    form = {key: after[key] for key in _FORM if key in after}
    if before.get("type") == "integer" and form.get("type") == "number":
        form["type"] = "integer"  # every whole number is a number
    if any(before.get(key) != value for key, value in form.items()):
        return True
    if "enum" in after and not set(map(str, before.get("enum", ("",)))) <= set(
        map(str, after["enum"])
    ):
        return True
    return any(_is_above(after, before, key) for key in _LOWEST) or any(
        _is_above(before, after, key) for key in _HIGHEST
    )


def _options(schema: Schema) -> list[Schema]:
    return schema.get("anyOf", [schema])


def _is_above(one: Schema, other: Schema, key: str) -> bool:
    """Whether a limit of one is above that of the other; no limit is beyond every limit."""
    low = key in _LOWEST
    unlimited = float("-inf") if low else float("inf")
    return one.get(key, unlimited) > other.get(key, unlimited)


def _kind(schema: Schema) -> Any:
    """Give the part of a result's schema that says what kind it is."""
    properties = schema["anyOf"][0]["properties"]
    return properties["kind"].get("const"), properties.get("of", {}).get("const")
