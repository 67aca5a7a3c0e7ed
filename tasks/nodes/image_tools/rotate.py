"""The rotate node: an image turned and mirrored."""

import math
from dataclasses import replace
from typing import Annotated, Final, Literal

from PIL import Image, ImageOps
from pydantic import Field

from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import ImageValue
from tasks.media import images
from tasks.media.composition import TRANSPARENT, on_color, to_srgb
from tasks.media.image_file import check_size
from tasks.node_type.definition import ChildContext, InputPort, Inputs, Params, node_type
from tasks.node_type.form import color_field

_QUARTERS: Final = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


class RotateParams(Params):
    """The form of a rotate node."""

    angle: float = Field(
        90,
        ge=-360,
        le=360,
        allow_inf_nan=False,
        title="Angle, in degrees",
        description="Clockwise. Quarter turns change no pixel; others make the picture larger, so that all of it stays.",
    )
    flip: Literal["none", "horizontal", "vertical"] = Field(
        "none",
        title="Flip",
        description="Before it is turned. horizontal: left and right are exchanged. vertical: top and bottom.",
    )
    background: str = color_field(
        TRANSPARENT,
        title="Colour of the corners",
        description="Such as #ffffff; #00000000 is transparent.",
    )


class RotateInputs(Inputs):
    """What an edge must bring."""

    image: Annotated[ImageValue, InputPort("Image", "The picture to turn.")]


@node_type(
    "rotate",
    version=1,
    title="Rotate and flip",
    category="image",
    effects="none",
    task_name="image-processing",
    icon="rotate",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=60),
    example=NodeTypeExample(
        title="A quarter turn to the right", data={"label": "Turn", "angle": 90}
    ),
)
def rotate(params: RotateParams, inputs: RotateInputs, context: ChildContext) -> ImageValue:
    """Turns a picture clockwise, after it was mirrored, where that is wanted."""
    decoded = images.decode(context.read(inputs.image))
    image = decoded.image
    if params.flip != "none":
        image = ImageOps.mirror(image) if params.flip == "horizontal" else ImageOps.flip(image)
    angle = params.angle % 360
    if angle in _QUARTERS:
        image = image.transpose(_QUARTERS[int(angle)])
    if angle in (0, *_QUARTERS):
        return images.store_image(replace(decoded, image=image, full_size=None), context)
    check_size(_turned_size(image.size, angle))
    turned = to_srgb(replace(decoded, image=image, full_size=None), "RGBA")
    image = turned.image.rotate(-angle, Image.Resampling.BICUBIC, expand=True)
    return images.store_image(replace(turned, image=on_color(image, params.background)), context)


def _turned_size(size: images.Size, angle: float) -> images.Size:
    across, down = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    width, height = size
    return math.ceil(width * across + height * down), math.ceil(width * down + height * across)
