"""Settings of the C library's memory allocator, for the process that asks."""

import ctypes
from collections.abc import Mapping
from typing import Final, Literal

Option = Literal["M_TRIM_THRESHOLD", "M_TOP_PAD", "M_MMAP_THRESHOLD", "M_ARENA_MAX"]
_NUMBERS: Final[Mapping[Option, int]] = {
    "M_TRIM_THRESHOLD": -1,
    "M_TOP_PAD": -2,
    "M_MMAP_THRESHOLD": -3,
    "M_ARENA_MAX": -8,
}

LONG_LIVED: Final[Mapping[Option, int]] = {
    # Long texts have pages of their own, which go back to the system with them; glibc otherwise
    # puts them among what stays as soon as the first of them is freed.
    "M_MMAP_THRESHOLD": 131_072,
    "M_TRIM_THRESHOLD": 16_777_216,
    "M_ARENA_MAX": 2,
}
"""For a process that works on long texts now and then, and lives on."""


def set_malloc_options(options: Mapping[Option, int]) -> None:
    """Set some; nothing happens where the C library is not glibc."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        for option, value in options.items():
            library.mallopt(_NUMBERS[option], value)


def release_free_memory() -> None:
    """Give memory that is free back to the operating system; takes milliseconds."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
