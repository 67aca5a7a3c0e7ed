"""Pages of long lists: where the next page begins, as text that callers only hand back."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from schemas.errors import InvalidInputError

Item = TypeVar("Item")
Id = TypeVar("Id")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items of a list; `next_cursor` is None on the last page."""

    items: list[Item]
    next_cursor: str | None


def write_cursor(at: datetime, id: object) -> str:
    """Name the place after this item."""
    return base64.urlsafe_b64encode(f"{at.isoformat()} {id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str, read_id: Callable[[str], Id]) -> tuple[datetime, Id]:
    """Give the time and id of the item that the page before ended with.

    Raises:
        InvalidInputError: it is no cursor of ours.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, id = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split(" ")
        return _moment(at), read_id(id[:40])
    except (ValueError, binascii.Error) as error:
        raise InvalidInputError(
            "bad_cursor",
            "The cursor is not one that a list gave: start again without it.",
        ) from error


def cut(
    rows: Sequence[Item], limit: int, place: Callable[[Item], tuple[datetime, object]]
) -> Page[Item]:
    """Make a page of `limit` items from rows of which one more was asked for."""
    if len(rows) <= limit:
        return Page(list(rows), None)
    items = list(rows[:limit])
    return Page(items, write_cursor(*place(items[-1])))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
