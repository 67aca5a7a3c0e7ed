"""The video node: a video from an upload or an address."""

import asyncio
from typing import Annotated

from pydantic import Field

from schemas.errors import BadInputError
from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import VideoValue
from tasks.form import hints
from tasks.media import video as movies
from tasks.media.sniff import VIDEO_DEMUXERS
from tasks.media.sources import (
    AssetSource,
    UrlSource,
    VideoSource,
    find,
    from_text,
    judge_source,
    missing,
)
from tasks.node import Context, DraftProblem, Inputs, ParamPort, Params, node_type


class VideoParams(Params):
    """The form of a video node."""

    source: Annotated[VideoSource | None, ParamPort(from_text=from_text)] = Field(
        None,
        title="Video",
        description="An uploaded video, or the address of one.",
        json_schema_extra=hints("media", accept=frozenset(VIDEO_DEMUXERS)),
    )


def judge(params: VideoParams, connected: frozenset[str]) -> list[DraftProblem]:
    """Judge the source."""
    return judge_source(params.source, connected)


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
    judge=judge,
    asset_param="source",
    repeats=lambda params: not isinstance(params.source, UrlSource),
)
async def video(params: VideoParams, inputs: Inputs, context: Context) -> VideoValue:
    """Gives a video to other nodes: MP4, MOV, WebM or MKV."""
    match params.source:
        case AssetSource() as source:
            return await _uploaded(source, context)
        case UrlSource(url=url):
            with context.store.receive() as file:
                await context.fetcher.fetch(url, file, max_bytes=movies.MAX_FETCHED_BYTES)
                facts = await context.in_child(movies.inspect_movie, file.path)
                return await asyncio.to_thread(movies.keep, file, facts, context.for_child())
        case source:
            raise missing(source)


async def _uploaded(source: AssetSource, context: Context) -> VideoValue:
    value = await find(source, context)
    if not isinstance(value, VideoValue):
        raise BadInputError(
            "not_a_video", "The chosen file is a picture: choose a video, or use an image node."
        )
    return value
