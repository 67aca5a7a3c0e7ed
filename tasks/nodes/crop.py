"""The crop node: a rectangle out of a picture."""

import math
from typing import Annotated, Final

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
    node_type,
)
from tasks.node_type.form import group, groups

_TOLERANCE: Final = 1e-6
"""Percent by which a sum may exceed 100: 66.67 + 33.33 is not exact in binary."""


class CropParams(Params):
    """The form of a crop node; percent of the picture after EXIF rotation."""

    model_config = ConfigDict(
        json_schema_extra=groups(
            group(
                "Rectangle, in percent",
                "xPercent",
                "yPercent",
                "widthPercent",
                "heightPercent",
                widget="rectangle",
                over="image",
            )
        )
    )

    x_percent: float = Field(0, ge=0, le=100, title="Left", allow_inf_nan=False)
    y_percent: float = Field(0, ge=0, le=100, title="Top", allow_inf_nan=False)
    width_percent: float = Field(100, ge=0, le=100, title="Width", allow_inf_nan=False)
    height_percent: float = Field(100, ge=0, le=100, title="Height", allow_inf_nan=False)


class CropInputs(Inputs):
    """What an edge must bring."""

    image: Annotated[ImageValue, InputPort("Image", "The picture to cut from.")]


def validate(params: CropParams, connected: frozenset[str]) -> list[NodeProblem]:
    """Find rectangles that reach over the edge of the picture."""
    sides = (
        ("xPercent", params.x_percent, "widthPercent", params.width_percent, "right"),
        ("yPercent", params.y_percent, "heightPercent", params.height_percent, "lower"),
    )
    return [
        NodeProblem(
            ProblemCode.BAD_PARAM,
            f"The rectangle reaches over the {edge} edge of the picture: {start_name} {start:g} and"
            f" {size_name} {size:g} are {start + size:g} together; at most 100 is possible.",
            param=size_name,
        )
        for start_name, start, size_name, size, edge in sides
        if start + size > 100 + _TOLERANCE and not {start_name, size_name} & connected
    ]


@node_type(
    "crop",
    version=1,
    title="Crop",
    category="image",
    effects="none",
    task_name="image-processing",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=60),
    example=NodeTypeExample(
        title="The middle of a picture",
        data={
            "label": "Crop",
            "xPercent": 25,
            "yPercent": 25,
            "widthPercent": 50,
            "heightPercent": 50,
        },
    ),
    validate=validate,
)
def crop(params: CropParams, inputs: CropInputs, context: ChildContext) -> ImageValue:
    """Cuts a rectangle out of a picture, given in percent of it.

    The edges are rounded to pixels, not the sizes, so neighbouring rectangles neither gap nor
    overlap. At least one pixel comes out.
    """

    def rectangle(size: images.Size) -> images.Box:
        left, right = pixel_edges(params.x_percent, params.width_percent, size[0])
        upper, lower = pixel_edges(params.y_percent, params.height_percent, size[1])
        return left, upper, right, lower

    return images.store_image(images.decode_region(context.read(inputs.image), rectangle), context)


def pixel_edges(start_percent: float, size_percent: float, pixels: int) -> tuple[int, int]:
    """Give both edges of a stretch on a side of `pixels`: at least one pixel apart, inside."""
    first = _edge(start_percent, pixels)
    last = _edge(start_percent + size_percent, pixels)
    return (first, last) if first < last else (min(first, pixels - 1), min(first, pixels - 1) + 1)


def _edge(percent: float, pixels: int) -> int:
    # To six decimals first: the same edge reached by two sums must round the same way.
    return min(math.floor(round(percent * pixels / 100, 6) + 0.5), pixels)
