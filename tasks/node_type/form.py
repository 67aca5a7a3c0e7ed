"""How params are edited: `x-` keys in their JSON Schema, for a form that knows no node type.

Hints change nothing about what is valid, and an editor that knows none of them still has a form.
What each means is in `docs/node-types.md`; why there are these and no more, in ADR 0025.
"""

from typing import Any, Final, Literal

from pydantic import Field
from pydantic.config import JsonDict

Widget = Literal["text", "media", "timestamp", "json", "color"]
GroupWidget = Literal["row", "rectangle"]

COLOR_PATTERN: Final = "^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$"
"""A colour as CSS writes it: red, green, blue, and how opaque it is."""

HINTS: Final = frozenset(
    {"x-widget", "x-over", "x-accept", "x-placeholder", "x-choices", "x-advanced"}
)
"""Of one param; those of all of them are `x-groups`."""


def hints(
    widget: Widget | None = None,
    *,
    over: str | None = None,
    accept: frozenset[str] = frozenset(),
    placeholder: str | None = None,
    choices: str | None = None,
    advanced: bool = False,
) -> JsonDict:
    """Say how one param is edited; what is not said follows from its type.

    Args:
        widget: `text`: several lines; `media`: a file, uploaded or by its address;
            `timestamp`: a moment in a video; `json`: a JSON object; `color`: a colour, #rrggbb or #rrggbbaa.
        over: The input that has the picture or video that the widget is about.
        accept: Media types that can be uploaded; a file dropped on the canvas finds its node by it.
        placeholder: Shown in the empty field.
        choices: Address of a list of values that are offered; others are possible.
        advanced: Not shown until asked for.
    """
    keys: JsonDict = {
        "x-widget": widget,
        "x-over": over,
        "x-accept": [*sorted(accept)] or None,
        "x-placeholder": placeholder,
        "x-choices": choices,
        "x-advanced": advanced or None,
    }
    return {key: value for key, value in keys.items() if value is not None}


def color_field(default: str, *, title: str, description: str) -> Any:
    """Give the field of a param that is a colour, `COLOR_PATTERN`."""
    return Field(
        default,
        pattern=COLOR_PATTERN,
        examples=["#ffffff"],
        title=title,
        description=description,
        json_schema_extra=hints("color"),
    )


def group(
    title: str, *params: str, widget: GroupWidget = "row", over: str | None = None
) -> JsonDict:
    """Put params together under a title, by their names in JSON.

    `rectangle`: left, top, width and height, in this order, in percent of the picture that the
    input `over` has: they can be drawn on it.
    """
    keys: JsonDict = {"title": title, "params": list(params), "widget": widget}
    return keys if over is None else keys | {"over": over}


def groups(*each: JsonDict) -> JsonDict:
    """Give what a params model says in its configuration, as `json_schema_extra`."""
    return {"x-groups": list(each)}
