"""Files of still pictures: which are opened, within which limits, and which side is up."""

import io
import struct
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import (
    AvifImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from schemas.errors import BadInputError, NodeError
from tasks.media import jpeg
from tasks.media.resize import Size
from tasks.media.sniff import HEAD_BYTES, sniff

MAX_PIXELS: Final = 40_000_000
MAX_JPEG_PIXELS: Final = 200_000_000
"""A JPEG can be decoded at a half, a quarter or an eighth of its size, which then counts."""
MAX_SIDE: Final = 16_384
MAX_BYTES: Final = 50_000_000
"""Of an uploaded picture."""
MAX_FETCHED_BYTES: Final = 10_000_000
"""Of a picture from a user's address."""
MEDIA_TYPES: Final = {
    "AVIF": "image/avif",
    "GIF": "image/gif",
    "HEIF": "image/heic",
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
}
"""The formats that are read; Pillow's others stay closed."""
PLUGINS: Final = (
    AvifImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)
"""Named, so that Pillow does not load all of its forty with the first picture."""
SWAPS_SIDES: Final = frozenset({5, 6, 7, 8})
"""Orientations that exchange width and height."""
_ORIENTATION: Final = 0x0112
_PADDING: Final = bytes([0x55, 0xAA, 0x33, 0xCC]) * 64

Image.MAX_IMAGE_PIXELS = None
"""Pillow's own limit only warns at first; `check_size` is stricter, before any pixel is read."""

# Pillow's own opener gives a JPEG that holds several pictures, as phones write them, to a fifth
# format's reader. Its first picture is all we want.
Image.OPEN["JPEG"] = (JpegImagePlugin.JpegImageFile, Image.OPEN["JPEG"][1])


@contextmanager
def open_image(
    source: Path | bytes, *, complete: bool = True
) -> Generator[tuple[Image.Image, bytes]]:
    """Open a picture within the limits, and give its bytes.

    A JPEG without the mark of its end is taken if nothing else is missing; without `complete` nobody
    looks for that.

    Everything that Pillow raises, also while it decodes, becomes one of our errors.

    Raises:
        BadInputError: `picture_unreadable` or `picture_too_large`.
    """
    try:
        data = source if isinstance(source, bytes) else source.read_bytes()
        format = _format_of(data)
        if format == "HEIF":
            _load_heif()
        elif format == "JPEG" and complete and not jpeg.has_end(data):
            data = _completed(data)
        with _opened(data, format) as image:
            yield image, data
    except NodeError:
        raise
    except MemoryError as error:
        raise too_large_error("too many pixels for the memory a node may use") from error
    except Exception as error:  # hostile bytes make the decoders raise nearly anything
        raise _unreadable_error() from error


@contextmanager
def _opened(data: bytes, format: str) -> Generator[Image.Image]:
    with Image.open(io.BytesIO(data), formats=(format,)) as image:
        check_size(image.size, MAX_JPEG_PIXELS if format == "JPEG" else MAX_PIXELS)
        if format == "JPEG":
            _check_scans(data, image.width * image.height)
        yield image


def set_draft(image: Image.Image, reduction: int = 1) -> int:
    """Have a JPEG decoded at a half, a quarter or an eighth of its size; give by how much.

    At least as much as it takes to be within `MAX_PIXELS`. Others stay as they are: 1.
    """
    if image.format != "JPEG":
        return 1
    width, height = image.size
    while width * height > MAX_PIXELS * reduction**2:
        reduction *= 2
    if reduction == 1:
        return 1
    image.draft(None, (max(1, width // reduction), max(1, height // reduction)))
    return max(1, round(width / image.width), round(height / image.height))


def orientation_of(image: Image.Image) -> int:
    """Give the EXIF orientation, 1 where there is none that can be read.

    Of a PNG only what stands before its pixels counts: looking further would decode it. What XMP says
    is left out, as browsers do, but Pillow does not.
    """
    for name in ("xmp", "XML:com.adobe.xmp"):
        image.info.pop(name, None)
    if image.format == "PNG" and not {"exif", "Raw profile type exif"} & image.info.keys():
        return 1
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except (OSError, SyntaxError, TypeError, ValueError, struct.error):
        return 1


def check_size(size: Size, max_pixels: int = MAX_PIXELS) -> None:
    """Raise BadInputError `picture_too_large` beyond the limits."""
    if max(size) > MAX_SIDE or size[0] * size[1] > max_pixels:
        raise too_large_error(f"{size[0]:,} by {size[1]:,} pixels")


def too_large_error(what: str) -> BadInputError:
    """Give the error of a picture that has too much of something."""
    return BadInputError(
        "picture_too_large",
        f"The picture has {what}; at most {MAX_PIXELS // 1_000_000} million pixels (a JPEG:"
        f" {MAX_JPEG_PIXELS // 1_000_000}), {MAX_SIDE:,} a side and {MAX_BYTES // 1_000_000} MB are"
        " possible. Make it smaller and use that.",
    )


def _format_of(data: bytes) -> str:
    """Give Pillow's name of the one format that may open these bytes."""
    media_type = sniff(data[:HEAD_BYTES])
    found = next((name for name, each in MEDIA_TYPES.items() if each == media_type), None)
    if found is None:
        raise _unreadable_error()
    return found


def _unreadable_error() -> BadInputError:
    return BadInputError(
        "picture_unreadable",
        "The picture cannot be read: it is damaged or cut short, or no JPEG, PNG, WebP, GIF, AVIF or"
        " HEIC. Export it again, for example as JPEG, and use the new file.",
    )


def _check_scans(data: bytes, pixels: int) -> None:
    """Refuse a JPEG that comes again and again: 180 KB can be fifteen seconds of work."""
    scans = jpeg.count_scans(data)
    plenty = int(jpeg.MAX_SCANS * min(1.0, MAX_PIXELS / pixels))
    if scans > plenty:
        raise too_large_error(f"{scans:,} scans, where {plenty} are plenty")


def _completed(data: bytes) -> bytes:
    """Give a JPEG with the mark of its end, if that is all that it misses.

    Whether pixels are missing shows when something else is put in their place.
    """
    body = data.rstrip(b"\xff")
    decoded: list[bytes] = []
    for padding in (b"", _PADDING):
        with _opened(body + padding + jpeg.END, "JPEG") as image:
            set_draft(image)
            decoded.append(image.tobytes())
    if decoded[0] != decoded[1]:
        raise _unreadable_error()
    return body + jpeg.END


def _load_heif() -> None:
    """Teach Pillow to read HEIC; only who has such a picture waits for it."""
    from pi_heif import register_heif_opener  # noqa: PLC0415

    register_heif_opener(thumbnails=False)
