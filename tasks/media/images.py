"""Still pictures: decoded, cut, resized, encoded.

Read: JPEG, PNG, WebP, GIF, AVIF and HEIC, at most 40 million pixels, 16,384 a side and 50 MB. A JPEG
may have up to 200 million; it is decoded at a half or a quarter of its size then. Of an animated
picture the first frame is taken. What comes out of `decode` is upright (EXIF rotation applied), has
8 bits per channel and is grey, RGB or RGBA: palettes and CMYK become RGB(A), 16-bit grey is
scaled. Alpha is kept.

Written: an opaque picture that came as JPEG, AVIF or HEIC as JPEG (quality 90), one that came as
WebP as WebP (quality 90, or without loss if it came so), everything else as PNG. Colours are sRGB,
metadata is gone.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from PIL import Image, ImageMath

from schemas.values import ImageValue
from tasks.media import jpeg
from tasks.media.color_profile import Colors, colors_of
from tasks.media.image_file import (
    MAX_BYTES,
    MAX_FETCHED_BYTES,
    MAX_PIXELS,
    MAX_SIDE,
    MEDIA_TYPES,
    SWAPS_SIDES,
    check_size,
    open_image,
    orientation_of,
    set_draft,
    too_large_error,
)
from tasks.media.resize import Fit, Size, fit_region, scale_region
from tasks.media.sniff import is_lossless_webp
from tasks.node_type.definition import ChildContext

MODEL_MEDIA_TYPE: Final = "image/jpeg"
"""Media type of pictures that are made ready for a model."""
MODEL_MAX_SIDE: Final = 2_048

Box = tuple[int, int, int, int]

_LOSSY: Final = frozenset({"AVIF", "HEIF", "JPEG"})
"""Formats of photographs."""

_TRANSPOSES: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MIRRORS_COLUMNS: Final = frozenset({2, 3, 6, 7})
"""Orientations in which the upright picture's right edge is stored first."""
_MIRRORS_ROWS: Final = frozenset({3, 4, 7, 8})
"""Orientations in which the upright picture's lower edge is stored first."""


@dataclass(frozen=True)
class DecodedImage:
    """A decoded picture, and the format it was read from.

    One that was decoded at a part of its size (`reduction`: 2, 4 or 8) still counts as large as it
    was: `full_size` is that, upright.
    """

    image: Image.Image
    source_format: str
    colors: Colors = field(default_factory=Colors)
    reduction: int = 1
    full_size: Size | None = None
    lossless: bool = False
    """Whether it was written without loss."""

    @property
    def size(self) -> Size:
        """Width and height, in pixels, of the picture as it was stored."""
        return self.full_size or self.image.size

    def resized(self, box: Size, fit: Fit) -> "DecodedImage":
        """Give the picture in another size; see `fit_region` for what `fit` means.

        Raises:
            BadInputError: `picture_too_large`: the result would be.
        """
        (left, upper, right, lower), size = fit_region(self.size, box, fit)
        check_size(size)
        # The last column and row of a reduced picture may stand for less than the others.
        across, down = (edge / self.reduction for edge in (right, lower))
        region = (
            left / self.reduction,
            upper / self.reduction,
            min(across, float(self.image.width)),
            min(down, float(self.image.height)),
        )
        scaled = scale_region(self.image, size, region)
        return replace(self, image=scaled, reduction=1, full_size=None)


def decode(source: Path | bytes, *, min_size: Size | None = None) -> DecodedImage:
    """Read a picture, from a file or its bytes.

    `min_size` (width, height) allows a JPEG to be decoded at a half, a quarter or an eighth
    of its size, as long as it stays at least as large: several times faster.

    Raises:
        BadInputError: `picture_unreadable` or `picture_too_large`.
    """
    with open_image(source) as (image, data):
        orientation = orientation_of(image)
        size = image.size
        swaps_sides = orientation in SWAPS_SIDES
        upright = (size[1], size[0]) if swaps_sides else size
        reduction = set_draft(image, _reduction(upright, min_size) if min_size else 1)
        decoded = _oriented(image, orientation)
        return replace(
            decoded,
            reduction=reduction,
            full_size=upright,
            lossless=is_lossless_webp(data),
        )


def decode_region(source: bytes, region_of: Callable[[Size], Box]) -> DecodedImage:
    """Read a part of a picture: left, upper, right, lower, as `region_of` gives it for the size.

    Of a JPEG, what is stored below the part is not decoded, and may be damaged. One that is larger
    than a picture may be is decoded at a part of its size, and so is what comes out.

    Raises:
        BadInputError: `picture_unreadable` or `picture_too_large`.
    """
    with open_image(source, complete=False) as (image, data):
        orientation = orientation_of(image)
        height, is_jpeg = image.height, image.format == "JPEG"
        reduction = set_draft(image)
        size = image.size[::-1] if orientation in SWAPS_SIDES else image.size
        part = _stored_box(region_of((size[0], size[1])), (size[0], size[1]), orientation)
        truncated = jpeg.truncate_rows(data, part[3] * reduction, height) if is_jpeg else None
        if not is_jpeg:
            return replace(_oriented(image, orientation, part), lossless=is_lossless_webp(data))
    with open_image(truncated or source, complete=truncated is None) as (image, _):
        set_draft(image, reduction)
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
        raise too_large_error(f"{size / 1e6:.0f} MB")
    with open_image(source) as (image, _):
        width, height = image.size
        swaps_sides = orientation_of(image) in SWAPS_SIDES
        media_type = MEDIA_TYPES[image.format or ""]
        if image.format == "JPEG":
            set_draft(image, 8)
            image.load()
        elif image.format == "PNG":
            image.verify()
        return (media_type, height, width) if swaps_sides else (media_type, width, height)


