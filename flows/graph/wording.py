"""How problems speak of nodes, edges and kinds of value."""

import re
from typing import Final

from schemas.graph import Node
from schemas.node_type import OutputPort
from schemas.values import Kind

_MAX_QUOTED: Final = 60
"""Characters of a label or id in a sentence; a label may be a whole essay."""

KIND_NAMES: Final[dict[Kind, str]] = {
    "text": "a text",
    "number": "a number",
    "boolean": "yes or no",
    "json": "JSON",
    "image": "an image",
    "video": "a video",
    "audio": "a sound",
}
_PLURALS: Final[dict[Kind, str]] = {
    "text": "texts",
    "number": "numbers",
    "boolean": "yes or no",
    "json": "JSON",
    "image": "images",
    "video": "videos",
    "audio": "sounds",
}


_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def printable(text: str) -> str:
    """Replace what no answer of ours could carry: control characters and lone surrogates."""
    return _UNPRINTABLE.sub("\ufffd", text)


def quoted(text: str) -> str:
    """Give text in curly quotes, on one line and not too long."""
    line = printable(" ".join(text.split()))
    short = line if len(line) <= _MAX_QUOTED else line[: _MAX_QUOTED - 1].rstrip() + "…"
    return f"“{short}”"


def quoted_label(node: Node) -> str:
    """Give what people call the node, in curly quotes."""
    return quoted(node.label)


def join_words(words: list[str], last: str = "and") -> str:
    """Join words as people do: `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def join_kinds(kinds: tuple[Kind, ...]) -> str:
    """Say which kinds are taken: `a number or a text`."""
    return join_words([KIND_NAMES[kind] for kind in kinds], "or")


def output_name(port: OutputPort) -> str:
    """Say what leaves an output: `an image`, `a list of images`."""
    return f"a list of {_PLURALS[port.kind]}" if port.is_list else KIND_NAMES[port.kind]
