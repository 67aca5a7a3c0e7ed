"""What a tool gives: JSON of a bounded length, and images that a model can see."""

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

from mcp_types import CallToolResult, ContentBlock, ImageContent, TextContent

from api.mcp.connection import ApiConnection, Json, RefusedError, refused_error

MAX_ANSWER_BYTES: Final = 400_000
"""Of the JSON of an answer; what is longer is refused, and the refusal says how to ask for less."""
MAX_TEXT_LENGTH: Final = 40_000
"""Of one text in a run's results, in characters; `read-node` has all of it."""
MAX_IMAGES: Final = 8
"""In one answer; the others have their addresses."""
IMAGE_WIDTH: Final = 1024
"""In pixels: what models look at; the address has the image as it is."""


def answer(value: Json, images: Sequence[ContentBlock] = ()) -> CallToolResult:
    """Give a value as structured content and, as older clients want it, as text. Raises RefusedError."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text.encode(errors="replace")) > MAX_ANSWER_BYTES:
        raise refused_error(
            "tool_answer_too_long",
            f"The answer is longer than {MAX_ANSWER_BYTES:,} bytes: ask for less at a time, with"
            " limit, nodeIds or read-node, or read it at the HTTP API.",
        )
    content: list[ContentBlock] = [TextContent(type="text", text=text), *images]
    return CallToolResult(content=content, structured_content=value)


def refused(document: Json) -> CallToolResult:
    """Give why a tool did nothing, for a model to read and do better."""
    text = json.dumps(document, ensure_ascii=False)
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def cut_texts(value: Any) -> Any:
    """Give a value with long texts cut, each saying so."""
    if isinstance(value, str) and len(value) > MAX_TEXT_LENGTH:
        return f"{value[:MAX_TEXT_LENGTH]}… (cut: it has {len(value):,} characters)"
    if isinstance(value, list):
        return [cut_texts(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: cut_texts(each) for key, each in cast("Json", value).items()}
    return value


def with_addresses(value: Any, address: str) -> Any:
    """Give a value whose addresses can be opened by whoever reads it."""
    if isinstance(value, list):
        return [with_addresses(each, address) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    found = {key: with_addresses(each, address) for key, each in cast("Json", value).items()}
    url = found.get("url")
    if isinstance(url, str) and url.startswith("/api/"):
        found["url"] = address + url
    return found


async def images_of(api: ApiConnection, values: Any) -> list[ContentBlock]:
    """Give the images among values as a model sees them, the first ones first; what cannot be read is left out."""
    found: list[ContentBlock] = []
    for asset_id in dict.fromkeys(_image_ids(values)):
        if len(found) == MAX_IMAGES:
            break
        try:
            found.append(await read_image(api, asset_id))
        except RefusedError:
            continue  # its address stands in the values
    return found


async def read_image(api: ApiConnection, asset_id: str) -> ImageContent:
    """Give an image, at most `IMAGE_WIDTH` pixels wide. Raises RefusedError."""
    path = f"/api/assets/{asset_id}"
    response = await api.call("GET", path, params={"width": IMAGE_WIDTH})
    data = base64.b64encode(response.content).decode()
    return ImageContent(type="image", data=data, mime_type=response.headers["content-type"])


def _image_ids(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _image_ids(each)
    elif isinstance(value, dict):
        found = cast("Json", value)
        if found.get("kind") == "image" and "assetId" in found:
            yield str(found["assetId"])
        else:
            for each in found.values():
                yield from _image_ids(each)
