"""How a decoded frame of a video is shown: its colours, the shape of its pixels, which side is up."""

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from PIL import Image

from tasks.media.color_lut import srgb_lut

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_UNSPECIFIED: Final = 2
_RGB: Final = 0
"""Colour matrix of pictures that are not stored as luminance and colour difference."""
_BT709, _BT601 = 1, 5
_HD_WIDTH, _HD_HEIGHT = 1280, 576
"""From this width or above this height on, players take a video that tells nothing as BT.709."""
_FULL_RANGE: Final = 2
_ROUNDED: Final = 0x2 | 0x2000 | 0x40000
"""FFmpeg's flags BILINEAR, FULL_CHR_H_INT and ACCURATE_RND: without them numbers are cut off, not
rounded, which makes every picture a little darker and HDR, whose steps are larger, visibly so."""
_MAX_STRETCH: Final = 8
"""Pixels of a shape beyond this are a mistake of the file, and taken as square."""

Size = tuple[int, int]


def shown_image(frame: "VideoFrame", stream: "VideoStream") -> Image.Image:
    """Give the picture as a player shows it, in sRGB."""
    image = _to_rgb(frame)
    lut = srgb_lut(int(frame.color_trc), int(frame.color_primaries))
    if lut is not None:
        image = image.filter(lut)
    size = _stretched((image.width, image.height), stream)
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    transpose = _transpose(frame)
    return image if transpose is None else image.transpose(transpose)


def shown_size(frame: "VideoFrame", stream: "VideoStream") -> Size:
    """Give the size of the picture as a player shows it."""
    width, height = _stretched((frame.width, frame.height), stream)
    return (height, width) if _transpose(frame) in _SWAPS_SIDES else (width, height)


def _to_rgb(frame: "VideoFrame") -> Image.Image:
    """Give the numbers of red, green and blue that the frame stands for."""
    matrix = int(frame.colorspace)
    if matrix == _UNSPECIFIED:
        is_hd = frame.width >= _HD_WIDTH or frame.height > _HD_HEIGHT
        matrix = _BT709 if is_hd else _BT601
    color_range = int(frame.color_range)
    if frame.format.name.startswith("yuvj"):
        color_range = _FULL_RANGE
    if matrix == _RGB:
        return frame.to_image()
    return frame.to_image(
        interpolation=_ROUNDED,
        src_colorspace=matrix,
        dst_colorspace=matrix,
        src_color_range=color_range,
        dst_color_range=_FULL_RANGE,
    )


def _stretched(size: Size, stream: "VideoStream") -> Size:
    """Give the size with square pixels."""
    aspect = Fraction(stream.sample_aspect_ratio or 1)
    if not Fraction(1, _MAX_STRETCH) <= aspect <= _MAX_STRETCH:
        return size
    return max(1, round(size[0] * aspect)), size[1]


_SWAPS_SIDES: Final = frozenset(
    {
        Image.Transpose.ROTATE_90,
        Image.Transpose.ROTATE_270,
        Image.Transpose.TRANSPOSE,
        Image.Transpose.TRANSVERSE,
    }
)


def _transpose(frame: "VideoFrame") -> Image.Transpose | None:
    """Give what the display matrix does, to the nearest quarter turn.

    The matrix maps a place (x, y) to (a x + c y, b x + d y); y counts downwards.
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None or matrix.buffer_size < _MATRIX_BYTES:
        return None
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(matrix)[:_MATRIX_BYTES])
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return _STRAIGHT[a < 0, d < 0]
    return _TURNED[b < 0, c < 0]


_MATRIX_BYTES: Final = 36
_STRAIGHT: Final = {
    (False, False): None,
    (True, False): Image.Transpose.FLIP_LEFT_RIGHT,
    (False, True): Image.Transpose.FLIP_TOP_BOTTOM,
    (True, True): Image.Transpose.ROTATE_180,
}
_TURNED: Final = {
    (False, False): Image.Transpose.TRANSPOSE,
    (True, True): Image.Transpose.TRANSVERSE,
    (False, True): Image.Transpose.ROTATE_270,
    (True, False): Image.Transpose.ROTATE_90,
}
