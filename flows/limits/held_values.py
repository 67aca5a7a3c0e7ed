"""How much memory the values take that a run holds for nodes that have not ended."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from sys import getsizeof
from typing import Any, cast

from schemas.values import JsonDataValue, TextValue, Value, items_of


class HeldValues:
    """Counts what texts and JSON take, each once, however many nodes gave the same one.

    A text that is passed on is not copied, and takes up to four times its bytes as UTF-8.
    """

    def __init__(self, report: Callable[[int], object]) -> None:
        """Begin with nothing; `report` is called with each change, in bytes."""
        self._report = report
        self._holders: Counter[int] = Counter()
        self._total = 0

    def add(self, values: Iterable[Value]) -> None:
        """Count what a node gave."""
        self._count(values, 1)

    def remove(self, values: Iterable[Value]) -> None:
        """Count no more what a node gave; it must not have been let go of yet."""
        self._count(values, -1)

    def clear(self) -> None:
        """Count nothing any more."""
        self._holders.clear()
        self._change(-self._total)

    def _count(self, values: Iterable[Value], change: int) -> None:
        size = 0
        for part in _parts(values):
            before = self._holders[id(part)]
            self._holders[id(part)] = before + change
            if not before or not before + change:
                size += change * _memory(part)
        self._change(size)

    def _change(self, size: int) -> None:
        if size:
            self._total += size
            self._report(size)


def _parts(values: Iterable[Value]) -> Iterator[object]:
    for each in items_of(values):
        if isinstance(each, TextValue):
            yield each.text
        elif isinstance(each, JsonDataValue):
            yield each.data


def _memory(data: object) -> int:
    size, parts = 0, [data]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            parts += cast("dict[str, Any]", part).values()
        elif isinstance(part, list):
            parts += cast("list[Any]", part)
        if not isinstance(part, int):  # of most there is one for all
            size += getsizeof(part)
    return size
