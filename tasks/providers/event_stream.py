"""Server-sent events as gateways write them, made into what the SDKs of providers read.

Google's takes lines that begin with `data: ` and holds everything else for JSON, OpenAI's loses an event
without an empty line after it; the standard (https://html.spec.whatwg.org/multipage/server-sent-events.html)
and gateways also have comments, names and ids of events, `data:` without a space, and a last `[DONE]`.
An answer that is paid for must not fail at these.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Final, cast

from httpx2 import AsyncByteStream

from tasks.providers.base import record_held_bytes

END_SECONDS: Final = 0.25
"""How long the end of the body is waited for after the last event."""
_END: Final = b"[DONE]"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_IGNORED_FIELDS: Final = frozenset({b"event", b"id", b"retry"})


class EventStream(AsyncByteStream):
    """A body whose events are only JSON objects, each on one line; what is no event stays as it is.

    A gateway that does not know that events were asked for answers with a JSON list of them, or with
    one JSON object.
    """

    def __init__(self, stream: AsyncByteStream) -> None:
        """Read `stream`."""
        self._stream = stream
        self._event: list[bytes] = []
        """The data of the event that is read, by lines."""
        self._started = False
        """Whether a line that is not empty has come."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the events; what comes after `[DONE]` is none."""
        listed: list[bytes] = []
        lines = _lines(self._stream)
        async for line in lines:
            if listed or (line.lstrip().startswith((b"[", b"{")) and not self._started):
                listed.append(line)
                continue
            if line.startswith(b"data:") and line.removeprefix(b"data:").strip() == _END:
                for part in self._end_event():
                    yield part
                await _read_out(lines)
                break
            for part in self._read_line(line):
                yield part
        for part in [*self._end_event(), *_items(b"\n".join(listed))]:
            yield part

    async def aclose(self) -> None:
        """Close the body."""
        await self._stream.aclose()

    def _read_line(self, line: bytes) -> Iterator[bytes]:
        name, colon, value = line.partition(b":")
        self._started = self._started or line != b""
        if not line:
            yield from self._end_event()
        elif name == b"data":
            yield from self._read_data(value.removeprefix(b" "))
        elif name and not (name in _IGNORED_FIELDS and colon):
            yield line + b"\n"  # an error that is told as plain JSON, or a page

    def _read_data(self, data: bytes) -> Iterator[bytes]:
        is_object = data.lstrip().startswith(b"{")
        if is_object and self._event and _is_json(b" ".join(self._event)):
            yield from self._end_event()  # some leave out the empty line between events
        if is_object or self._event:  # a word by itself only keeps the connection open
            self._event.append(data)

    def _end_event(self) -> Iterator[bytes]:
        if self._event:
            yield b"data: " + b" ".join(self._event) + b"\n\n"
            self._event.clear()


async def _read_out(lines: AsyncIterator[bytes]) -> None:
    """Read to the end of the body, if that comes at once: only then is the connection used again."""
    with suppress(TimeoutError):
        async with asyncio.timeout(END_SECONDS):
            async for _ in lines:
                pass


def _items(data: bytes) -> Iterator[bytes]:
    """Give the objects of a JSON list, or one object, as events; what is no JSON stays as it is."""
    try:
        value: object = json.loads(data) if data else []
    except (ValueError, RecursionError):
        yield data
        return
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    for item in items:
        yield b"data: " + json.dumps(item).encode() + b"\n\n"


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


async def _lines(stream: AsyncByteStream) -> AsyncIterator[bytes]:
    """Give the lines of a body, which end with CR, LF or both, as soon as each is there."""
    held: list[bytes] = []
    record = record_held_bytes.get()
    is_first, after_cr = True, False
    async for received in stream:
        piece = received.removeprefix(b"\n") if after_cr else received
        after_cr = after_cr and not received
        record(len(piece))
        if b"\n" not in piece and b"\r" not in piece:
            held.append(piece)
            continue
        *lines, rest = _split(b"".join([*held, piece]))
        record(len(rest) - sum(map(len, held)) - len(piece))
        held = [rest]
        after_cr = piece.endswith(b"\r")
        for line in lines:
            yield line.removeprefix(_BYTE_ORDER_MARK) if is_first else line
            is_first = False
    if last := b"".join(held):
        yield last


def _split(data: bytes) -> list[bytes]:
    """Split at ends of lines; the last part is what comes after the last of them."""
    lines = data.splitlines()
    return [*lines, b""] if data.endswith((b"\n", b"\r")) else lines
