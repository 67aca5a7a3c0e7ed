"""Names for copies of workflows, and for files."""

import re
import unicodedata
from collections.abc import Collection
from itertools import count
from typing import Final

from schemas.graph import MAX_NAME_LENGTH

_COPY_SUFFIX: Final = re.compile(r" copy(?: \d{1,6})?$")
_SUFFIX_LENGTH: Final = len(" copy 999999")


def copy_stem(name: str) -> str:
    """Give what all copies of a name begin with."""
    return _COPY_SUFFIX.sub("", name)[: MAX_NAME_LENGTH - _SUFFIX_LENGTH] or name[:1]


def copy_name(name: str, taken: Collection[str]) -> str:
    """Name a copy: `Kit copy`, then `Kit copy 2`, `Kit copy 3`, whichever is free."""
    first = f"{copy_stem(name)} copy"
    names = (first if number == 1 else f"{first} {number}" for number in count(1))
    return next(each for each in names if each not in taken)


def slug(label: str) -> str:
    """Give a label as a safe part of a file name: letters, digits and dashes; may be empty."""
    words = re.sub(r"[^\w]+|_+", "-", unicodedata.normalize("NFKC", label).lower())
    return words.strip("-")[:60].strip("-")
