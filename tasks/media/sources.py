"""Where an image or video node takes its file from."""

import base64
from typing import Annotated, Any, Final, Literal
from urllib.parse import unquote
from uuid import UUID

from pydantic import Field

from assets.ssrf import parse_target
from schemas.errors import BadInputError
from schemas.problem import ProblemCode
from schemas.values import MediaValue
from tasks.node_type.definition import Context, NodeProblem, Params


class AssetSource(Params):
    """A file that was uploaded."""

    kind: Literal["asset"]
    asset_id: Annotated[UUID, Field(strict=False)]


class UrlSource(Params):
    """A file on the web; fetched each time the node runs."""

    kind: Literal["url"]
    url: str


class Base64Source(Params):
    """A small picture inside the document; `data` is base64. On save it becomes an asset."""

    kind: Literal["base64"]
    media_type: str
    data: str


class FileSource(Params):
    """A file on the author's computer; only the command line understands it."""

    kind: Literal["file"]
    path: str


ImageSource = Annotated[
    AssetSource | UrlSource | Base64Source | FileSource, Field(discriminator="kind")
]
VideoSource = Annotated[AssetSource | UrlSource | FileSource, Field(discriminator="kind")]
AnySource = AssetSource | UrlSource | Base64Source | FileSource

_URL_ALPHABET: Final = str.maketrans("-_", "+/")
MISSING_SOURCE: Final = "Choose a file: upload one, or give its address."


def source_from_text(text: str) -> dict[str, Any]:
    """Read a connected text as the address of a file."""
    return {"kind": "url", "url": text.strip()}


def validate_source(source: AnySource | None, connected: frozenset[str]) -> list[NodeProblem]:
    """Give what keeps a typed source from being used."""
    if "source" in connected:
        return []
    if source is None or (isinstance(source, UrlSource) and not source.url.strip()):
        return [NodeProblem(ProblemCode.MISSING_SOURCE, MISSING_SOURCE, param="source")]
    if isinstance(source, FileSource):
        return [
            NodeProblem(
                ProblemCode.FILE_NOT_UPLOADED, _not_uploaded_message(source), param="source"
            )
        ]
    try:
        if isinstance(source, UrlSource):
            parse_target(source.url)
        if isinstance(source, Base64Source):
            decode_base64(source)
    except BadInputError as error:
        return [NodeProblem(ProblemCode.BAD_PARAM, error.message, param="source")]
    return []


def decode_base64(source: Base64Source) -> bytes:
    """Give the bytes of a base64 source. Raises BadInputError `bad_input`."""
    try:
        return decode_base64_text(source.data)
    except ValueError as error:
        raise BadInputError(
            "bad_input", "The picture inside the document is not valid base64; upload it instead."
        ) from error


def decode_base64_text(text: str) -> bytes:
    """Read base64 as browsers, mail and command lines write it.

    A data URL, with its %2B or without, lines of any length and ending, no padding, and the alphabet of
    URLs are all taken.

    Raises:
        ValueError: it is something else.
    """
    if text.lstrip()[:5].lower() == "data:":
        head, _, text = text.partition(",")
        if not head.rstrip().lower().endswith(";base64"):
            raise ValueError("The data URL holds no base64.")
        text = unquote(text)
    packed = "".join(text.split()).translate(_URL_ALPHABET).rstrip("=")
    return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)


async def find_uploaded(source: AssetSource, context: Context) -> MediaValue:
    """Give the uploaded file. Raises BadInputError `asset_not_found`."""
    value = await context.find_asset(source.asset_id)
    if value is None:
        raise BadInputError(
            "asset_not_found",
            f"The uploaded file {source.asset_id} is not there any more; upload it again.",
        )
    return value


def missing_source_error(source: FileSource | None) -> BadInputError:
    """Give the error of a node that has no file it could read."""
    if source is None:
        return BadInputError("missing_source", MISSING_SOURCE)
    return BadInputError("file_not_uploaded", _not_uploaded_message(source))


def _not_uploaded_message(source: FileSource) -> str:
    return (
        f"The file “{source.path[:200]}” is on its author's computer and was not uploaded: upload"
        " it here, or run the workflow with `nodeloom run`, which uploads it."
    )
