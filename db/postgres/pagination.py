"""Pages of long lists: where the next page begins, as text that callers only hand back."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from schemas.errors import InvalidInputError

_CHECKSUM_BYTES = 6

Item = TypeVar("Item")
Id = TypeVar("Id")
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items of a list; `next_cursor` is None on the last page."""

    items: list[Item]
    next_cursor: str | None


def encode_cursor(at: datetime, id: object) -> str:
    """Name the position after this item."""
    return _encode(f"{at.isoformat()} {id}")


def decode_cursor(cursor: str, read_id: Callable[[str], Id]) -> tuple[datetime, Id]:
    """Give the time and id of the item that the page before ended with.

    Raises:
        InvalidInputError: it is no cursor of ours.
    """
    try:
        at, id = _decode(cursor).split(" ")
        return _parse_time(at), _check_storable(read_id(id))
    except (ValueError, binascii.Error) as error:
        raise _bad_cursor() from error


def encode_name_cursor(name: str, id: int) -> str:
    """Name the position after this item of a list that is ordered by name."""
    return _encode(f"{name} {id}")


def decode_name_cursor(cursor: str) -> tuple[str, int]:
    """Give the name and id of the item that the page before ended with.

    Raises:
        InvalidInputError: it is no cursor of ours.
    """
    try:
        name, id = _decode(cursor).rsplit(" ", 1)
        return name, _check_storable(int(id))
    except (ValueError, binascii.Error) as error:
        raise _bad_cursor() from error


def paginate_desc(
    query: Query,
    at: InstrumentedAttribute[datetime],
    id: InstrumentedAttribute[Id],
    *,
    limit: int,
    cursor: str | None,
    read_id: Callable[[str], Id],
) -> Query:
    """Have a query give the newest first, from its cursor on; one row more than `limit`, for `to_page`.

    Raises:
        InvalidInputError: it is no cursor of ours.
    """
    if cursor is not None:
        before = decode_cursor(cursor, read_id)
        query = query.where(tuple_(at, id) < tuple_(*map(literal, before)))
    return query.order_by(at.desc(), id.desc()).limit(limit + 1)


def to_page(
    rows: Sequence[Item], limit: int, position: Callable[[Item], tuple[datetime, object]]
) -> Page[Item]:
    """Make a page of `limit` items from rows of which one more was asked for."""
    return to_page_with_cursor(rows, limit, lambda row: encode_cursor(*position(row)))


def to_page_with_cursor(
    rows: Sequence[Item], limit: int, cursor: Callable[[Item], str]
) -> Page[Item]:
    """Make a page as `to_page` does, with cursors of another form."""
    if len(rows) <= limit:
        return Page(list(rows), None)
    items = list(rows[:limit])
    return Page(items, cursor(items[-1]))


def _bad_cursor() -> InvalidInputError:
    return InvalidInputError(
        "bad_cursor", "The cursor is not one that a list gave: start again without it."
    )


def _encode(position: str) -> str:
    """Write a position with a checksum, which finds what was changed or cut off on its way.

    It is no secret: a cursor says only where to begin, in a list that is its reader's own.
    """
    text = position.encode()
    return base64.urlsafe_b64encode(_checksum(text) + text).decode().rstrip("=")


def _decode(cursor: str) -> str:
    """Give the position back. Raises ValueError or binascii.Error."""
    padded = cursor + "=" * (-len(cursor) % 4)
    found = base64.b64decode(padded, altchars=b"-_", validate=True)
    checksum, text = found[:_CHECKSUM_BYTES], found[_CHECKSUM_BYTES:]
    if checksum != _checksum(text):
        raise ValueError(cursor)
    return text.decode()


def _checksum(text: bytes) -> bytes:
    return hashlib.blake2s(text, digest_size=_CHECKSUM_BYTES, person=b"cursor").digest()


def _check_storable(id: Id) -> Id:
    if isinstance(id, int) and abs(id) >= 2**63:
        raise ValueError(id)
    return id


def _parse_time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
