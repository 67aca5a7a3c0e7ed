"""What is wrong with the fields and parameters of a request, in our words and by their names in it.

The libraries that read requests say it in terms of Python.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final, get_args
from uuid import UUID

from litestar import Request
from litestar.enums import ParamType
from litestar.exceptions import ValidationException
from litestar.params import ParameterKwarg
from litestar.typing import FieldDefinition
from pydantic.alias_generators import to_camel

from schemas.wire.error import FieldError

MAX_FIELD_ERRORS: Final = 50
"""Told at once; a flood of them would help nobody."""
_UNIONS: Final = frozenset({"scope", "timing"})
"""Fields whose values are of several kinds."""
_TIME: Final = "must be a time with its zone, such as 2027-05-01T09:00:00Z"
_SENTENCES: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "extra_forbidden": "is an unknown field: leave it out",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "uuid_type": "must be an id, as the API gives it",
    "uuid_parsing": "must be an id, as the API gives it",
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "timezone_aware": _TIME,
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "union_tag_not_found": "needs the field {discriminator}, which says what it is",
    "union_tag_invalid": "has a kind that is none of {expected_tags}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "is written in a way that is not allowed",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
}


def field_errors(request: Request[Any, Any, Any], error: ValidationException) -> list[FieldError]:
    """Give what is wrong, by the names of the request; empty where nobody can say."""
    found = [
        *_body_errors(getattr(error.__cause__, "errors", ())),
        *_parameter_errors(request, error.extra if isinstance(error.extra, list) else []),
    ]
    # Where a parameter is wrong, Litestar finds a body that is not there wrong as well.
    return ([each for each in found if each.field != "body"] or found)[:MAX_FIELD_ERRORS]


def describe_error(error: Mapping[str, Any]) -> str:
    """Put an error of pydantic's into our words, to stand behind the name of its field."""
    if error["type"] == "value_error":  # from a validator of ours
        return str(error["ctx"]["error"])
    facts = {name: str(value) for name, value in error.get("ctx", {}).items()}
    return _SENTENCES.get(error["type"], "is not valid").format_map(facts)


def _body_errors(errors: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    for each in errors:
        path = [str(step) for step in each["loc"]]
        if len(path) > 1 and path[0] in _UNIONS:
            del path[1]  # the kind, which is no field around the others
        yield FieldError(field=".".join(path) or "body", message=describe_error(each))


def _parameter_errors(
    request: Request[Any, Any, Any], errors: Sequence[Mapping[str, Any]]
) -> Iterator[FieldError]:
    parameters = request.route_handler.parsed_fn_signature.parameters
    for each in errors:
        name = str(each.get("key", "")).partition(".")[0]
        definition = parameters.get(name)
        if name == "data":
            yield FieldError(field="body", message="is not what this address takes")
        elif definition is not None:
            yield FieldError(field=_wire_name(definition), message=_expectation(definition))


def _wire_name(definition: FieldDefinition) -> str:
    kwarg = definition.kwarg_definition
    if isinstance(kwarg, ParameterKwarg) and kwarg.param_type is ParamType.PATH:
        return to_camel(definition.name)
    return (isinstance(kwarg, ParameterKwarg) and kwarg.name) or definition.name


def _expectation(definition: FieldDefinition) -> str:
    """Say what a parameter must be, by its type and limits."""
    options = _options(definition.raw)
    if options:
        return f"must be one of {', '.join(options)}"
    names = {int: "a whole number", float: "a number", bool: "true or false", UUID: "an id"}
    kind = next((names[each] for each in _plain_types(definition.raw) if each in names), "text")
    return f"must be {kind}{_limits(definition.kwarg_definition)}"


def _options(type_: Any) -> list[str]:
    """Give the words that a literal or an enumeration allows."""
    return [
        str(each.value if isinstance(each, Enum) else each)
        for found in _plain_types(type_)
        for each in (found if isinstance(found, type) and issubclass(found, Enum) else [found])
        if isinstance(each, (str, Enum))
    ]


def _plain_types(type_: Any) -> Iterator[Any]:
    """Give what a type is made of, through its names, options and lists."""
    type_ = getattr(type_, "__value__", type_)
    inner = get_args(type_)
    for each in inner:
        yield from _plain_types(each)
    if not inner:
        yield type_


def _limits(kwarg: Any) -> str:
    ends = (
        (" from {}", getattr(kwarg, "ge", None)),
        (" to {}", getattr(kwarg, "le", None)),
        (" of at least {} characters", getattr(kwarg, "min_length", None)),
        (" of at most {} characters", getattr(kwarg, "max_length", None)),
    )
    return "".join(words.format(value) for words, value in ends if value is not None)
