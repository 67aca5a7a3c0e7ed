"""The image node: a picture from an upload, an address or the document itself."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from schemas.errors import BadInputError
from schemas.node_type import NodeDefaults, NodeTypeExample
from schemas.values import ImageValue
from tasks.media import images
from tasks.media.sniff import IMAGE_MEDIA_TYPES
from tasks.media.sources import (
    AssetSource,
    Base64Source,
    ImageSource,
    UrlSource,
    decode_base64,
    find_uploaded,
    missing_source_error,
    source_from_text,
    validate_source,
)
from tasks.node_type.definition import (
    ChildContext,
    Context,
    Inputs,
    NodeProblem,
    ParamPort,
    Params,
    node_type,
)
from tasks.node_type.form import hints


class ImageParams(Params):
    """The form of an image node."""

    source: Annotated[ImageSource | None, ParamPort(from_text=source_from_text)] = Field(
        None,
        title="Picture",
        description="An uploaded picture, or the address of one.",
        json_schema_extra=hints("media", accept=IMAGE_MEDIA_TYPES),
    )


def validate(params: ImageParams, connected: frozenset[str]) -> list[NodeProblem]:
    """Judge the source."""
    return validate_source(params.source, connected)


@node_type(
    "image",
    version=1,
    title="Image",
    category="input",
    effects="network",
    task_name="media-input",
    defaults=NodeDefaults(retries=2, retry_delay_seconds=1, timeout_seconds=60),
    example=NodeTypeExample(
        title="A picture from the web",
        data={
            "label": "Photo",
            "source": {"kind": "url", "url": "https://www.example.com/photo.jpg"},
        },
    ),
    validate=validate,
    asset_param="source",
    is_deterministic=lambda params: not isinstance(params.source, UrlSource),
)
async def image(params: ImageParams, inputs: Inputs, context: Context) -> ImageValue:
    """Gives a picture to other nodes: JPEG, PNG, WebP, AVIF, HEIC or GIF (its first frame).

    A fetched picture is decoded, freed of metadata and stored; an uploaded one is passed on
    as it is.
    """
    match params.source:
        case AssetSource() as source:
            return await _uploaded_value(source, context)
        case UrlSource(url=url):
            with context.store.open_incoming() as file:
                await context.fetcher.fetch(url, file, max_bytes=images.MAX_FETCHED_BYTES)
                return await context.run_in_child(store_clean_image, file.path, context.for_child())
        case Base64Source() as source:
            return await context.run_in_child(
                store_clean_image, decode_base64(source), context.for_child()
            )
        case source:
            raise missing_source_error(source)


def store_clean_image(source: Path | bytes, context: ChildContext) -> ImageValue:
    """Decode a foreign picture and store it clean, in a child process."""
    return images.store_image(images.decode(source), context)


async def _uploaded_value(source: AssetSource, context: Context) -> ImageValue:
    value = await find_uploaded(source, context)
    if not isinstance(value, ImageValue):
        raise BadInputError(
            "not_a_picture", "The chosen file is a video: choose a picture, or use a video node."
        )
    return value
