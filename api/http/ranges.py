"""Parts of a file, as `Range` asks for them (RFC 9110, section 14)."""

import re
from dataclasses import dataclass
from typing import Final

from schemas.errors import InvalidInputError

_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class ByteRange:
    """Bytes `first` to `last`, both included, of a file of `size` bytes."""

    first: int
    last: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1

    @property
    def content_range(self) -> str:
        """Value of the header of that name."""
        return f"bytes {self.first}-{self.last}/{self.size}"


class UnsatisfiableRangeError(InvalidInputError):
    """The range lies outside the file, which has `size` bytes."""

    def __init__(self, size: int) -> None:
        """Say how large the file is."""
        super().__init__(
            "range_not_satisfiable", f"The file has {size} bytes; ask for some of these."
        )
        self.size = size


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """Give the range that is asked for; None means the whole file.

    What cannot be read, and several ranges at once, count as not asked, as the RFC allows.

    Raises:
        UnsatisfiableRangeError: the range begins after the end.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return _suffix_range(int(last), size)
    begin, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < begin:
        return None
    if begin >= size:
        raise UnsatisfiableRangeError(size)
    return ByteRange(begin, end, size)


def _suffix_range(length: int, size: int) -> ByteRange:
    if length == 0 or size == 0:
        raise UnsatisfiableRangeError(size)
    return ByteRange(max(0, size - length), size - 1, size)
