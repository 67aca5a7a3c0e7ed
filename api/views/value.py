"""Values as the outside sees them."""

from api.views.asset import asset_fields
from schemas.values import ImageValue, NumberValue, TextValue, Value, VideoValue
from schemas.wire import value as wire


def present_value(value: Value) -> wire.Value:
    """Present a value: no hash of stored bytes, but where to get them."""
    match value:
        case TextValue() | NumberValue():
            return value
        case ImageValue():
            return wire.ImageRead(**asset_fields(value))
        case VideoValue():
            return wire.VideoRead(**asset_fields(value), duration_seconds=value.duration_seconds)
