"""A rectangle in percent of an image, as several node types have it: four params, drawn on the image."""

import math
from typing import Final

from pydantic import Field
from pydantic.config import JsonDict

from schemas.problem import ProblemCode
from tasks.node_type.definition import NodeProblem, Params
from tasks.node_type.form import group

_TOLERANCE: Final = 1e-6
"""Percent by which a sum may exceed 100: 66.67 + 33.33 is not exact in binary."""
Box = tuple[int, int, int, int]


class RectangleParams(Params):
    """The form of a rectangle; percent of the image after EXIF rotation."""

    x_percent: float = Field(0, ge=0, le=100, title="Left", allow_inf_nan=False)
    y_percent: float = Field(0, ge=0, le=100, title="Top", allow_inf_nan=False)
    width_percent: float = Field(100, ge=0, le=100, title="Width", allow_inf_nan=False)
    height_percent: float = Field(100, ge=0, le=100, title="Height", allow_inf_nan=False)

    def box(self, size: tuple[int, int]) -> Box:
        """Give left, upper, right, lower in pixels of an image of `size`.

        The edges are rounded, not the sizes, so neighbours neither gap nor overlap; at least one pixel is in it.
        """
        left, right = pixel_edges(self.x_percent, self.width_percent, size[0])
        upper, lower = pixel_edges(self.y_percent, self.height_percent, size[1])
        return left, upper, right, lower


RECTANGLE: Final[JsonDict] = group(
    "Rectangle, in percent",
    "xPercent",
    "yPercent",
    "widthPercent",
    "heightPercent",
    widget="rectangle",
    over="image",
)
"""The group of these params, drawn on what the input `image` has."""


def rectangle_problems(params: RectangleParams, connected: frozenset[str]) -> list[NodeProblem]:
    """Find rectangles that reach over the edge of the image."""
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


def pixel_edges(start_percent: float, size_percent: float, pixels: int) -> tuple[int, int]:
    """Give both edges of a stretch on a side of `pixels`: at least one pixel apart, inside."""
    first = _edge(start_percent, pixels)
    last = _edge(start_percent + size_percent, pixels)
    return (first, last) if first < last else (min(first, pixels - 1), min(first, pixels - 1) + 1)


def _edge(percent: float, pixels: int) -> int:
    # To six decimals first: the same edge reached by two sums must round the same way.
    return min(math.floor(round(percent * pixels / 100, 6) + 0.5), pixels)
