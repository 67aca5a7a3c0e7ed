"""Uploaded files as the outside sees them."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from schemas.base import FrozenModel
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


class StoredAssetRead(AssetRecord):
    """A file in a list; `createdAt` is when it was first uploaded or made."""

    created_at: datetime


class AssetPage(FrozenModel):
    """A page of stored files, the newest first."""

    items: list[StoredAssetRead]
    next_cursor: str | None
