"""Uploaded files as the outside sees them."""

from uuid import UUID

from pydantic import Field

from schemas.values import AssetMetadata, VisualMetadata


class AssetRead(AssetMetadata):
    """A stored file as the outside sees it; `bytes` is the size."""

    url: str


class VisualRead(VisualMetadata, AssetRead):
    """A stored picture or video as the outside sees it."""


class AssetRecord(VisualRead):
    """An uploaded picture or video; sizes in pixels, after EXIF rotation, and bytes."""

    asset_id: UUID = Field(alias="id")
    duration_seconds: float | None = None
