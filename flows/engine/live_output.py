"""Live text: what models say while they say it, sent to whoever reads along.

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
INTERVAL_SECONDS: Final = 0.1
"""Between two batches, each with the text of all nodes that spoke meanwhile."""
BATCHES_A_SECOND: Final = 20.0
"""Of one executor, also when many nodes end and each wants its last words out at once."""
MAX_WAITING_CHARACTERS: Final = 65_536
"""Of one executor; a node that would go beyond loses what waits of it."""
AWAY_SECONDS: Final = 2.0
"""How long nothing is tried after the database did not answer."""

Send = Callable[[str, Sequence[str]], Awaitable[None]]
"""Sends payloads on a channel; raises psycopg.Error or OSError."""


class Speaker:
    """One attempt of one node; call `say` with pieces, then `end`."""

    def __init__(self, live: "LiveText", run_id: UUID, node_id: str, attempt: int) -> None:
        """Begin at offset 0, which tells readers that the text begins anew."""
        self._live = live
        self._run_id = run_id
        self._node_id = node_id
        self._attempt = attempt
        self._waiting: list[str] = []
        self._offset = 0
        self._end = 0

    def say(self, text: str) -> None:
        """Take the next piece; never blocks."""
        if not text:
            return
        self._end += len(text)
        if self._live.accept(self, len(text)):
            self._waiting.append(text)
        else:
            self._live.release(self._end - len(text) - self._offset)
            self._waiting.clear()
            self._offset = self._end

    def end(self) -> None:
        """Have the last piece sent at once: the run may end with this node."""
        if self._waiting:
            self._live.hurry()

    def take(self) -> Iterator[str]:
        """Give the payloads of what waits."""
        text, offset = "".join(self._waiting), self._offset
        self._waiting.clear()
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


class LiveText:
    """Collects what the nodes of this process say and sends it in batches."""

    def __init__(self, send: Send) -> None:
        """Prepare; `run` sends."""
        self._send = send
        self._speakers: dict[Speaker, None] = {}
        self._characters = 0
        self._wake = asyncio.Event()
        self._hurry = asyncio.Event()
        self._credit = BATCHES_A_SECOND
        self._counted_at = monotonic()

    def speaker(self, run_id: UUID, node_id: str, attempt: int) -> Speaker:
        """Give a voice to one attempt of a node."""
        return Speaker(self, run_id, node_id, attempt)

    def accept(self, speaker: Speaker, characters: int) -> bool:
        """Take note that a node speaks; False where there is no room."""
        if self._characters + characters > MAX_WAITING_CHARACTERS:
            return False
        self._characters += characters
        self._speakers[speaker] = None
        self._wake.set()
        return True

    def release(self, characters: int) -> None:
        """Make room: so many waiting characters were dropped."""
        self._characters -= characters

    def hurry(self) -> None:
        """Send what waits without waiting for the next batch."""
        self._hurry.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._wake.wait()
            await self._earn_credit()
            self._wake.clear()
            self._hurry.clear()
            await self._send_waiting()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), INTERVAL_SECONDS)

    async def _send_waiting(self) -> None:
        speakers, self._speakers, self._characters = self._speakers, {}, 0
        payloads = [payload for speaker in speakers for payload in speaker.take()]
        if not payloads:
            return
        try:
            await self._send(CHANNEL, payloads)
        except (psycopg.Error, OSError) as error:
            logger.info("live text is dropped, as the database is away: %s", error)
            await asyncio.sleep(AWAY_SECONDS)

    async def _earn_credit(self) -> None:
        """Wait where more batches than allowed went out in the last second."""
        now = monotonic()
        self._credit += (now - self._counted_at) * BATCHES_A_SECOND
        self._credit = min(self._credit, BATCHES_A_SECOND) - 1
        self._counted_at = now
        if self._credit < 0:
            await asyncio.sleep(-self._credit / BATCHES_A_SECOND)
