"""The video node: a video from an upload or an address."""

import asyncio
from typing import Annotated

from pydantic import Field

from schemas.errors import BadInputError
from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import VideoValue
from tasks.media import videos
from tasks.media.sniff import VIDEO_DEMUXERS
from tasks.media.sources import (
    AssetSource,
    UrlSource,
    VideoSource,
    find_uploaded,
    missing_source_error,
    source_from_text,
    validate_source,
)
from tasks.node_type.definition import Context, Inputs, NodeProblem, ParamPort, Params, node_type
from tasks.node_type.form import hints


class VideoParams(Params):
    """The form of a video node."""

    source: Annotated[VideoSource | None, ParamPort(from_text=source_from_text)] = Field(
        None,
        title="Video",
        description="An uploaded video, or the address of one.",
        json_schema_extra=hints("media", accept=frozenset(VIDEO_DEMUXERS)),
    )


def validate(params: VideoParams, connected: frozenset[str]) -> list[NodeProblem]:
    """Judge the source."""
    return validate_source(params.source, connected)


@node_type(
    "video",
    version=1,
    title="Video",
    category="input",
    effects="network",
    task_name="media-input",
    defaults=NodeDefaults(retries=2, retry_delay_seconds=1, timeout_seconds=60),
    example=NodeTypeExample(
        title="A video from the web",
        data={
            "label": "Clip",
            "source": {"kind": "url", "url": "https://www.example.com/clip.mp4"},
        },
    ),
    validate=validate,
    asset_param="source",
    is_deterministic=lambda params: not isinstance(params.source, UrlSource),
)
async def video(params: VideoParams, inputs: Inputs, context: Context) -> VideoValue:
    """Gives a video to other nodes: MP4, MOV, WebM or MKV."""
    match params.source:
        case AssetSource() as source:
            return await _uploaded_value(source, context)
        case UrlSource(url=url):
            with context.store.open_incoming() as file:
                await context.fetcher.fetch(url, file, max_bytes=videos.MAX_FETCHED_BYTES)
                facts = await context.run_in_child(videos.inspect_video, file.path)
                return await asyncio.to_thread(videos.store_video, file, facts, context.for_child())
        case source:
            raise missing_source_error(source)


async def _uploaded_value(source: AssetSource, context: Context) -> VideoValue:
    value = await find_uploaded(source, context)
    if not isinstance(value, VideoValue):
        raise BadInputError(
            "not_a_video", "The chosen file is a picture: choose a video, or use an image node."
        )
    return value
