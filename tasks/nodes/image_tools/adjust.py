"""The adjust node: an image brighter, richer, softer or sharper."""

from dataclasses import replace
from typing import Annotated

from PIL import Image, ImageEnhance, ImageFilter
from pydantic import ConfigDict, Field

from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import ImageValue
from tasks.media import images
from tasks.media.composition import to_srgb
from tasks.node_type.definition import ChildContext, InputPort, Inputs, Params, node_type
from tasks.node_type.form import group, groups


class AdjustParams(Params):
    """The form of an adjust node; 0 changes nothing."""

    model_config = ConfigDict(
        json_schema_extra=groups(
            group("Tone and colour", "brightness", "contrast", "saturation"),
            group("Detail", "blur", "sharpen"),
        )
    )

    brightness: float = Field(0, ge=-100, le=100, title="Brightness", allow_inf_nan=False)
    contrast: float = Field(0, ge=-100, le=100, title="Contrast", allow_inf_nan=False)
    saturation: float = Field(
        0,
        ge=-100,
        le=100,
        allow_inf_nan=False,
        title="Saturation",
        description="-100 makes it grey.",
    )
    blur: float = Field(
        0,
        ge=0,
        le=100,
        allow_inf_nan=False,
        title="Blur",
        description="Radius, in thousandths of the longer side.",
    )
    sharpen: float = Field(0, ge=0, le=100, title="Sharpen", allow_inf_nan=False)


class AdjustInputs(Inputs):
    """What an edge must bring."""

    image: Annotated[ImageValue, InputPort("Image", "The picture to adjust.")]


@node_type(
    "adjust",
    version=1,
    title="Adjust",
    category="image",
    effects="none",
    task_name="image-processing",
    icon="adjust",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=60),
    example=NodeTypeExample(
        title="A little more contrast", data={"label": "Adjust", "contrast": 15, "saturation": 10}
    ),
)
def adjust(params: AdjustParams, inputs: AdjustInputs, context: ChildContext) -> ImageValue:
    """Changes brightness, contrast and saturation of a picture, then blurs or sharpens it."""
    decoded = to_srgb(images.decode(context.read(inputs.image)))
    image = decoded.image
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colors = image if alpha is None else image.convert("RGB")
    for change, enhancer in (
        (params.brightness, ImageEnhance.Brightness),
        (params.contrast, ImageEnhance.Contrast),
        (params.saturation, ImageEnhance.Color),
    ):
        if change:
            colors = enhancer(colors).enhance(1 + change / 100)
    if alpha is not None:
        colors.putalpha(alpha)
    if params.blur:
        colors = _blurred(colors, params.blur / 1000 * max(colors.size))
    if params.sharpen:
        colors = colors.filter(ImageFilter.UnsharpMask(2, round(params.sharpen * 3), 0))
    return images.store_image(replace(decoded, image=colors), context)


def _blurred(image: Image.Image, radius: float) -> Image.Image:
    blur = ImageFilter.GaussianBlur(radius)
    if image.mode != "RGBA":
        return image.filter(blur)
    # Premultiplied: what cannot be seen must not shine through.
    return image.convert("RGBa").filter(blur).convert("RGBA")
