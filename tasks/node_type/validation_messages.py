"""Pydantic's errors about a node's data, as sentences for the people who drew the node."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from schemas.problem import ProblemCode
from tasks.node_type.ports import fields_by_handle

_MAX_QUOTED: Final = 60
"""Characters of a wrong value that a sentence repeats."""

_TYPE_MESSAGES: Final[Mapping[str, str]] = {
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "string_type": "must be text",
    "dict_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
    "uuid_type": "must be the id of an uploaded file",
}
"""Sentences on values of the wrong type: such a document cannot be saved."""

_TYPE_ERRORS: Final = frozenset(
    {"missing", "union_tag_not_found", "union_tag_invalid", *_TYPE_MESSAGES}
)
_RANGE_ERRORS: Final = frozenset(
    {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number"}
)


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field of a node's data; `param` is its dotted path in JSON."""

    code: ProblemCode
    param: str
    message: str

    @property
    def handle(self) -> str:
        """The top-level field, which is also the handle of the port."""
        return self.param.partition(".")[0]


def field_problems(
    error: ValidationError, model: type[BaseModel], data: Mapping[str, Any], prefix: str = ""
) -> list[FieldProblem]:
    """Give one problem per field that `error`, raised by `model`, finds wrong in `data`.

    `prefix` stands before every path: the place of `data` in the node's data.
    """
    by_path: dict[str, list[ErrorDetails]] = {}
    for each in error.errors(include_url=False):
        by_path.setdefault(_path(each["loc"], data), []).append(each)
    return [_field_problem(prefix + path, found, model) for path, found in by_path.items()]


def _field_problem(
    path: str, found: Sequence[ErrorDetails], model: type[BaseModel]
) -> FieldProblem:
    """Judge one field; where a union gives several errors, the nearest miss is the one to tell."""
    nearest = next((each for each in found if each["type"] not in _TYPE_ERRORS), found[0])
    field = fields_by_handle(model).get(path.rpartition(".")[2])
    title = f"“{field.title}”" if field and field.title else f"“{path}”"
    return FieldProblem(_code(nearest), path, _message(title, nearest, field, model, len(found)))


def _code(error: ErrorDetails) -> ProblemCode:
    if error["type"] == "extra_forbidden":
        return ProblemCode.UNKNOWN_PARAM
    wrong_type = error["type"] in _TYPE_ERRORS
    if error["type"] == "literal_error":
        wrong_type = not isinstance(error["input"], str)
    return ProblemCode.MALFORMED_PARAM if wrong_type else ProblemCode.BAD_PARAM


def _path(loc: Sequence[int | str], data: Any) -> str:
    """Write the place of an error without the tags that pydantic adds for unions."""
    path: list[str] = []
    here = data
    tags: set[int] = set()
    for index, key in enumerate(loc):
        last = index == len(loc) - 1
        if (
            not last
            and index - 1 not in tags
            and isinstance(here, dict)
            and here.get("kind") == key
        ):
            tags.add(index)
            continue
        inside = isinstance(here, dict) and (key in here or last)
        if inside or (isinstance(here, list) and isinstance(key, int)):
            path.append(str(key))
            here = _descend(here, key)
    return ".".join(path)


def _descend(here: Any, key: int | str) -> Any:
    if isinstance(here, dict):
        return here.get(key)
    return here[key] if isinstance(key, int) and key < len(here) else None


def _message(
    title: str,
    error: ErrorDetails,
    field: FieldInfo | None,
    model: type[BaseModel],
    alternatives: int,
) -> str:
    kind = error["type"]
    is_ = f"it is {quote_value(error['input'])}"
    if kind == "extra_forbidden":
        return _unknown_field_message(title, model)
    if kind == "missing":
        return f"{title} is missing."
    if kind in _RANGE_ERRORS and field:
        return f"{title} must be {_bounds(field)}; {is_}."
    if kind in _TYPE_MESSAGES:
        wanted = "must be a number or text" if alternatives > 1 else _TYPE_MESSAGES[kind]
        return f"{title} {wanted}; {is_}."
    if kind == "string_pattern_mismatch":
        return _pattern_message(title, error, field)
    return _MESSAGES.get(kind, _generic_message)(title, error)


def _pattern_message(title: str, error: ErrorDetails, field: FieldInfo | None) -> str:
    found = quote_value(error["input"])
    if field and field.examples:
        return f"{title} must be written such as {quote_value(field.examples[0])}; it is {found}."
    return f"{title} is written in a way that is not allowed here: {found}."


def _unknown_field_message(title: str, model: type[BaseModel]) -> str:
    known = "" if "." in title else f"; known are {_join_names(sorted(fields_by_handle(model)))}"
    return f"There is no field {title} here{known}."


def _choice_message(title: str, error: ErrorDetails) -> str:
    return f"{title} must be {_expected(error)}; it is {quote_value(error['input'])}."


def _tag_message(title: str, error: ErrorDetails) -> str:
    allowed = str(error.get("ctx", {}).get("expected_tags", "")).replace("'", "`")
    return f"The `kind` of {title} must be {f'one of {allowed}' if allowed else 'given'}."


def _expected(error: ErrorDetails) -> str:
    return str(error.get("ctx", {}).get("expected", "something else")).replace("'", "")


def _generic_message(title: str, error: ErrorDetails) -> str:
    return f"{title} is not right; it is {quote_value(error['input'])}."


_MESSAGES: Final[Mapping[str, Callable[[str, ErrorDetails], str]]] = {
    "literal_error": _choice_message,
    "union_tag_invalid": _tag_message,
    "union_tag_not_found": _tag_message,
    "uuid_parsing": lambda title, error: (
        f"{title} must be the id of an uploaded file; it is {quote_value(error['input'])}."
    ),
    "string_too_short": lambda title, _: f"{title} is empty.",
    "string_too_long": lambda title, error: (
        f"{title} may have {error.get('ctx', {}).get('max_length')} characters at most;"
        f" it has {len(str(error['input']))}."
    ),
}


def _bounds(field: FieldInfo) -> str:
    """Write the range of a number: both ends, whichever of them was broken."""
    ends: dict[type, Any] = {type(each): each for each in field.metadata}
    if Ge in ends and Le in ends:
        return f"between {ends[Ge].ge} and {ends[Le].le:,}"
    words = [
        *([f"at least {ends[Ge].ge}"] if Ge in ends else []),
        *([f"more than {ends[Gt].gt}"] if Gt in ends else []),
        *([f"at most {ends[Le].le:,}"] if Le in ends else []),
        *([f"less than {ends[Lt].lt:,}"] if Lt in ends else []),
    ]
    return " and ".join(words) or "a finite number"


def quote_value(value: object) -> str:
    """Write a value into a sentence, shortened."""
    if isinstance(value, BaseModel):
        return "an object"
    text = f"“{value}”" if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _MAX_QUOTED else f"{text[: _MAX_QUOTED - 1]}…"


def _join_names(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[1:] else quoted)
