"""The resize node: a picture in another size."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.problem import ProblemCode
from schemas.values import ImageValue
from tasks.media import images
from tasks.node_type.definition import (
    ChildContext,
    InputPort,
    Inputs,
    NodeProblem,
    Params,
    WholeNumber,
    node_type,
)
from tasks.node_type.form import group, groups


class ResizeParams(Params):
    """The form of a resize node; width and height in pixels."""

    model_config = ConfigDict(json_schema_extra=groups(group("Size", "width", "height")))

    width: WholeNumber = Field(1024, ge=1, le=8192, title="Width, in pixels")
    height: WholeNumber = Field(1024, ge=1, le=8192, title="Height, in pixels")
    fit: Literal["contain", "cover", "fill"] = Field(
        "contain",
        title="Fit",
        description="contain: the whole picture inside the box, proportions kept, so one side may"
        " be shorter. cover: fills the box, what is over is cut off evenly. fill: stretched.",
    )


class ResizeInputs(Inputs):
    """What an edge must bring."""

    image: Annotated[ImageValue, InputPort("Image", "The picture to resize.")]


def validate(params: ResizeParams, connected: frozenset[str]) -> list[NodeProblem]:
    """Find sizes that no picture may have."""
    pixels = params.width * params.height
    undetermined = {"width", "height", "fit"} & connected
    if undetermined or params.fit == "contain" or pixels <= images.MAX_PIXELS:
        return []
    return [
        NodeProblem(
            ProblemCode.BAD_PARAM,
            f"A picture of {params.width:,} by {params.height:,} pixels is too large: at most"
            f" {images.MAX_PIXELS // 1_000_000} million pixels are possible.",
            param="width",
        )
    ]


@node_type(
    "resize",
    version=1,
    title="Resize",
    category="image",
    effects="none",
    task_name="image-processing",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=60),
    example=NodeTypeExample(
        title="A square of 512 pixels",
        data={"label": "Thumbnail", "width": 512, "height": 512, "fit": "cover"},
    ),
    validate=validate,
)
def resize(params: ResizeParams, inputs: ResizeInputs, context: ChildContext) -> ImageValue:
    """Makes a picture smaller or larger, so that it fits a box of width by height pixels."""
    box = (params.width, params.height)
    decoded = images.decode(context.read(inputs.image), min_size=box)
    return images.store_image(decoded.resized(box, params.fit), context)
