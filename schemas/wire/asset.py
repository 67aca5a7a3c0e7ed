"""Uploaded files as the outside sees them."""

from uuid import UUID

from schemas.base import FrozenModel


class AssetRecord(FrozenModel):
    """An uploaded picture or video; sizes in pixels, after EXIF rotation, and bytes."""

    id: UUID
    media_type: str
    width: int
    height: int
    bytes: int
    url: str
    duration_seconds: float | None = None
