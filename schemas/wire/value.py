"""Values as the outside sees them, in a run's record and in its events."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from schemas.values import NumberValue, TextValue
from schemas.wire.asset import AssetRead


class ImageRead(AssetRead):
    """A picture in a run's record."""

    kind: Literal["image"] = "image"


class VideoRead(AssetRead):
    """A video in a run's record."""

    kind: Literal["video"] = "video"
    duration_seconds: float


Value = TypeAliasType(
    "Value", Annotated[TextValue | NumberValue | ImageRead | VideoRead, Field(discriminator="kind")]
)
