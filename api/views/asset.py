"""Assets as the outside sees them."""

from typing import Any
from uuid import UUID

from schemas.values import AssetValue, MediaValue
from schemas.wire.asset import AssetRecord


def asset_url(asset_id: UUID) -> str:
    """Give the address of an asset, relative to the API."""
    return f"/api/assets/{asset_id}"


def asset_fields(value: AssetValue) -> dict[str, Any]:
    """Give what the outside sees of an asset: no hash of its bytes, but where to get them."""
    fields = value.model_dump(exclude={"sha256", "kind"}, by_alias=False)
    return fields | {"url": asset_url(value.asset_id)}


def present_asset(asset: MediaValue) -> AssetRecord:
    """Present an uploaded file."""
    return AssetRecord(**asset_fields(asset))
