"""Assets as the outside sees them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from api.views.times import utc
from db.postgres.pagination import Page
from schemas.values import AssetValue, MediaValue
from schemas.wire.asset import AssetPage, AssetRecord, StoredAssetRead


def asset_url(asset_id: UUID) -> str:
    """Give the address of an asset, relative to the API."""
    return f"/api/assets/{asset_id}"


def asset_fields(value: AssetValue) -> dict[str, Any]:
    """Give what the outside sees of an asset: no hash of its bytes, but where to get them."""
    fields = value.model_dump(exclude={"sha256", "kind"}, by_alias=False)
    return fields | {"url": asset_url(value.asset_id)}


def present_assets(page: Page[tuple[MediaValue, datetime]]) -> AssetPage:
    """Present a page of stored files."""
    items = [
        StoredAssetRead(**asset_fields(asset), created_at=utc(created_at))
        for asset, created_at in page.items
    ]
    return AssetPage(items=items, next_cursor=page.next_cursor)


def present_asset(asset: MediaValue) -> AssetRecord:
    """Present an uploaded file."""
    return AssetRecord(**asset_fields(asset))
