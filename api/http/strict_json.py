"""Reads JSON bodies strictly, so that nothing odd ever reaches the database or a handler."""

import json
from typing import Any, Final, NoReturn

from litestar import Request
from litestar.datastructures import State
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from schemas.errors import InvalidInputError

MAX_BODY_BYTES: Final = 2_000_000
"""Of every JSON body but a graph."""
MAX_GRAPH_BODY_BYTES: Final = 10_000_000
"""Of a graph: pictures may be in it as base64, which become assets on save."""
MAX_DEPTH: Final = 64
MAX_NUMBER: Final = 10**19
"""Numbers of this size and larger, either sign, are refused, also as 1e19: PostgreSQL writes them
back digit by digit. Every 64-bit number is below, also after a browser has rounded it."""
MAX_JSON_VALUES: Final = 500_000
"""Commas and opening brackets in a body: more would take much memory before anything else could
be judged. No graph within its limits comes near."""


def _raise_invalid_json(message: str) -> NoReturn:
    raise InvalidInputError("invalid_json", message)


def _parse_integer(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) >= MAX_NUMBER:
        _raise_invalid_json("The body holds a whole number that is too large; send it as text.")
    return int(digits)


def _parse_decimal(text: str) -> float:
    number = float(text)
    if abs(number) >= MAX_NUMBER:
        _raise_invalid_json("The body holds a number that is too large; send it as text.")
    return number


def _reject_constant(name: str) -> NoReturn:
    _raise_invalid_json(
        f"The body holds {name}, which is not JSON; leave the field out or send null."
    )


def _build_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members, whose names must differ."""
    found = dict(members)
    if len(found) < len(members):
        seen: set[str] = set()
        twice = next(name for name, _ in members if name in seen or seen.add(name))
        _raise_invalid_json(
            f"The body holds an object with the field {_quoted(twice)} twice; keep one of them."
        )
    if "__proto__" in found:
        _raise_invalid_json(
            "The body holds a field named __proto__, which browsers misread; rename it."
        )
    return found


def _quoted(name: str) -> str:
    return json.dumps(name[:60])


def _check_size(body: bytes) -> None:
    if body.count(b",") + body.count(b"[") + body.count(b"{") > MAX_JSON_VALUES:
        _raise_invalid_json(f"The body has too many parts; {MAX_JSON_VALUES:,} values are allowed.")


_DECODER: Final = json.JSONDecoder(
    parse_int=_parse_integer,
    parse_float=_parse_decimal,
    parse_constant=_reject_constant,
    object_pairs_hook=_build_object,
)


def parse_json(body: bytes) -> Any:
    """Read one JSON value, after a byte order mark if there is one; texts and depth are not judged.

    Raises:
        InvalidInputError: `invalid_json`: broken JSON, invalid UTF-8, numbers out of range,
            the same field twice, or too many parts.
    """
    _check_size(body)
    try:
        return _DECODER.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        _raise_invalid_json("The body is not valid UTF-8.")
    except json.JSONDecodeError as error:
        _raise_invalid_json(
            f"The body is not valid JSON: see line {error.lineno}, column {error.colno}."
        )
    except RecursionError:
        _raise_invalid_json(f"The body is nested too deeply; {MAX_DEPTH} levels are allowed.")


def check_storable(value: Any) -> None:
    """Refuse what PostgreSQL cannot hold.

    Raises:
        InvalidInputError: `invalid_json`: NUL or half a surrogate pair in a text, or nested
            deeper than `MAX_DEPTH`.
    """
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                _check_text(item)
            elif isinstance(item, dict):
                below.extend(item.keys())
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return
        level = below
    _raise_invalid_json(f"The body is nested too deeply; {MAX_DEPTH} levels are allowed.")


def _check_text(text: str) -> None:
    if "\0" in text:
        _raise_invalid_json("The body holds a NUL character (\\u0000) in a text; remove it.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        _raise_invalid_json("The body holds half a surrogate pair in a text; remove it.")


class StrictJsonRequest(Request[Any, Any, State]):
    """Litestar's request, with JSON read strictly.

    Where a handler's `opt` says `graph`, texts and depth are left to `flows.graph.check`, which can
    name the node they are in.
    """

    async def json(self) -> Any:
        """Give the body as a JSON value.

        Raises:
            InvalidInputError: `not_json` or `invalid_json`.
        """
        self._check_media_type()
        return self._parse(await self.body())

    async def bounded_json(self, max_bytes: int) -> Any:
        """Give the body as a JSON value where the address also takes forms, which may be longer; None: it is empty.

        Raises:
            InvalidInputError: `not_json` or `invalid_json`.
            RequestEntityTooLarge: it is longer than `max_bytes`.
        """
        body = bytearray()
        async for piece in self.stream():
            body += piece
            if len(body) > max_bytes:
                raise RequestEntityTooLarge
        if not body:
            return None
        self._check_media_type()
        return self._parse(bytes(body))

    def _check_media_type(self) -> None:
        media_type = self.content_type[0]
        if media_type != "application/json" and not media_type.endswith("+json"):
            raise InvalidInputError(
                "not_json", "This address takes JSON; send it with Content-Type: application/json."
            )

    def _parse(self, body: bytes) -> Any:
        value = parse_json(body)
        if not self.route_handler.opt.get("graph"):
            check_storable(value)
        return value
