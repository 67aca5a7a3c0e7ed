"""Values as the outside sees them, in a run's record and in its events."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from schemas.base import FrozenModel
from schemas.values import NumberValue, TextValue


class AssetRead(FrozenModel):
    """A stored picture or video as the outside sees it; `bytes` is the size."""

    asset_id: UUID
    media_type: str
    width: int
    height: int
    bytes: int
    url: str


class ImageRead(AssetRead):
    """A picture in a run's record."""

    kind: Literal["image"] = "image"


class VideoRead(AssetRead):
    """A video in a run's record."""

    kind: Literal["video"] = "video"
    duration_seconds: float


ValueRead = Annotated[TextValue | NumberValue | ImageRead | VideoRead, Field(discriminator="kind")]
