"""Assets as the outside sees them."""

from uuid import UUID

from db.tables import Asset
from schemas.wire.asset import AssetRecord


def asset_url(asset_id: UUID) -> str:
    """Give the address of an asset, relative to the API."""
    return f"/api/assets/{asset_id}"


def present_asset(asset: Asset) -> AssetRecord:
    """Present an uploaded file."""
    return AssetRecord(
        id=asset.id,
        media_type=asset.media_type,
        width=asset.width,
        height=asset.height,
        bytes=asset.bytes,
        url=asset_url(asset.id),
        duration_seconds=asset.duration_seconds,
    )
