"""The grid node: images side by side, a contact sheet."""

import math
from dataclasses import replace
from typing import Annotated, Final, Literal

from PIL import Image
from pydantic import ConfigDict, Field

from schemas.errors import BadInputError
from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import ImageValue
from tasks.media import images
from tasks.media.composition import on_color, to_srgb
from tasks.media.image_file import check_size
from tasks.node_type.definition import (
    ChildContext,
    InputPort,
    Inputs,
    Params,
    WholeNumber,
    node_type,
)
from tasks.node_type.form import color_field, group, groups

MAX_IMAGES: Final = 200


class GridParams(Params):
    """The form of a grid node; sizes in pixels."""

    model_config = ConfigDict(json_schema_extra=groups(group("Cells", "cellWidth", "cellHeight")))

    columns: WholeNumber = Field(
        0, ge=0, le=50, title="Columns", description="0: about as many as rows."
    )
    cell_width: WholeNumber = Field(512, ge=16, le=4096, title="Width, in pixels")
    cell_height: WholeNumber = Field(512, ge=16, le=4096, title="Height, in pixels")
    fit: Literal["contain", "cover"] = Field(
        "contain",
        title="Fit",
        description="contain: the whole picture inside of its cell. cover: it fills the cell, what is over is cut off.",
    )
    gap: WholeNumber = Field(16, ge=0, le=512, title="Gap, in pixels")
    background: str = color_field(
        "#ffffff",
        title="Colour behind",
        description="Such as #ffffff; #00000000 is transparent.",
    )


class GridInputs(Inputs):
    """What edges must bring."""

    images: Annotated[
        list[ImageValue],
        InputPort("Images", "The pictures, row by row, in the order of the edges."),
    ]


@node_type(
    "grid",
    version=1,
    title="Grid",
    category="image",
    effects="none",
    task_name="image-processing",
    icon="grid",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=120),
    example=NodeTypeExample(
        title="A contact sheet",
        data={"label": "Contact sheet", "cellWidth": 320, "cellHeight": 240},
    ),
)
def grid(params: GridParams, inputs: GridInputs, context: ChildContext) -> ImageValue:
    """Puts all connected pictures into one, side by side in cells of the same size."""
    if len(inputs.images) > MAX_IMAGES:
        raise BadInputError(
            "too_many_pictures",
            f"{len(inputs.images)} pictures are connected; a grid has room for {MAX_IMAGES}.",
        )
    columns = params.columns or math.ceil(math.sqrt(len(inputs.images)))
    columns = min(columns, len(inputs.images))
    rows = math.ceil(len(inputs.images) / columns)
    cell = (params.cell_width, params.cell_height)
    size = (
        columns * (cell[0] + params.gap) - params.gap,
        rows * (cell[1] + params.gap) - params.gap,
    )
    check_size(size)
    sheet = Image.new("RGBA", size, (0, 0, 0, 0))
    first: images.DecodedImage | None = None
    for number, value in enumerate(inputs.images):
        decoded = images.decode(context.read(value), min_size=cell).resized(cell, params.fit)
        first = first or decoded
        row, column = divmod(number, columns)
        image = to_srgb(decoded, "RGBA").image
        left = column * (cell[0] + params.gap) + (cell[0] - image.width) // 2
        upper = row * (cell[1] + params.gap) + (cell[1] - image.height) // 2
        sheet.paste(image, (left, upper))
    assert first is not None
    result = replace(to_srgb(first), image=on_color(sheet, params.background))
    return images.store_image(result, context)
