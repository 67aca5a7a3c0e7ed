"""What a node shows while it works, before it has an output."""

from dataclasses import dataclass
from typing import Protocol

from schemas.values import ImageValue


@dataclass(frozen=True)
class TextDelta:
    """The next piece of a text that grows; pieces are joined as they are."""

    text: str


@dataclass(frozen=True)
class Preview:
    """A picture of what the output may become; it takes the place of the one before.

    Nobody keeps it: its asset ends with the node.
    """

    image: ImageValue


LiveValue = TextDelta | Preview


class Emit(Protocol):
    """Shows something; what cannot be shown in time is dropped."""

    def __call__(self, value: LiveValue, /) -> None:
        """Take the next value; never blocks for long."""
        ...


def discard(_value: LiveValue, /) -> None:
    """Show nothing."""
