"""What a node gives: one value, or values at several named outputs of which some may stay empty."""

from collections.abc import Mapping
from types import NoneType
from typing import Any, Final, get_args, get_origin

from pydantic.fields import FieldInfo

from schemas.base import Model
from schemas.node_type import KINDS, OUTPUT_HANDLE, OutputPort
from schemas.values import ItemValue, Kind, ListValue, Value

KIND_OF_TYPE: Final[Mapping[object, Kind]] = {
    value_type: value_type.model_fields["kind"].default
    for value_type in get_args(get_args(ItemValue)[0])
}
"""The kind of each class of values."""
_TITLES: Final = {kind.id: kind.title for kind in KINDS}


class Outputs(Model):
    """Base of what a node with several outputs gives: a field for each, None where it stays empty.

    The first field is `output`. A field is a class of values or a list of one, or None;
    `Field(title=…, description=…)` says what people read.
    """


def output_ports(returned: Any) -> tuple[OutputPort, ...]:
    """Read the outputs off what a node's function returns: a class of values, a list, Outputs.

    Raises:
        TypeError: it is something else, or the first of the outputs is not called `output`.
    """
    if not (isinstance(returned, type) and issubclass(returned, Outputs)):
        return (_output_port(OUTPUT_HANDLE, returned),)
    ports = tuple(
        _output_port(field.alias or name, field.annotation, field)
        for name, field in returned.model_fields.items()
    )
    if not ports or ports[0].handle != OUTPUT_HANDLE:
        raise TypeError(f"The first output of {returned.__name__} must be called {OUTPUT_HANDLE}.")
    return ports


def values_by_handle(returned: Any, ports: tuple[OutputPort, ...]) -> dict[str, Value]:
    """Give what a node's function returned by output; an output that stays empty is absent."""
    single = not isinstance(returned, Outputs)
    given = {OUTPUT_HANDLE: returned} if single else dict(_fields(returned))
    return {
        port.handle: ListValue(of=port.kind, items=tuple(value)) if port.is_list else value
        for port in ports
        if (value := given[port.handle]) is not None
    }


def _fields(outputs: Outputs) -> Mapping[str, Any]:
    return {
        field.alias or name: getattr(outputs, name)
        for name, field in type(outputs).model_fields.items()
    }


def _output_port(handle: str, annotation: Any, field: FieldInfo | None = None) -> OutputPort:
    choices = [each for each in get_args(annotation) if each is not NoneType]
    is_optional = len(choices) < len(get_args(annotation))
    given = choices[0] if is_optional and len(choices) == 1 else annotation
    is_list = get_origin(given) in (list, tuple)
    item = get_args(given)[0] if is_list else given
    if item not in KIND_OF_TYPE:
        raise TypeError(f"An output is a class of values or a list of one, not {annotation}.")
    kind = KIND_OF_TYPE[item]
    return OutputPort(
        handle=handle,
        title=(field and field.title) or _TITLES[kind],
        description=(field and field.description) or "",
        kind=kind,
        is_list=is_list,
    )