def _reduction(size: Size, wanted: Size) -> int:
    """Give how much smaller a picture may be decoded that is wanted at this size."""
    # Twice the wanted size, so that the resize still averages over several pixels.
    share = min(size[0] // (2 * wanted[0]), size[1] // (2 * wanted[1]))
    return next((each for each in (8, 4, 2) if share >= each), 1)


def _oriented(image: Image.Image, orientation: int, part: Box | None = None) -> DecodedImage:
    """Decode an opened picture, or a part of it as it is stored, and turn it."""
    source_format, colors = image.format or "", colors_of(image)
    image.load()
    selected = image.crop(part) if part else image
    if selected.mode in ("CMYK", "YCCK"):
        pixels, colors = colors.to_srgb(selected), Colors()
    else:
        pixels = _to_8bit(selected)
    transpose = _TRANSPOSES.get(orientation)
    if transpose is not None:  # one of them is 0
        pixels = pixels.transpose(transpose)
    pixels.info = {}  # encoders copy some of it into the new file
    return DecodedImage(pixels, source_format, colors)


def _stored_box(box: Box, size: Size, orientation: int) -> Box:
    """Give where a part of an upright picture of `size` is in the picture as it is stored."""
    left, upper, right, lower = box
    if orientation in _MIRRORS_COLUMNS:
        left, right = size[0] - right, size[0] - left
    if orientation in _MIRRORS_ROWS:
        upper, lower = size[1] - lower, size[1] - upper
    return (
        (upper, left, lower, right) if orientation in SWAPS_SIDES else (left, upper, right, lower)
    )


def store_image(decoded: DecodedImage, context: ChildContext) -> ImageValue:
    """Encode and store a picture."""
    data, media_type = encode(decoded)
    return context.store_image(data, media_type, decoded.image.size)


def encode(decoded: DecodedImage) -> tuple[bytes, str]:
    """Give the bytes of a picture and their media type; the format follows the one it came as."""
    image = decoded.colors.to_srgb(decoded.image)
    if decoded.source_format in _LOSSY and image.mode != "RGBA":
        return _encode_as(image, "JPEG", quality=90), MEDIA_TYPES["JPEG"]
    if decoded.source_format == "WEBP":
        options = {"lossless": True} if decoded.lossless else {"quality": 90}
        return _encode_as(image, "WEBP", method=2, **options), MEDIA_TYPES["WEBP"]
    return _encode_as(image, "PNG", compress_level=1), MEDIA_TYPES["PNG"]


def encode_as(
    image: Image.Image, format: Literal["jpeg", "png", "webp"], quality: int
) -> tuple[bytes, str]:
    """Give the bytes of an sRGB picture in a format, and their media type; PNG knows no quality."""
    options: dict[str, int] = {"compress_level": 6} if format == "png" else {"quality": quality}
    return _encode_as(image, format.upper(), **options), MEDIA_TYPES[format.upper()]


def thumbnail(path: Path, width: int) -> tuple[bytes, str]:
    """Give a stored picture at most `width` pixels wide, never enlarged, and its media type."""
    decoded = decode(path.read_bytes(), min_size=(width, 1))
    if decoded.size[0] > width:
        height = max(1, round(decoded.size[1] * width / decoded.size[0]))
        decoded = decoded.resized((width, height), "fill")
    return encode(decoded)


def encode_for_model(data: bytes) -> bytes:
    """Make a stored picture ready for a model: JPEG on white, at most 2,048 pixels a side."""
    side = (MODEL_MAX_SIDE, MODEL_MAX_SIDE)
    decoded = decode(data, min_size=side)
    if max(decoded.size) > MODEL_MAX_SIDE:
        decoded = decoded.resized(side, "contain")
    image = decoded.colors.to_srgb(decoded.image)
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    return _encode_as(image, "JPEG", quality=90)


def _to_8bit(image: Image.Image) -> Image.Image:
    """Give the picture as L, RGB or RGBA."""
    if image.mode.startswith("I") or image.mode == "F":
        # 16-bit grey: 0 to 65,535 becomes 0 to 255; Pillow's own conversion would clip.
        wide, transparent = image.convert("I"), image.info.get("transparency")
        grey = wide.point(lambda value: value * (1 / 257) + 0.5).convert("L")  # pyright: ignore[reportOperatorIssue]
        if not isinstance(transparent, int):
            return grey
        alpha = ImageMath.lambda_eval(  # Pillow has no table of 65,536 levels
            lambda given: given["convert"]((given["wide"] != transparent) * 255, "L"), wide=wide
        )
        return Image.merge("RGBA", (grey, grey, grey, alpha))
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _encode_as(image: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


__all__ = [
    "MAX_BYTES",
    "MAX_FETCHED_BYTES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "Box",
    "DecodedImage",
    "Fit",
    "Size",
    "decode",
    "decode_region",
    "encode",
    "encode_as",
    "encode_for_model",
    "inspect_image",
    "store_image",
    "thumbnail",
]
