"""Texts that are put together: joined with a blank line, or put where `{{input}}` is typed.

Pure. Their size is known before they are made: a short text in a thousand places is a long one.
"""

import re
from collections.abc import Iterable
from typing import Final

from schemas.errors import BadInputError
from schemas.node_type import Port
from schemas.values import text_bytes

PLACEHOLDER: Final = "{{input}}"
"""In typed text of a port with `placeholder`: where the connected text goes."""
TEXT_SEPARATOR: Final = "\n\n"
"""Between the texts of a port that takes many: a blank line."""
MAX_BOUND_BYTES: Final = 4_194_304
"""Of all text that one node works with, as UTF-8: the million tokens that models read at once."""
# Also the white space that has no width, as word processors write it.
_SPACE: Final = r"[\s\u200b\u2060\ufeff]*"
_PLACEHOLDER: Final = re.compile(rf"\{{\{{{_SPACE}input{_SPACE}\}}\}}")


def has_placeholder(port: Port, typed: object) -> bool:
    """Whether the connected text is put into the typed one instead of replacing it."""
    return port.placeholder and isinstance(typed, str) and bool(_PLACEHOLDER.search(typed))


def join_texts(port: Port, typed: object, texts: Iterable[str]) -> str:
    """Put connected texts together: once, and literally, at each placeholder."""
    text = TEXT_SEPARATOR.join(texts)
    if has_placeholder(port, typed):
        return _PLACEHOLDER.sub(lambda _: text, str(typed))
    return text


def joined_bytes(port: Port, typed: object, sizes: Iterable[int]) -> int:
    """Give the size of what `join_texts` would make of texts of these sizes."""
    counted = list(sizes)
    size = sum(counted) + len(TEXT_SEPARATOR) * max(0, len(counted) - 1)
    if not has_placeholder(port, typed):
        return size
    places = _PLACEHOLDER.findall(str(typed))
    return text_bytes(str(typed)) - sum(map(text_bytes, places)) + len(places) * size


def too_long_message(size: int) -> str:
    """Say that more text would be put together than a node works with."""
    return (
        f"the texts that are put together here come to {size:,} bytes, of which a node takes at most"
        f" {MAX_BOUND_BYTES:,}: connect fewer or shorter texts, or write {PLACEHOLDER} in fewer places."
    )


def limit_bound_text(size: int) -> None:
    """Raise BadInputError `text_too_long` where a node would work with too much text."""
    if size > MAX_BOUND_BYTES:
        message = too_long_message(size)
        raise BadInputError("text_too_long", message[0].upper() + message[1:])
