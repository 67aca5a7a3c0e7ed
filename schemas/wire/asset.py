"""Uploaded files as the outside sees them."""

from uuid import UUID

from pydantic import Field

from schemas.values import AssetMetadata


class AssetRead(AssetMetadata):
    """A stored picture or video as the outside sees it; `bytes` is the size."""

    url: str


class AssetRecord(AssetRead):
    """An uploaded picture or video; sizes in pixels, after EXIF rotation, and bytes."""

    asset_id: UUID = Field(alias="id")
    duration_seconds: float | None = None
