"""What of a JPEG can be known, and left out, without decoding it (ITU-T T.81, annex B)."""

from typing import Final

MAX_SCANS: Final = 64
"""Of a JPEG. Cameras and programs write up to some 15; each later one decodes all pixels anew."""

_SCAN: Final = b"\xff\xda"
"""Starts a scan; inside its pixels these bytes cannot stand."""
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers that start a frame: they tell its size."""
_NO_HEADER: Final = frozenset({0xD9, 0xDA})
"""End of image, start of scan: no frame begins behind them."""
_SPARE_ROWS: Final = 64
"""Decoded below what is wanted: twice the highest block, since colours of a block's edge are mixed
with those of the next."""


def scans(data: bytes) -> int:
    """Count how often the picture's pixels come."""
    return data.count(_SCAN)


def first_rows(data: bytes, rows: int, height: int) -> bytes | None:
    """Give a JPEG that decodes to at least the first `rows` of `height` rows, with the same pixels.

    It only claims to be less high: decoders pass over the blocks that follow. None where that
    would save nothing, or the file is not as simple as that.
    """
    kept = -(-(rows + _SPARE_ROWS) // _SPARE_ROWS) * _SPARE_ROWS
    place = _height_at(data)
    if kept >= height or place is None or data[place : place + 2] != height.to_bytes(2):
        return None
    return b"".join((data[:place], kept.to_bytes(2), memoryview(data)[place + 2 :]))


def _height_at(data: bytes) -> int | None:
    """Find where the frame's height stands, by going from segment to segment."""
    at = 2
    while data[at : at + 1] == b"\xff":
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in _FRAMES:
            return at + 5
        if marker in _NO_HEADER or length < 2:
            return None
        at += 2 + length
    return None
