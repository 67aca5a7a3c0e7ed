"""Values as the outside sees them."""

from typing import Any, cast

from api.views.asset import asset_fields
from db.lists.results import ListedResult
from db.queue.events import EventWithOutput
from db.tables import NodeExecution
from schemas.node_type import OUTPUT_HANDLE
from schemas.values import (
    AudioValue,
    BooleanValue,
    ImageValue,
    JsonDataValue,
    ListValue,
    NumberValue,
    TextValue,
    Value,
    VideoValue,
    outputs_adapter,
)
from schemas.wire import value as wire


def present_value(value: Value) -> wire.Value:
    """Present a value: no hash of stored bytes, but where to get them."""
    match value:
        case TextValue() | NumberValue() | BooleanValue() | JsonDataValue():
            return value
        case ImageValue():
            return wire.ImageRead(**asset_fields(value))
        case VideoValue():
            return wire.VideoRead(**asset_fields(value))
        case AudioValue():
            return wire.AudioRead(**asset_fields(value))
        case ListValue():
            items = tuple(cast("wire.Item", present_value(item)) for item in value.items)
            return wire.ListRead(of=value.of, items=items)


def present_outputs(row: NodeExecution | EventWithOutput | ListedResult) -> dict[str, Any]:
    """Present what a node gave: the value at `output`, and all by handle where there are more."""
    values = outputs_adapter.validate_python(row.outputs)
    read = {handle: present_value(value) for handle, value in values.items()}
    return {
        "output": read.get(OUTPUT_HANDLE),
        "outputs": {} if row.other_outputs is None else read,
    }
