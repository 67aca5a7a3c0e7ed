"""Values as the outside sees them."""

from api.views.asset import asset_fields
from schemas.values import ImageValue, NumberValue, TextValue, Value, VideoValue
from schemas.wire.value import ImageRead, ValueRead, VideoRead


def present_value(value: Value) -> ValueRead:
    """Present a value: no hash of stored bytes, but where to get them."""
    match value:
        case TextValue() | NumberValue():
            return value
        case ImageValue():
            return ImageRead(**asset_fields(value))
        case VideoValue():
            return VideoRead(**asset_fields(value), duration_seconds=value.duration_seconds)
