"""The background node: an image on a colour, with room around it."""

from dataclasses import replace
from typing import Annotated, Final

from PIL import Image
from pydantic import Field

from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import ImageValue
from tasks.media import images
from tasks.media.composition import on_color, to_srgb
from tasks.media.image_file import check_size
from tasks.node_type.definition import ChildContext, InputPort, Inputs, Params, node_type
from tasks.node_type.form import color_field, hints

_ASPECT: Final = "^([1-9][0-9]{0,2}:[1-9][0-9]{0,2})?$"


class BackgroundParams(Params):
    """The form of a background node."""

    color: str = color_field(
        "#ffffff",
        title="Colour",
        description="Such as #ffffff; with two digits more how opaque it is: #ffffff80 is half transparent.",
    )
    aspect: str = Field(
        "",
        pattern=_ASPECT,
        examples=["16:9"],
        title="Aspect ratio",
        description="Width to height, such as 16:9; room is added, nothing is cut off. Empty: that of the picture.",
        json_schema_extra=hints(placeholder="as the picture"),
    )
    padding_percent: float = Field(
        0,
        ge=0,
        le=100,
        allow_inf_nan=False,
        title="Room on every side, in percent",
        description="Of the picture's longer side.",
    )


class BackgroundInputs(Inputs):
    """What an edge must bring."""

    image: Annotated[ImageValue, InputPort("Image", "The picture to put on the colour.")]


@node_type(
    "background",
    version=1,
    title="Background",
    category="image",
    effects="none",
    task_name="image-processing",
    icon="background",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=60),
    example=NodeTypeExample(
        title="A square with a white margin",
        data={"label": "Background", "color": "#ffffff", "aspect": "1:1", "paddingPercent": 5},
    ),
)
def background(
    params: BackgroundParams, inputs: BackgroundInputs, context: ChildContext
) -> ImageValue:
    """Puts a picture on a colour, in the middle, with room around it and up to an aspect ratio."""
    decoded = images.decode(context.read(inputs.image))
    size = padded_size(decoded.image.size, params.aspect, params.padding_percent)
    check_size(size)
    placed = to_srgb(decoded, "RGBA")
    canvas = Image.new("RGBA", size, (0, 0, 0, 0))
    width, height = placed.image.size
    canvas.paste(placed.image, ((size[0] - width) // 2, (size[1] - height) // 2))
    image = on_color(canvas, params.color)
    return images.store_image(replace(placed, image=image, full_size=None), context)


def padded_size(size: images.Size, aspect: str, padding_percent: float) -> images.Size:
    """Give the smallest size with this room on every side and this ratio of width to height."""
    room = 2 * round(max(size) * padding_percent / 100)
    width, height = size[0] + room, size[1] + room
    if not aspect:
        return width, height
    across, down = (int(part) for part in aspect.split(":"))
    if width * down < height * across:
        return round(height * across / down), height
    return width, round(width * down / across)
