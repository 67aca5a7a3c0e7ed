"""The convert node: an image in another file format."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import ImageValue
from tasks.media import images
from tasks.media.composition import on_color, to_srgb
from tasks.node_type.definition import (
    ChildContext,
    InputPort,
    Inputs,
    Params,
    WholeNumber,
    node_type,
)
from tasks.node_type.form import color_field


class ConvertParams(Params):
    """The form of a convert node."""

    format: Literal["jpeg", "png", "webp"] = Field("jpeg", title="Format")
    quality: WholeNumber = Field(
        85,
        ge=1,
        le=100,
        title="Quality",
        description="Of JPEG and WebP: a smaller number makes a smaller file. PNG loses nothing.",
    )
    background: str = color_field(
        "#ffffff",
        title="Colour behind it",
        description="JPEG has no transparency: what is transparent gets this colour.",
    )


class ConvertInputs(Inputs):
    """What an edge must bring."""

    image: Annotated[ImageValue, InputPort("Image", "The picture to convert.")]


@node_type(
    "convert",
    version=1,
    title="Format",
    category="image",
    effects="none",
    task_name="image-processing",
    icon="convert",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=60),
    example=NodeTypeExample(
        title="A small file for a web page",
        data={"label": "For the web", "format": "webp", "quality": 80},
    ),
)
def convert(params: ConvertParams, inputs: ConvertInputs, context: ChildContext) -> ImageValue:
    """Writes a picture in the format and quality that are wanted."""
    image = to_srgb(images.decode(context.read(inputs.image))).image
    if params.format == "jpeg":
        image = on_color(image, params.background[:7])
    data, media_type = images.encode_as(image, params.format, params.quality)
    return context.store_image(data, media_type, image.size)
