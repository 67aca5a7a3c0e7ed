"""What travels along edges, and which kind of value fits which port."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from schemas.base import FrozenModel

Kind = Literal["text", "number", "image", "video"]
"""The kind of a value, and of the port it leaves or enters."""


class TextValue(FrozenModel):
    """A piece of text."""

    kind: Literal["text"] = "text"
    text: str


class NumberValue(FrozenModel):
    """A number; whole numbers are floats without a fraction."""

    kind: Literal["number"] = "number"
    number: float = Field(allow_inf_nan=False)


class AssetValue(FrozenModel):
    """A reference to stored bytes: the bytes themselves never travel.

    `sha256` is where the asset store keeps them and is not shown to the outside;
    `bytes` is their number.
    """

    asset_id: UUID
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    media_type: str
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    bytes: int = Field(ge=0)


class ImageValue(AssetValue):
    """A still picture; width and height are in pixels, after EXIF rotation."""

    kind: Literal["image"] = "image"


class VideoValue(AssetValue):
    """A moving picture; width and height are in pixels, the duration in seconds."""

    kind: Literal["video"] = "video"
    duration_seconds: float = Field(gt=0, allow_inf_nan=False)


Value = Annotated[TextValue | NumberValue | ImageValue | VideoValue, Field(discriminator="kind")]
"""One value, as stored in `node_executions` and passed from node to node."""

NodeInput = Value | list[Value]
"""What one port of a node received: a list where the port takes many."""

value_adapter: TypeAdapter[Value] = TypeAdapter(Value)
inputs_adapter: TypeAdapter[dict[str, NodeInput]] = TypeAdapter(dict[str, NodeInput])
