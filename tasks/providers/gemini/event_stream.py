"""Server-sent events as gateways write them, made into what Google's SDK reads.

The SDK takes lines that begin with `data: ` and holds everything else for JSON; the standard
(https://html.spec.whatwg.org/multipage/server-sent-events.html) and gateways also have comments, names
and ids of events, `data:` without a space, and a last `[DONE]`. An answer that is paid for must not
fail at these.
"""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Final

from httpx2 import AsyncByteStream

from tasks.providers.base import record_held_bytes

_END: Final = b"[DONE]"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_IGNORED_FIELDS: Final = frozenset({b"event", b"id", b"retry"})


class EventStream(AsyncByteStream):
    """A body whose events are only JSON objects, each on one line; what is no event stays as it is.

    A gateway that does not know that events were asked for answers with a JSON list of them.
    """

    def __init__(self, stream: AsyncByteStream) -> None:
        """Read `stream`."""
        self._stream = stream
        self._event: list[bytes] = []
        """The data of the event that is read, by lines."""
        self._started = False
        """Whether a line that is not empty has come."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the events; nothing is read after `[DONE]`."""
        listed: list[bytes] = []
        async for line in _lines(self._stream):
            if listed or (line.lstrip().startswith(b"[") and not self._started):
                listed.append(line)
                continue
            if line.startswith(b"data:") and line.removeprefix(b"data:").strip() == _END:
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


def _items(data: bytes) -> Iterator[bytes]:
    """Give the objects of a JSON list as events; what is none stays as it is."""
    try:
        items: list[object] = json.loads(data) if data else []
    except (ValueError, RecursionError):
        yield data
        return
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
