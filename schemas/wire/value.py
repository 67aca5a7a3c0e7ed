"""Values as the outside sees them, in a run's record and in its events."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from schemas.base import FrozenModel
from schemas.values import BooleanValue, JsonDataValue, Kind, NumberValue, TextValue
from schemas.wire.asset import AssetRead, VisualRead


class ImageRead(VisualRead):
    """A picture in a run's record."""

    kind: Literal["image"] = "image"


class VideoRead(VisualRead):
    """A video in a run's record."""

    kind: Literal["video"] = "video"
    duration_seconds: float


class AudioRead(AssetRead):
    """A sound in a run's record."""

    kind: Literal["audio"] = "audio"
    duration_seconds: float


Item = TypeAliasType(
    "Item",
    Annotated[
        TextValue | NumberValue | BooleanValue | JsonDataValue | ImageRead | VideoRead | AudioRead,
        Field(discriminator="kind"),
    ],
)


class ListRead(FrozenModel):
    """Several values of one kind in a run's record."""

    kind: Literal["list"] = "list"
    of: Kind
    items: tuple[Item, ...]


Value = TypeAliasType(
    "Value",
    Annotated[
        TextValue
        | NumberValue
        | BooleanValue
        | JsonDataValue
        | ImageRead
        | VideoRead
        | AudioRead
        | ListRead,
        Field(discriminator="kind"),
    ],
)
