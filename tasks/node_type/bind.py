"""From a node's data and what its edges bring to the typed arguments of its function.

Pure: the same words for a value that was typed and one that arrived by an edge.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import JsonValue, ValidationError
from pydantic.fields import FieldInfo

from schemas.errors import BadInputError
from schemas.node_type import Port
from schemas.problem import ProblemCode
from schemas.values import NumberValue, TextValue, Value
from tasks.node_type.definition import Inputs, NodeType, Params
from tasks.node_type.ports import (
    accepts_numbers,
    fields_by_handle,
    input_ports,
    param_port,
    plain_types,
)
from tasks.node_type.validation import own_params, param_problems
from tasks.node_type.validation_messages import field_problems, quote_value

PLACEHOLDER: Final = "{{input}}"
"""In typed text of a port with `placeholder`: where the connected text goes."""
TEXT_SEPARATOR: Final = "\n\n"
"""Between the texts of a port that takes many: a blank line."""
_NUMBER: Final = re.compile(
    r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE
)

ConnectedValues = Mapping[str, Sequence[Value]]
"""What arrived, by handle, in order; ports without an edge are absent."""


def bind(
    node_type: NodeType, data: Mapping[str, Any], connected: ConnectedValues
) -> tuple[Params, Inputs]:
    """Give the params and inputs a node runs with.

    A connected value wins over a typed one; several texts are joined with a blank line; where
    typed text holds `{{input}}`, the connected text takes that place, literally and in one
    pass, instead of replacing it all.

    Raises:
        BadInputError: `missing_input`; `bad_input` where a value cannot be read as what the
            port takes, or is out of range; else the code of the problem the node type sees.
    """
    raw = own_params(data)
    fields = fields_by_handle(node_type.params)
    for port in input_ports(node_type):
        values = connected.get(port.handle)
        if port.param and values:
            raw[port.handle] = _param_value(port, fields[port.handle], raw.get(port.handle), values)
    params, inputs = _make_params(node_type, raw), _make_inputs(node_type, connected)
    _validate(node_type, params, connected)
    return params, inputs


def input_values(
    node_type: NodeType, data: Mapping[str, Any], connected: ConnectedValues
) -> dict[str, Value | list[Value]]:
    """Give what the record shows as the node's input: what arrived and what was typed.

    Typed text and numbers (or their defaults) appear where no edge replaces them; a port
    that takes many has a list.
    """
    typed = own_params(data)
    recorded: dict[str, Value | list[Value]] = {}
    for port in input_ports(node_type):
        values = list(connected.get(port.handle, ()))
        if not values and port.param:
            field = fields_by_handle(node_type.params)[port.handle]
            values = _typed_value(typed.get(port.handle, field.default))
        if values:
            recorded[port.handle] = values if port.many else values[0]
    return recorded


def _typed_value(typed: object) -> list[Value]:
    if isinstance(typed, str) and typed.strip():
        return [TextValue(text=typed)]
    if isinstance(typed, (int, float)) and not isinstance(typed, bool) and math.isfinite(typed):
        return [NumberValue(number=typed)]
    return []


def _make_params(node_type: NodeType, raw: Mapping[str, Any]) -> Params:
    try:
        return node_type.params.model_validate(raw, by_alias=True, by_name=False)
    except ValidationError as error:
        found = field_problems(error, node_type.params, raw)
        sentences = " ".join(problem.message for problem in found)
        raise BadInputError("bad_input", sentences) from error


def _validate(node_type: NodeType, params: Params, connected: ConnectedValues) -> None:
    """Let the node type judge the params once more, now that connected values are known."""
    fed = frozenset(port.handle for port in input_ports(node_type) if not port.param)
    problems = node_type.validate(params, fed & connected.keys())
    if problems:
        first = problems[0]
        code = "bad_input" if first.code is ProblemCode.BAD_PARAM else first.code.value
        raise BadInputError(code, " ".join(problem.message for problem in problems))


def _make_inputs(node_type: NodeType, connected: ConnectedValues) -> Inputs:
    arrived: dict[str, Any] = {}
    for port in input_ports(node_type):
        values = connected.get(port.handle, ())
        if port.param or not (values or port.required):
            continue
        if not values:
            raise BadInputError("missing_input", f"Nothing arrived at “{port.title}”: connect it.")
        for value in values:
            _check_kind(port, value)
        arrived[port.handle] = list(values) if port.many else values[0]
    return node_type.inputs.model_validate(arrived)


def _param_value(port: Port, field: FieldInfo, typed: object, values: Sequence[Value]) -> Any:
    """Turn what arrived at the port of a param into the param's typed form."""
    for value in values:
        _check_kind(port, value)
    first = values[0]
    if isinstance(first, NumberValue) and accepts_numbers(field):
        return first.number
    text = TEXT_SEPARATOR.join(_as_text(value) for value in values)
    if port.placeholder and isinstance(typed, str) and PLACEHOLDER in typed:
        return typed.replace(PLACEHOLDER, text)
    return _parse_text(port, field, text)


def _parse_text(port: Port, field: FieldInfo, text: str) -> Any:
    """Read text as what the param's annotation wants."""
    from_text = param_port(field).from_text
    types = plain_types(field.annotation)
    if from_text:
        return from_text(text)
    if str in types:
        return text
    if accepts_numbers(field):
        return _parse_number(port, text)
    if dict in types:
        return _parse_object(port, text)
    return text.strip()  # one of the words of a Literal


def _parse_number(port: Port, text: str) -> float:
    digits = text.strip()
    if port.handle.endswith("Percent"):
        digits = digits.removesuffix("%").rstrip()
    number = float(digits) if _NUMBER.fullmatch(digits) else math.inf
    if not math.isfinite(number):
        raise BadInputError(
            "bad_input",
            f"“{port.title}” takes a number such as 50 or 12.5; the text {quote_value(text)} arrived.",
        )
    return number


def _parse_object(port: Port, text: str) -> JsonValue:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInputError(
            "bad_input",
            f"“{port.title}” takes a JSON object; the text {quote_value(text)} arrived.",
        ) from error


def _check_kind(port: Port, value: Value) -> None:
    if value.kind not in port.kinds:
        kinds = " or ".join(port.kinds)
        raise BadInputError(
            "bad_input", f"“{port.title}” takes {kinds}; a value of kind {value.kind} arrived."
        )


def _as_text(value: Value) -> str:
    return value.text if isinstance(value, TextValue) else f"{getattr(value, 'number', ''):g}"


__all__ = ["bind", "input_values", "own_params", "param_problems"]
