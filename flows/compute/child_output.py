"""What child processes emit while they work, on its way to the process that called them.

All children of a pool write to one socket, each message as a datagram, so that none is torn and a
child that dies in the middle takes nothing of the others along. Messages are JSON and checked, as
whoever writes them works on bytes that may be hostile; a token says which call they belong to.
"""

import asyncio
import json
import logging
import socket
import weakref
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from schemas.values import ImageValue
from tasks.node_type.live import Emit, LiveValue, Preview, TextDelta

logger = logging.getLogger(__name__)

MAX_MESSAGE_BYTES: Final = 131_072
MAX_CHARACTERS: Final = 8_192
"""Of a text in one message; each is at most twelve bytes of JSON."""
SEND_SECONDS: Final = 1.0
"""How long a child waits for room in the socket before it drops what it emits."""
MESSAGES_AT_ONCE: Final = 200
"""Taken before the event loop does anything else."""
MIN_MESSAGE_SIZE: Final = 256
"""Bytes that the kernel counts for a message of one byte; Linux counts 512 and more."""

_channel: socket.socket | None = None
"""In a child: where its messages go."""


def connect_child(channel: socket.socket) -> None:
    """Have this child emit through a socket of the process that started it."""
    global _channel  # noqa: PLW0603 - one child, one socket
    channel.settimeout(SEND_SECONDS)
    _channel = channel


@dataclass
class ChildEmitter:
    """Emits from a child process; picklable."""

    token: str
    _broken: bool = field(default=False, init=False)
    """Whether a piece of text was lost: what follows it would stand in a wrong place."""

    def __call__(self, value: LiveValue, /) -> None:
        """Send a value; drop it where nobody takes it in time."""
        if isinstance(value, Preview):
            self._send(image=value.image.model_dump(mode="json"))
            return
        for start in range(0, len(value.text), MAX_CHARACTERS):
            if self._broken or not self._send(text=value.text[start : start + MAX_CHARACTERS]):
                self._broken = True
                return

    def _send(self, **content: Any) -> bool:
        if _channel is None:
            return False
        try:
            _channel.send(json.dumps({"token": self.token, **content}).encode())
        except OSError:
            return False
        return True


class ChildOutput:
    """Takes what the children of one pool emit, and gives it to those who called them."""

    def __init__(self) -> None:
        """Open the socket; nothing is read before there is an emitter."""
        self._reader, self.writer = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._reader.setblocking(False)
        self._receivers: dict[str, Emit] = {}
        # A pool that is never started is never stopped either.
        self._close = weakref.finalize(self, _close_both, self._reader, self.writer)

    @contextmanager
    def emitter(self, receive: Emit) -> Generator[Emit]:
        """Give what a child may call; all it emits before this block ends is received.

        `receive` is called in the event loop that runs now.
        """
        token = uuid4().hex
        if not self._receivers:
            asyncio.get_running_loop().add_reader(self._reader, self._read)
        self._receivers[token] = receive
        try:
            yield ChildEmitter(token)
        finally:
            self._read(self._capacity)  # what came before the result that the caller has by now
            del self._receivers[token]
            if not self._receivers:
                asyncio.get_running_loop().remove_reader(self._reader)

    def close(self) -> None:
        """Close the socket."""
        self._close()

    @property
    def _capacity(self) -> int:
        """How many messages the socket holds at most, however small they are."""
        size = self.writer.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        return max(MESSAGES_AT_ONCE, size // MIN_MESSAGE_SIZE)

    def _read(self, most: int = MESSAGES_AT_ONCE) -> None:
        with suppress(BlockingIOError):
            for _ in range(most):
                self._receive(self._reader.recv(MAX_MESSAGE_BYTES))

    def _receive(self, data: bytes) -> None:
        try:
            message: dict[str, Any] = json.loads(data)
            receive, value = self._receivers.get(message["token"]), _read_value(message)
        except (ValueError, TypeError, KeyError):
            logger.warning("a child process emitted what cannot be read")
            return
        if receive is not None:
            receive(value)


def _close_both(reader: socket.socket, writer: socket.socket) -> None:
    reader.close()
    writer.close()


def _read_value(message: dict[str, Any]) -> LiveValue:
    text = message.get("text")
    if isinstance(text, str):
        return TextDelta(text)
    return Preview(ImageValue.model_validate(message["image"]))
