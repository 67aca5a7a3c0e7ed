"""Still pictures: decoded, cut, resized, encoded. Only this module and `scaling` know Pillow.

Read: JPEG, PNG, WebP and GIF, at most 40 million pixels, 16,384 a side and 50 MB. Of an
animated picture the first frame is taken. What comes out of `decode` is upright (EXIF
rotation applied), has 8 bits per channel and is grey, RGB or RGBA: palettes and CMYK become
RGB(A), 16-bit grey is scaled. Alpha is kept.

Written: an opaque picture that came as JPEG as JPEG (quality 90), one that came as WebP as
WebP (quality 90), everything else as PNG. Colours are sRGB, metadata is gone.
"""

import io
import struct
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from PIL import (
    GifImagePlugin,
    Image,
    ImageCms,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from schemas.errors import BadInputError, NodeError
from schemas.values import ImageValue
from tasks.media import jpeg
from tasks.media.resize import Fit, Size, fit_region, scale_region
from tasks.node_type.definition import ChildContext

MAX_PIXELS: Final = 40_000_000
MAX_SIDE: Final = 16_384
MAX_BYTES: Final = 50_000_000
"""Of an uploaded picture."""
MAX_FETCHED_BYTES: Final = 10_000_000
"""Of a picture from a user's address."""
MEDIA_TYPES: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
"""The formats that are read; Pillow's others stay closed."""
PLUGINS: Final = (GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
"""Named, so that Pillow does not load all of its forty with the first picture."""
MODEL_MEDIA_TYPE: Final = "image/jpeg"
"""Media type of pictures that are made ready for a model."""
MODEL_MAX_SIDE: Final = 2_048

Box = tuple[int, int, int, int]

Image.MAX_IMAGE_PIXELS = None
"""Pillow's own limit only warns at first; `_check_size` is stricter, before any pixel is read."""

# Pillow's own opener gives a JPEG that holds several pictures, as phones write them, to a fifth
# format's reader. Its first picture is all we want.
Image.OPEN["JPEG"] = (JpegImagePlugin.JpegImageFile, Image.OPEN["JPEG"][1])

_ORIENTATION: Final = 0x0112
_TRANSPOSES: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SWAPS_SIDES: Final = frozenset({5, 6, 7, 8})
"""Orientations that exchange width and height."""
_MIRRORS_COLUMNS: Final = frozenset({2, 3, 6, 7})
"""Orientations in which the upright picture's right edge is stored first."""
_MIRRORS_ROWS: Final = frozenset({3, 4, 7, 8})
"""Orientations in which the upright picture's lower edge is stored first."""


@dataclass(frozen=True)
class DecodedImage:
    """A decoded picture; `source_format` is the format it was read from, `profile` its ICC profile."""

    image: Image.Image
    source_format: str
    profile: bytes | None = None

    @property
    def width(self) -> int:
        """In pixels."""
        return self.image.width

    @property
    def height(self) -> int:
        """In pixels."""
        return self.image.height

    def resized(self, box: Size, fit: Fit) -> "DecodedImage":
        """Give the picture in another size; see `fit_region` for what `fit` means.

        Raises:
            BadInputError: `picture_too_large`: the result would be.
        """
        part, size = fit_region((self.width, self.height), box, fit)
        _check_size(size)
        return replace(self, image=scale_region(self.image, size, part))


def decode(source: Path | bytes, *, min_size: Size | None = None) -> DecodedImage:
    """Read a picture, from a file or its bytes.

    `min_size` (width, height) allows a JPEG to be decoded at a half, a quarter or an eighth
    of its size, as long as it stays at least as large: several times faster.

    Raises:
        BadInputError: `picture_unreadable` or `picture_too_large`.
    """
    with _open_image(source) as image:
        orientation = _orientation(image)
        if min_size:
            _set_draft(image, min_size, swaps_sides=orientation in _SWAPS_SIDES)
        return _oriented(image, orientation)


def decode_region(source: bytes, region_of: Callable[[Size], Box]) -> DecodedImage:
    """Read a part of a picture: left, upper, right, lower, as `choose` gives it for the size.

    Of a JPEG, what is stored below the part is not decoded, and may be damaged.

    Raises:
        BadInputError: `picture_unreadable` or `picture_too_large`.
    """
    with _open_image(source) as image:
        orientation = _orientation(image)
        width, height = image.size
        upright = (height, width) if orientation in _SWAPS_SIDES else (width, height)
        part = _stored_box(region_of(upright), upright, orientation)
        truncated = jpeg.truncate_rows(source, part[3], height) if image.format == "JPEG" else None
        if truncated is None:
            return _oriented(image, orientation, part)
    with _open_image(truncated) as image:
        return _oriented(image, orientation, part)


def inspect_image(source: Path | bytes) -> tuple[str, int, int]:
    """Give media type, width and height (upright) of a picture that may be uploaded.

    Cheap: a JPEG is decoded at an eighth of its size, of a PNG the checksums are verified, of
    the others the header is read.

    Raises:
        BadInputError: `picture_unreadable` or `picture_too_large`.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MAX_BYTES:
        raise _too_large_error(f"{size / 1e6:.0f} MB")
    with _open_image(source) as image:
        width, height = image.size
        swaps_sides = _orientation(image) in _SWAPS_SIDES
        media_type = MEDIA_TYPES[image.format or ""]
        if image.format == "JPEG":
            image.draft(None, (1, 1))
            image.load()
        elif image.format == "PNG":
            image.verify()
        return (media_type, height, width) if swaps_sides else (media_type, width, height)


def _oriented(image: Image.Image, orientation: int, part: Box | None = None) -> DecodedImage:
    """Decode an opened picture, or a part of it as it is stored, and turn it."""
    source_format = image.format or ""
    profile: bytes | None = image.info.get("icc_profile")
    image.load()
    selected = image.crop(part) if part else image
    if selected.mode in ("CMYK", "YCCK"):
        pixels, profile = _to_srgb(selected, profile), None
    else:
        pixels = _to_8bit(selected)
    transpose = _TRANSPOSES.get(orientation)
    if transpose is not None:  # one of them is 0
        pixels = pixels.transpose(transpose)
    pixels.info = {}  # encoders copy some of it into the new file
    return DecodedImage(pixels, source_format, profile)


def _stored_box(box: Box, size: Size, orientation: int) -> Box:
    """Give where a part of an upright picture of `size` is in the picture as it is stored."""
    left, upper, right, lower = box
    if orientation in _MIRRORS_COLUMNS:
        left, right = size[0] - right, size[0] - left
    if orientation in _MIRRORS_ROWS:
        upper, lower = size[1] - lower, size[1] - upper
    return (
        (upper, left, lower, right) if orientation in _SWAPS_SIDES else (left, upper, right, lower)
    )


def store_image(decoded: DecodedImage, context: ChildContext) -> ImageValue:
    """Encode and store a picture."""
    data, media_type = encode(decoded)
    return context.store_image(data, media_type, (decoded.width, decoded.height))


def encode(decoded: DecodedImage) -> tuple[bytes, str]:
    """Give the bytes of a picture and their media type; the format follows the one it came as."""
    image = _to_srgb(decoded.image, decoded.profile)
    opaque = image.mode != "RGBA"
    if decoded.source_format == "JPEG" and opaque:
        return _encode_as(image, "JPEG", quality=90), MEDIA_TYPES["JPEG"]
    if decoded.source_format == "WEBP":
        return _encode_as(image, "WEBP", quality=90, method=2), MEDIA_TYPES["WEBP"]
    return _encode_as(image, "PNG", compress_level=1), MEDIA_TYPES["PNG"]


def thumbnail(path: Path, width: int) -> tuple[bytes, str]:
    """Give a stored picture at most `width` pixels wide, never enlarged, and its media type."""
    decoded = decode(path.read_bytes(), min_size=(width, 1))
    if decoded.width > width:
        height = max(1, round(decoded.height * width / decoded.width))
        decoded = decoded.resized((width, height), "fill")
    return encode(decoded)


def encode_for_model(data: bytes) -> bytes:
    """Make a stored picture ready for a model: JPEG on white, at most 2,048 pixels a side."""
    side = (MODEL_MAX_SIDE, MODEL_MAX_SIDE)
    decoded = decode(data, min_size=side)
    if max(decoded.width, decoded.height) > MODEL_MAX_SIDE:
        decoded = decoded.resized(side, "contain")
    image = _to_srgb(decoded.image, decoded.profile)
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    return _encode_as(image, "JPEG", quality=90)


@contextmanager
def _open_image(source: Path | bytes) -> Generator[Image.Image]:
    """Open a picture within the limits; everything Pillow raises becomes one of our errors."""
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        with Image.open(file, formats=tuple(MEDIA_TYPES)) as image:
            _check_size(image.size)
            if image.format == "JPEG":
                _check_scans(source if isinstance(source, bytes) else source.read_bytes())
            yield image
    except NodeError:
        raise
    except MemoryError as error:
        raise _too_large_error("too many pixels for the memory a node may use") from error
    except Exception as error:  # hostile bytes make the decoders raise nearly anything
        raise BadInputError(
            "picture_unreadable",
            "The picture cannot be read: it is damaged or cut short, or no JPEG, PNG, WebP or GIF."
            " Export it again and use the new file.",
        ) from error


def _check_size(size: Size) -> None:
    if max(size) > MAX_SIDE or size[0] * size[1] > MAX_PIXELS:
        raise _too_large_error(f"{size[0]:,} by {size[1]:,} pixels")


def _check_scans(data: bytes) -> None:
    """Refuse a JPEG that comes again and again: 180 KB can be fifteen seconds of work."""
    scans = jpeg.count_scans(data)
    if scans > jpeg.MAX_SCANS:
        raise _too_large_error(f"{scans:,} scans, where {jpeg.MAX_SCANS} are plenty")


def _too_large_error(what: str) -> BadInputError:
    return BadInputError(
        "picture_too_large",
        f"The picture has {what}; at most {MAX_PIXELS // 1_000_000} million pixels, {MAX_SIDE:,} a"
        f" side and {MAX_BYTES // 1_000_000} MB are possible. Make it smaller and use that.",
    )


def _orientation(image: Image.Image) -> int:
    """Give the EXIF orientation, 1 where there is none that can be read.

    Of a PNG only what stands before its pixels counts: looking further would decode it.
    """
    if image.format == "PNG" and not {"exif", "Raw profile type exif"} & image.info.keys():
        return 1
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except (OSError, SyntaxError, TypeError, ValueError, struct.error):
        return 1


def _set_draft(image: Image.Image, min_size: Size, *, swaps_sides: bool) -> None:
    """Let the JPEG decoder skip detail that is not wanted; others ignore it."""
    # Twice the wanted size, so that the resize still averages over several pixels.
    selected = (
        (min_size[1] * 2, min_size[0] * 2) if swaps_sides else (min_size[0] * 2, min_size[1] * 2)
    )
    image.draft(None, selected)


def _to_8bit(image: Image.Image) -> Image.Image:
    """Give the picture as L, RGB or RGBA."""
    if image.mode.startswith("I") or image.mode == "F":
        # 16-bit grey: 0 to 65,535 becomes 0 to 255; Pillow's own conversion would clip.
        return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")  # pyright: ignore[reportOperatorIssue]
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert from the colours of an ICC profile; a profile that does not fit is dropped."""
    mode = "RGB" if image.mode in ("CMYK", "YCCK") else image.mode
    if profile and not _is_srgb(profile):
        try:
            converted: Any = ImageCms.profileToProfile(
                image,
                ImageCms.getOpenProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=mode,
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # grey profile on RGB pixels, or damaged: the plain numbers are the best guess
        else:
            converted.info = {}  # it names the profile it was converted to
            return converted
    return image if image.mode == mode else image.convert(mode)


def _is_srgb(profile: bytes) -> bool:
    """Whether the profile is a plain sRGB one, which most pictures carry."""
    return b"sRGB" in profile[:4096] or "sRGB".encode("utf-16-be") in profile[:4096]


def _encode_as(image: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()
