"""What travels along edges, and which kind of value fits which port."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID, uuid5

from pydantic import Field, JsonValue, TypeAdapter, model_validator
from typing_extensions import TypeAliasType

from schemas.base import FrozenModel

MAX_TEXT_BYTES: Final = 1_000_000
"""Of the text that a node gives, as UTF-8: as much as a whole graph may have."""
ASSET_NAMESPACE: Final = UUID("5d6ad5a1-3a0c-4c8c-9f0e-6a1f6a2f6f0b")

KindName = Literal["text", "number", "boolean", "json", "image", "video", "audio"]
Kind = TypeAliasType("Kind", KindName)
"""The kind of a value, and of the port it leaves or enters; a list is one of values of a kind."""


class TextValue(FrozenModel):
    """A piece of text."""

    kind: Literal["text"] = "text"
    text: str


class NumberValue(FrozenModel):
    """A number; whole numbers are floats without a fraction."""

    kind: Literal["number"] = "number"
    number: float = Field(allow_inf_nan=False)


class BooleanValue(FrozenModel):
    """True or false."""

    kind: Literal["boolean"] = "boolean"
    boolean: bool


class JsonDataValue(FrozenModel):
    """Any JSON: an object, a list, or one of what they are made of."""

    kind: Literal["json"] = "json"
    data: JsonValue = Field(alias="json")


class AssetMetadata(FrozenModel):
    """What is known of a stored file, in rows, in values and in answers; `bytes` is its size."""

    asset_id: UUID
    media_type: str
    bytes: int


class VisualMetadata(AssetMetadata):
    """What is known of an image or video besides; width and height in pixels."""

    width: int
    height: int


class AssetValue(AssetMetadata):
    """A reference to stored bytes: the bytes themselves never travel.

    `sha256` is where the asset store keeps them and is not shown to the outside.
    """

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class VisualValue(AssetValue):
    """A reference to something to be seen."""

    width: int = Field(ge=1)
    height: int = Field(ge=1)


class ImageValue(VisualValue):
    """A still picture; width and height are in pixels, after EXIF rotation."""

    kind: Literal["image"] = "image"


class VideoValue(VisualValue):
    """A moving picture; width and height are in pixels, the duration in seconds."""

    kind: Literal["video"] = "video"
    duration_seconds: float = Field(gt=0, allow_inf_nan=False)


class AudioValue(AssetValue):
    """A sound; the duration in seconds."""

    kind: Literal["audio"] = "audio"
    duration_seconds: float = Field(gt=0, allow_inf_nan=False)


MediaValue = Annotated[ImageValue | VideoValue, Field(discriminator="kind")]
"""What can be uploaded: a value of which `assets` has a row."""

ItemValue = Annotated[
    TextValue | NumberValue | BooleanValue | JsonDataValue | ImageValue | VideoValue | AudioValue,
    Field(discriminator="kind"),
]
"""One value that is no list."""


class ListValue(FrozenModel):
    """Several values of one kind, in their order; it may be empty."""

    kind: Literal["list"] = "list"
    of: Kind
    items: tuple[ItemValue, ...]

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        strange = next((item.kind for item in self.items if item.kind != self.of), None)
        if strange is not None:
            raise ValueError(f"a list of {self.of} values has one of the kind {strange}")
        return self


Value = Annotated[
    TextValue
    | NumberValue
    | BooleanValue
    | JsonDataValue
    | ImageValue
    | VideoValue
    | AudioValue
    | ListValue,
    Field(discriminator="kind"),
]
"""One value, as stored in `node_executions` and passed from node to node."""

NodeInput = Value | list[Value]
"""What one port of a node received: a list where the port takes many."""

media_adapter: TypeAdapter[MediaValue] = TypeAdapter(MediaValue)
value_adapter: TypeAdapter[Value] = TypeAdapter(Value)
outputs_adapter: TypeAdapter[dict[str, Value]] = TypeAdapter(dict[str, Value])
inputs_adapter: TypeAdapter[dict[str, NodeInput]] = TypeAdapter(dict[str, NodeInput])


@dataclass(frozen=True)
class MediaInfo:
    """What a look into a file finds: sizes in pixels, upright, and the length of a video."""

    media_type: str
    width: int
    height: int
    duration_seconds: float | None = None

    @property
    def kind(self) -> Literal["image", "video"]:
        """What it is: only videos last."""
        return "image" if self.duration_seconds is None else "video"


def asset_id(owner_id: str, sha256: str, media_type: str) -> UUID:
    """Give the id of an asset: the same bytes of the same owner are the same asset."""
    return uuid5(ASSET_NAMESPACE, f"{owner_id}\n{media_type}\n{sha256}")


def media_value(owner_id: str, sha256: str, size: int, info: MediaInfo) -> MediaValue:
    """Make the value of a file that was looked into and stored; `size` in bytes."""
    id = asset_id(owner_id, sha256, info.media_type)
    stored = {"kind": info.kind, "asset_id": id, "sha256": sha256, "bytes": size}
    return read_media(asdict(info) | stored)


def read_media(fields: dict[str, Any]) -> MediaValue:
    """Make the value of its fields by name; what is None does not apply to its kind."""
    return media_adapter.validate_python({k: v for k, v in fields.items() if v is not None})


def text_bytes(text: str) -> int:
    """Give the size of a text as UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def items_of(values: Iterable[Value]) -> Iterator[ItemValue]:
    """Give the values one by one, those of a list in its place."""
    for value in values:
        if isinstance(value, ListValue):
            yield from value.items
        else:
            yield value
