"""What of a JPEG can be known, and left out, without decoding it (ITU-T T.81, annex B)."""

from collections.abc import Iterator
from typing import Final

MAX_SCANS: Final = 64
"""Of a JPEG. Cameras and programs write up to some 15; each later one decodes all pixels anew."""

END: Final = b"\xff\xd9"
"""The mark at the end of the file."""
_SCAN_MARKER: Final = 0xDA
"""Starts a scan; inside its pixels such a marker cannot stand."""
_STANDALONE_MARKERS: Final = frozenset({0x00, 0x01, *range(0xD0, 0xDA), 0xFF})
"""What no length follows; where such a thing stands before the first scan, nothing is certain."""
_FRAME_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers that start a frame: they tell its size."""
_SEQUENTIAL: Final = frozenset({0xC0, 0xC1, 0xC9})
"""Frames whose pixels come once."""
_SPARE_ROWS: Final = 64
"""Decoded below what is wanted: twice the highest block, since colours of a block's edge are mixed
with those of the next."""


def count_scans(data: bytes) -> int:
    """Count how often pixels come, at most; where all colours come together, that is once."""
    frame, components = 0, 0
    for marker, offset in _segments(data):
        if marker in _FRAME_MARKERS:
            frame, components = marker, data[offset + 9] if offset + 9 < len(data) else 0
        elif (
            marker == _SCAN_MARKER
            and frame in _SEQUENTIAL
            and data[offset + 4 : offset + 5] == bytes([components])
        ):
            return 1
    return data.count(bytes([0xFF, _SCAN_MARKER]))


def has_end(data: bytes) -> bool:
    """Whether the file has the mark of its end; inside its pixels such a mark cannot stand."""
    return END in memoryview(data)[max(0, len(data) - 64) :].tobytes() or (
        data.rfind(END) > data.rfind(bytes([0xFF, _SCAN_MARKER]))
    )


def truncate_rows(data: bytes, rows: int, height: int) -> bytes | None:
    """Give a JPEG that decodes to at least the first `rows` of `height` rows, with the same pixels.

    It only claims to be less high: decoders pass over the blocks that follow. None where that
    would save nothing, or the file is not as simple as that.
    """
    kept_rows = -(-(rows + _SPARE_ROWS) // _SPARE_ROWS) * _SPARE_ROWS
    size_offset = next(
        (offset + 5 for marker, offset in _segments(data) if marker in _FRAME_MARKERS), None
    )
    if (
        kept_rows >= height
        or size_offset is None
        or data[size_offset : size_offset + 2] != height.to_bytes(2)
    ):
        return None
    return b"".join(
        (data[:size_offset], kept_rows.to_bytes(2), memoryview(data)[size_offset + 2 :])
    )


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Give marker and place of each segment, up to the first scan or what is none."""
    offset = 2
    while data[offset : offset + 1] == b"\xff" and offset + 4 <= len(data):
        marker, length = data[offset + 1], int.from_bytes(data[offset + 2 : offset + 4])
        if marker in _STANDALONE_MARKERS or length < 2:
            return
        yield marker, offset
        if marker == _SCAN_MARKER:
            return
        offset += 2 + length
