"""The frame node: a still picture out of a video."""

from typing import Annotated

from pydantic import Field

from schemas.errors import BadInputError
from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.problem import ProblemCode
from schemas.values import ImageValue, VideoValue
from tasks.media import images, videos
from tasks.media.timestamp import ACCEPTED_FORMS, parse_timestamp
from tasks.node_type.definition import (
    ChildContext,
    InputPort,
    Inputs,
    NodeProblem,
    Params,
    node_type,
)
from tasks.node_type.form import hints


class FrameParams(Params):
    """The form of a frame node."""

    timestamp: float | str = Field(
        0,
        title="Timestamp",
        description=f"{ACCEPTED_FORMS}.",
        json_schema_extra=hints("timestamp", over="video", placeholder="12.5, 50% or 0:01:02.5"),
    )


class FrameInputs(Inputs):
    """What an edge must bring."""

    video: Annotated[VideoValue, InputPort("Video", "The video to take the picture from.")]


def validate(params: FrameParams, connected: frozenset[str]) -> list[NodeProblem]:
    """Find timestamps that cannot be read."""
    if "timestamp" in connected:
        return []
    try:
        parse_timestamp(params.timestamp)
    except BadInputError as error:
        return [NodeProblem(ProblemCode.BAD_PARAM, error.message, param="timestamp")]
    return []


@node_type(
    "frame",
    version=1,
    title="Frame",
    category="video",
    effects="none",
    task_name="video-processing",
    defaults=NodeDefaults(retries=0, retry_delay_seconds=0, timeout_seconds=60),
    example=NodeTypeExample(
        title="The middle of a video", data={"label": "Still", "timestamp": "50%"}
    ),
    validate=validate,
)
def frame(params: FrameParams, inputs: FrameInputs, context: ChildContext) -> ImageValue:
    """Takes the picture that a video shows at one moment.

    The moment is a number of seconds, a share such as "50%" (100% is the last picture), or a
    clock time such as "0:01:02.5".
    """
    moment = parse_timestamp(params.timestamp)
    path = context.store.path(inputs.video.sha256)
    return images.store_image(videos.frame_at(path, moment), context)
