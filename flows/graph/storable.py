"""What PostgreSQL and JSON cannot hold, found wherever it hides in a raw document."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_DEPTH: Final = 64
"""Levels of lists and objects, counted from the top of the document."""
MAX_PROBLEMS_OF_PART: Final = 10
"""Of one node or edge: a flood of problems would help nobody."""

Path = tuple[str | int, ...]
"""From the top of the document to a value: keys and list indexes."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BINARY_RANGE: Final = 1024
"""Bits of the largest number that a double, and so the editor, can hold."""


@dataclass(frozen=True)
class DocumentProblem:
    """Something wrong at a place; `detail` completes the sentence "this value …".

    `unreadable`: the part around it must not be read any further.
    """

    path: Path
    detail: str
    unreadable: bool = False


def storage_problems(value: object, at: Path) -> list[DocumentProblem]:
    """Find what cannot be stored in `value`, which stands at the path `at`."""
    found: list[DocumentProblem] = []
    for problem in _traverse(value, at):
        found.append(problem)
        if problem.unreadable or len(found) == MAX_PROBLEMS_OF_PART:
            break
    return found


def _traverse(value: object, at: Path) -> Iterator[DocumentProblem]:
    """Visit everything in document order, without recursion: nesting is the user's choice."""
    stack: list[tuple[Path, object]] = [(at, value)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, (dict, list)) and len(path) >= MAX_DEPTH:
            yield DocumentProblem(
                path[:4], f"is nested more than {MAX_DEPTH} levels deep", unreadable=True
            )
        elif isinstance(item, dict):
            yield from _key_problems(path, item)
            stack.extend(((*path, str(key)), item[key]) for key in reversed(item))
        elif isinstance(item, list):
            stack.extend(((*path, index), item[index]) for index in reversed(range(len(item))))
        else:
            yield from _scalar_problems(path, item)


def _key_problems(path: Path, item: dict[object, object]) -> Iterator[DocumentProblem]:
    for key in item:
        if not isinstance(key, str):
            yield DocumentProblem(path, "has a field whose name is no text", unreadable=True)
        elif _UNSTORABLE.search(key):
            yield DocumentProblem(
                path, f"has a field whose name has {_character_name(key)} in it: rename it"
            )


def _scalar_problems(path: Path, item: object) -> Iterator[DocumentProblem]:
    if isinstance(item, str):
        if _UNSTORABLE.search(item):
            yield DocumentProblem(
                path, f"has {_character_name(item)} in it, which cannot be stored: remove it"
            )
    elif isinstance(item, float):
        if not math.isfinite(item):
            yield DocumentProblem(path, "must be a finite number")
    elif isinstance(item, bool) or item is None:
        return
    elif isinstance(item, int):
        if item.bit_length() > _BINARY_RANGE:
            yield DocumentProblem(path, "is too large a number", unreadable=True)
    else:
        yield DocumentProblem(path, "is no JSON value", unreadable=True)


def _character_name(text: str) -> str:
    if "\x00" in text:
        return "a NUL character (U+0000)"
    return "half of a character (a lone UTF-16 surrogate)"
