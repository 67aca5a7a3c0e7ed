"""Assets as the outside sees them."""

from datetime import datetime

from api.views.times import utc
from db.postgres.pagination import Page
from flows.functions.results import asset_fields
from schemas.values import MediaValue
from schemas.wire.asset import AssetPage, AssetRecord, StoredAssetRead


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
