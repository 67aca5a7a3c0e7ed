"""The crop node: a rectangle out of a picture."""

from typing import Annotated

from pydantic import ConfigDict

from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import ImageValue
from tasks.media import images
from tasks.node_type.definition import ChildContext, InputPort, Inputs, node_type
from tasks.node_type.form import groups
from tasks.node_type.rectangle import RECTANGLE, RectangleParams, rectangle_problems


class CropParams(RectangleParams):
    """The form of a crop node."""

    model_config = ConfigDict(json_schema_extra=groups(RECTANGLE))


class CropInputs(Inputs):
    """What an edge must bring."""

    image: Annotated[ImageValue, InputPort("Image", "The picture to cut from.")]


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
    validate=rectangle_problems,
)
def crop(params: CropParams, inputs: CropInputs, context: ChildContext) -> ImageValue:
    """Cuts a rectangle out of a picture, given in percent of it.

    The edges are rounded to pixels, not the sizes, so neighbouring rectangles neither gap nor
    overlap. At least one pixel comes out.
    """
    return images.store_image(images.decode_region(context.read(inputs.image), params.box), context)
