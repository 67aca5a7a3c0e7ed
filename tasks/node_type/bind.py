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
from schemas.node_type import Port, fits
from schemas.problem import ProblemCode
from schemas.values import (
    AssetValue,
    BooleanValue,
    ItemValue,
    JsonDataValue,
    ListValue,
    NumberValue,
    TextValue,
    Value,
    items_of,
    text_bytes,
)
from tasks.node_type.definition import Inputs, NodeType, Params
from tasks.node_type.ports import (
    accepts_numbers,
    fields_by_handle,
    input_ports,
    param_port,
    plain_types,
)
from tasks.node_type.texts import has_placeholder, join_texts, joined_bytes, limit_bound_text
from tasks.node_type.validation import own_params, param_problems, unconnected_placeholder_message
from tasks.node_type.validation_messages import field_problems, quote_value

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
        BadInputError: `missing_input`; `text_too_long`, before such a text is made; `bad_input`
            where a value cannot be read as what the port takes, or is out of range; else the
            code of the problem the node type sees.
    """
    bound_bytes(node_type, data, connected)
    connected = {
        port.handle: _accepted_items(port, connected[port.handle])
        for port in input_ports(node_type)
        if port.handle in connected
    }
    raw = own_params(data)
    fields = fields_by_handle(node_type.params)
    for port in input_ports(node_type):
        values, typed = connected.get(port.handle), raw.get(port.handle)
        if port.param and values:
            raw[port.handle] = _param_value(port, fields[port.handle], typed, values)
        elif has_placeholder(port, typed):
            raise BadInputError("missing_input", unconnected_placeholder_message(port))
    params, inputs = _make_params(node_type, raw), _make_inputs(node_type, connected)
    _validate(node_type, params, connected)
    return params, inputs


def bound_bytes(node_type: NodeType, data: Mapping[str, Any], connected: ConnectedValues) -> int:
    """Give the size of all text that a node is given by connections, put together.

    Raises:
        BadInputError: `text_too_long`.
    """
    size = 0
    for port in input_ports(node_type):
        arrived: list[int] = []
        for value in items_of(connected.get(port.handle, ())):
            if not isinstance(value, AssetValue):
                arrived.append(text_bytes(_as_text(value)))
                limit_bound_text(size + sum(arrived))
        if arrived:
            size += joined_bytes(port, data.get(port.handle) if port.param else None, arrived)
            limit_bound_text(size)
    return size


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
        values: list[Value] = [*items_of(connected.get(port.handle, ()))]
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


def _make_inputs(node_type: NodeType, connected: Mapping[str, Sequence[ItemValue]]) -> Inputs:
    arrived: dict[str, Any] = {}
    for port in input_ports(node_type):
        values = connected.get(port.handle, ())
        if port.param or not (values or port.required):
            continue
        if not values:
            raise BadInputError("missing_input", f"Nothing arrived at “{port.title}”: connect it.")
        arrived[port.handle] = list(values) if port.many else values[0]
    return node_type.inputs.model_validate(arrived)


def _param_value(port: Port, field: FieldInfo, typed: object, values: Sequence[ItemValue]) -> Any:
    """Turn what arrived at the port of a param into the param's typed form."""
    match values[0]:
        case NumberValue(number=number) if "number" in port.kinds:
            return number
        case BooleanValue(boolean=boolean) if "boolean" in port.kinds:
            return boolean
        case JsonDataValue(data=data) if "json" in port.kinds:
            return data
        case _:
            pass
    text = join_texts(port, typed, (_as_text(value) for value in values))
    return text if has_placeholder(port, typed) else _parse_text(port, field, text)


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
    if bool in types:
        return _parse_boolean(port, text)
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


def _parse_boolean(port: Port, text: str) -> bool:
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise BadInputError(
            "bad_input",
            f"“{port.title}” takes true or false; the text {quote_value(text)} arrived.",
        )
    return word == "true"


def _parse_object(port: Port, text: str) -> JsonValue:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInputError(
            "bad_input",
            f"“{port.title}” takes a JSON object; the text {quote_value(text)} arrived.",
        ) from error


def _accepted_items(port: Port, values: Sequence[Value]) -> list[ItemValue]:
    """Give what arrived at a port, lists taken apart. Raises BadInputError where it does not fit."""
    for value in values:
        is_list = isinstance(value, ListValue)
        kind = value.of if isinstance(value, ListValue) else value.kind
        if not fits(kind, port, is_list=is_list):
            taken, given = " or ".join(port.kinds), f"a list of {kind}" if is_list else kind
            raise BadInputError(
                "bad_input", f"“{port.title}” takes {taken}; a value of kind {given} arrived."
            )
    return list(items_of(values))


def _as_text(value: ItemValue) -> str:
    match value:
        case TextValue():
            return value.text
        case NumberValue():
            return f"{value.number:g}"
        case BooleanValue():
            return "true" if value.boolean else "false"
        case JsonDataValue():
            return json.dumps(value.data, ensure_ascii=False)
        case _:
            raise TypeError(f"there are no words for a value of kind {value.kind}")


__all__ = ["bind", "bound_bytes", "input_values", "own_params", "param_problems"]
