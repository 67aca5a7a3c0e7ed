"""The overlay node: an image on another one."""

from dataclasses import replace
from typing import Annotated

from pydantic import ConfigDict, Field

from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import ImageValue
from tasks.media import images
from tasks.media.composition import BlendMode, drop_opaque_alpha, paste, to_srgb
from tasks.node_type.definition import ChildContext, InputPort, Inputs, node_type
from tasks.node_type.form import groups
from tasks.node_type.rectangle import RECTANGLE, RectangleParams, rectangle_problems


class OverlayParams(RectangleParams):
    """The form of an overlay node."""

    model_config = ConfigDict(json_schema_extra=groups(RECTANGLE))

    opacity: float = Field(100, ge=0, le=100, title="Opacity, in percent", allow_inf_nan=False)
    blend: BlendMode = Field(
        "normal",
        title="Blend mode",
        description="How its colours are mixed with those below.",
    )


class OverlayInputs(Inputs):
    """What edges must bring."""

    image: Annotated[ImageValue, InputPort("Image", "The picture below; it gives the size.")]
    overlay: Annotated[ImageValue, InputPort("Overlay", "The picture on top, such as a logo.")]


@node_type(
    "overlay",
    version=1,
    title="Overlay",
    category="image",
    effects="none",
    task_name="image-processing",
    icon="overlay",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=60),
    example=NodeTypeExample(
        title="A logo in the lower right corner",
        data={
            "label": "Overlay",
            "xPercent": 75,
            "yPercent": 80,
            "widthPercent": 20,
            "heightPercent": 15,
        },
    ),
    validate=rectangle_problems,
)
def overlay(params: OverlayParams, inputs: OverlayInputs, context: ChildContext) -> ImageValue:
    """Puts a picture on another one: as large as fits into a rectangle, in its middle."""
    decoded = to_srgb(images.decode(context.read(inputs.image)), "RGBA")
    left, upper, right, lower = params.box(decoded.image.size)
    box = (right - left, lower - upper)
    top = to_srgb(
        images.decode(context.read(inputs.overlay), min_size=box).resized(box, "contain"), "RGBA"
    ).image
    place = (left + (box[0] - top.width) // 2, upper + (box[1] - top.height) // 2)
    paste(decoded.image, top, place, params.opacity / 100, params.blend)
    image = drop_opaque_alpha(decoded.image)
    return images.store_image(replace(decoded, image=image, full_size=None), context)
