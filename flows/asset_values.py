"""Assets as rows and as values."""

from db.assets import NewAsset
from db.tables import Asset
from schemas.values import ImageValue, Value, VideoValue


def asset_value(asset: Asset) -> ImageValue | VideoValue:
    """Give the value that refers to a stored asset."""
    reference = {
        "asset_id": asset.id,
        "sha256": asset.sha256,
        "media_type": asset.media_type,
        "width": asset.width,
        "height": asset.height,
        "bytes": asset.bytes,
    }
    if asset.kind == "video":
        return VideoValue.model_validate(reference | {"duration_seconds": asset.duration_seconds})
    return ImageValue.model_validate(reference)


def new_asset(value: Value) -> NewAsset | None:
    """Give the row that a node's output needs, or None where it is no picture or video."""
    if not isinstance(value, ImageValue | VideoValue):
        return None
    return NewAsset(
        id=value.asset_id,
        sha256=value.sha256,
        media_type=value.media_type,
        kind=value.kind,
        width=value.width,
        height=value.height,
        bytes=value.bytes,
        duration_seconds=value.duration_seconds if isinstance(value, VideoValue) else None,
    )
