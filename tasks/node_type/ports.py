"""The input ports of a node type, read off its params and inputs models."""

from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schemas.node_type import Port
from schemas.values import Kind
from tasks.node_type.definition import InputPort, NodeType, ParamPort
from tasks.node_type.outputs import KIND_OF_TYPE


@cache
def input_ports(node_type: NodeType) -> tuple[Port, ...]:
    """Give every port an edge may enter: inputs first, then one per param, in model order."""
    inputs = [
        _input_port(name, field) for name, field in fields_by_handle(node_type.inputs).items()
    ]
    params = [
        _param_port(name, field) for name, field in fields_by_handle(node_type.params).items()
    ]
    return (*inputs, *params)


def fields_by_handle(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Give the fields of a model under their names in JSON, which are the handles."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def param_port(field: FieldInfo) -> ParamPort:
    """Give what a param's annotation says about its port."""
    return next((each for each in field.metadata if isinstance(each, ParamPort)), ParamPort())


def plain_types(annotation: object) -> frozenset[object]:
    """Give every plain type in an annotation, looking through unions and `Annotated`."""
    args = get_args(annotation)
    if not args or get_origin(annotation) in (dict, list):
        return frozenset({get_origin(annotation) or annotation})
    return frozenset().union(*(plain_types(arg) for arg in args))


def accepts_numbers(field: FieldInfo) -> bool:
    """Whether a param may be a number."""
    return not plain_types(field.annotation).isdisjoint((int, float))


def _input_port(handle: str, field: FieldInfo) -> Port:
    many = get_origin(field.annotation) is list
    annotation: Any = get_args(field.annotation)[0] if many else field.annotation
    kinds: set[Kind] = {KIND_OF_TYPE[each] for each in plain_types(annotation) - {type(None)}}
    note = next((each for each in field.metadata if isinstance(each, InputPort)), None)
    return Port(
        handle=handle,
        title=note.title if note else handle,
        description=note.description if note else "",
        kinds=tuple(kinds),
        required=field.is_required(),
        many=many,
    )


def _param_port(handle: str, field: FieldInfo) -> Port:
    note = param_port(field)
    return Port(
        handle=handle,
        title=field.title or handle,
        description=field.description or "",
        kinds=_param_kinds(field),
        many=note.many,
        param=True,
        placeholder=note.placeholder,
        preferred=note.preferred,
    )


def _param_kinds(field: FieldInfo) -> tuple[Kind, ...]:
    """Give what a param can be connected with: its own kind, and text that can be read as it."""
    if accepts_numbers(field):
        return ("number", "text")
    types = plain_types(field.annotation)
    if bool in types:
        return ("boolean", "text")
    return ("json", "text") if dict in types else ("text",)
