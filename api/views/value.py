"""Values as the outside sees them."""

from typing import Any, Final

from api.views.asset import asset_url
from schemas.values import AssetValue, ImageValue, NumberValue, TextValue, Value, VideoValue
from schemas.wire.value import ImageRead, ValueRead, VideoRead

_PUBLIC_FIELDS: Final = frozenset({"asset_id", "media_type", "width", "height", "bytes"})


def present_value(value: Value) -> ValueRead:
    """Present a value: no hash of stored bytes, but where to get them."""
    match value:
        case TextValue() | NumberValue():
            return value
        case ImageValue():
            return ImageRead(**_asset_fields(value))
        case VideoValue():
            return VideoRead(**_asset_fields(value), duration_seconds=value.duration_seconds)


def _asset_fields(value: AssetValue) -> dict[str, Any]:
    return {
        **value.model_dump(include=set(_PUBLIC_FIELDS), by_alias=False),
        "url": asset_url(value.asset_id),
    }
