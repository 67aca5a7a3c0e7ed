"""Live text: what models emit while they emit it, sent to whoever reads along.

Worth nothing once the node has ended, as its output has the whole text: so pieces are dropped
rather than waited for, and no node is ever held up by them.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Final
from uuid import UUID

import psycopg

from db.postgres.notify import MAX_PAYLOAD_BYTES

logger = logging.getLogger(__name__)

CHANNEL: Final = "nodeloom_tokens"
BATCH_SECONDS: Final = 0.1
"""Between two batches, each with the text of all nodes that wrote meanwhile."""
MAX_BATCHES_PER_SECOND: Final = 20.0
"""Of one executor, also when many nodes end and each wants its last words out at once."""
MAX_BUFFERED_CHARACTERS: Final = 65_536
"""Of one executor; a node that would go beyond loses what waits of it."""
OUTAGE_SECONDS: Final = 2.0
"""How long nothing is tried after the database did not answer."""

Send = Callable[[str, Sequence[str]], Awaitable[None]]
"""Sends payloads on a channel; raises psycopg.Error or OSError."""


class TokenStream:
    """One attempt of one node; call `emit` with pieces, then `end`."""

    def __init__(self, live: "LiveOutput", run_id: UUID, node_id: str, attempt: int) -> None:
        """Begin at offset 0, which tells readers that the text begins anew."""
        self._live = live
        self._run_id = run_id
        self._node_id = node_id
        self._attempt = attempt
        self._buffer: list[str] = []
        self._offset = 0
        self._end = 0

    def emit(self, text: str) -> None:
        """Take the next piece; never blocks."""
        if not text:
            return
        self._end += len(text)
        if self._live.reserve(self, len(text)):
            self._buffer.append(text)
        else:
            self._live.release(self._end - len(text) - self._offset)
            self._buffer.clear()
            self._offset = self._end

    def end(self) -> None:
        """Have the last piece sent at once: the run may end with this node."""
        if self._buffer:
            self._live.flush()

    def drain(self) -> Iterator[str]:
        """Give the payloads of what waits."""
        text, offset = "".join(self._buffer), self._offset
        self._buffer.clear()
        self._offset = self._end
        return self._payloads(text, offset)

    def _payloads(self, text: str, offset: int) -> Iterator[str]:
        """Write as few payloads as PostgreSQL takes; in ASCII, so no character is a problem."""
        data = {
            "kind": "token",
            "nodeId": self._node_id,
            "attempt": self._attempt,
            "offset": offset,
            "text": text,
        }
        payload = f"{self._run_id} {json.dumps(data, separators=(',', ':'))}"
        if len(payload) <= MAX_PAYLOAD_BYTES:
            if text:
                yield payload
            return
        half = len(text) // 2
        yield from self._payloads(text[:half], offset)
        yield from self._payloads(text[half:], offset + half)


class LiveOutput:
    """Collects what the nodes of this process emit and sends it in batches."""

    def __init__(self, send: Send) -> None:
        """Prepare; `run` sends."""
        self._send = send
        self._streams: dict[TokenStream, None] = {}
        self._buffered_characters = 0
        self._wake = asyncio.Event()
        self._flush = asyncio.Event()
        self._credit = MAX_BATCHES_PER_SECOND
        self._counted_at = monotonic()

    def stream(self, run_id: UUID, node_id: str, attempt: int) -> TokenStream:
        """Open the stream of one attempt of a node."""
        return TokenStream(self, run_id, node_id, attempt)

    def reserve(self, stream: TokenStream, characters: int) -> bool:
        """Make room for text of a node; False where there is none."""
        if self._buffered_characters + characters > MAX_BUFFERED_CHARACTERS:
            return False
        self._buffered_characters += characters
        self._streams[stream] = None
        self._wake.set()
        return True

    def release(self, characters: int) -> None:
        """Make room: so many waiting characters were dropped."""
        self._buffered_characters -= characters

    def flush(self) -> None:
        """Send what waits without waiting for the next batch."""
        self._flush.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._wake.wait()
            await self._throttle()
            self._wake.clear()
            self._flush.clear()
            await self._send_buffered()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._flush.wait(), BATCH_SECONDS)

    async def _send_buffered(self) -> None:
        streams, self._streams, self._buffered_characters = self._streams, {}, 0
        payloads = [payload for stream in streams for payload in stream.drain()]
        if not payloads:
            return
        try:
            await self._send(CHANNEL, payloads)
        except (psycopg.Error, OSError) as error:
            logger.info("live text is dropped, as the database is away: %s", error)
            await asyncio.sleep(OUTAGE_SECONDS)

    async def _throttle(self) -> None:
        """Wait where more batches than allowed went out in the last second."""
        now = monotonic()
        self._credit += (now - self._counted_at) * MAX_BATCHES_PER_SECOND
        self._credit = min(self._credit, MAX_BATCHES_PER_SECOND) - 1
        self._counted_at = now
        if self._credit < 0:
            await asyncio.sleep(-self._credit / MAX_BATCHES_PER_SECOND)
