"""Live output: what nodes show while they work, sent to whoever reads along.

Text is kept as long as its node works, so that a reader who comes late, or whose connection broke,
gets it from its beginning: the reader's API process asks for it (`LIVE_REQUESTS_CHANNEL`). Worth
nothing once the node has ended, as its output has it all: so no node is ever held up, and what does
not fit into the bounds is not shown.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from uuid import UUID

import psycopg
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from assets.store import AssetStore
from db.assets import add_draft, delete_drafts
from db.postgres.background import wait_for_event
from db.postgres.notify import LIVE_OUTPUT_CHANNEL, MAX_PAYLOAD_BYTES
from db.postgres.outage import OUTAGE_ERRORS
from schemas.errors import ProviderError
from schemas.values import ImageValue
from tasks.node_type.live import LiveValue, TextDelta

logger = logging.getLogger(__name__)

MAX_NODE_CHARACTERS: Final = 262_144
"""Of the text of one attempt: no output may have more. What comes on top is not shown."""
MAX_CHARACTERS: Final = 16_777_216
"""Of all nodes of an executor. A node that would go beyond shows no more."""

Send = Callable[[str, Sequence[str]], Awaitable[None]]
"""Sends payloads on a channel; raises psycopg.Error or OSError."""


@dataclass(frozen=True)
class LiveTiming:
    """How often live output goes out."""

    batch_seconds: float = 0.1
    """Between two batches, each with what all nodes have shown meanwhile."""
    batches_per_second: float = 20.0
    """Of one executor at most, also when many nodes end and each wants its last words out."""
    outage_seconds: float = 2.0
    """How long nothing is tried after the database did not answer."""
    replay_seconds: float = 0.5
    """Between two times that a text is sent again from its beginning."""
    close_seconds: float = 1.0
    """How long a stopping executor lets go of drafts."""


@dataclass(frozen=True)
class NodeAttempt:
    """What shows something: one attempt of one node."""

    run_id: UUID
    owner_id: str
    execution_id: UUID
    node_id: str
    number: int


@dataclass(frozen=True)
class Drafts:
    """The assets of previews: there as long as their node works."""

    sessions: async_sessionmaker[AsyncSession]
    store: AssetStore

    async def add(self, attempt: NodeAttempt, image: ImageValue) -> None:
        """Have a preview at its address."""
        await asyncio.to_thread(self.store.make_durable, image.sha256)
        async with self.sessions.begin() as session:
            await session.run_sync(add_draft, attempt.owner_id, attempt.execution_id, image)

    async def delete(self, attempt: NodeAttempt) -> None:
        """Take back the previews of a node that has ended."""
        async with self.sessions.begin() as session:
            await session.run_sync(delete_drafts, attempt.execution_id)


@dataclass(eq=False)
class LiveStream:
    """The live output of one attempt; call `emit`, then `end`."""

    live: "LiveOutput"
    attempt: NodeAttempt
    ended: bool = False
    _text: str = ""
    _sent: int = 0
    """Characters of the text that went out; 0 tells readers that it begins anew."""
    _full: bool = False
    _replayed_at: float = float("-inf")
    _replay: bool = False
    _preview: ImageValue | None = None
    """The newest; at its address once it is `_shown`."""
    _shown: ImageValue | None = None
    _preview_sent: bool = True
    _has_drafts: bool = False

    def emit(self, value: LiveValue) -> None:
        """Take the next value; never blocks."""
        if self.ended:
            return
        if isinstance(value, TextDelta):
            self._append(value.text)
        else:
            self._preview = value.image
            self.live.publish(self)

    def _append(self, text: str) -> None:
        if self._full or not text:
            return
        if len(self._text) + len(text) > MAX_NODE_CHARACTERS or not self.live.reserve(len(text)):
            self._full = True
            return
        self._text += text
        self.live.send(self)

    def end(self) -> None:
        """Have the last words sent at once: the run may end with this node."""
        self.ended = True
        self.live.end(self)

    def replay(self) -> None:
        """Send everything again, from its beginning."""
        self._replay = True
        self.live.send(self)

    async def update_drafts(self, drafts: Drafts) -> None:
        """Have the newest preview at its address, or none once the node has ended."""
        if self.ended:
            if self._has_drafts:
                await drafts.delete(self.attempt)
            return
        image = self._preview
        if image is None or image == self._shown:
            return
        self._has_drafts = True
        await drafts.add(self.attempt, image)
        self._shown, self._preview_sent = image, False
        self.live.send(self)

    @property
    def characters(self) -> int:
        """How many it keeps."""
        return len(self._text)

    def payloads(self, replay_seconds: float) -> Iterator[str]:
        """Give what is to be sent."""
        if self._replay and monotonic() - self._replayed_at >= replay_seconds:
            self._replay, self._replayed_at = False, monotonic()
            self._sent, self._preview_sent = 0, self._shown is None
        if len(self._text) > self._sent:
            yield from self._text_payloads(self._text[self._sent :], self._sent)
        if self._shown is not None and not self._preview_sent:
            yield self._payload("preview", value=self._shown.model_dump(mode="json"))

    def confirm(self, characters: int) -> None:
        """Take note that what was given has been sent."""
        self._sent, self._preview_sent = max(self._sent, characters), True

    @property
    def waits_to_replay(self) -> bool:
        """Whether it is to be sent again, only not yet."""
        return self._replay

    def _text_payloads(self, text: str, offset: int) -> Iterator[str]:
        """Write as few payloads as PostgreSQL takes; in ASCII, so no character is a problem."""
        payload = self._payload("token", offset=offset, text=text)
        if len(payload) <= MAX_PAYLOAD_BYTES:
            yield payload
            return
        half = len(text) // 2
        yield from self._text_payloads(text[:half], offset)
        yield from self._text_payloads(text[half:], offset + half)

    def _payload(self, kind: str, **content: Any) -> str:
        data = {"kind": kind, "nodeId": self.attempt.node_id, "attempt": self.attempt.number}
        return f"{self.attempt.run_id} {json.dumps(data | content, separators=(',', ':'))}"


@dataclass(eq=False)
class LiveOutput:
    """Collects what the nodes of this process show and sends it in batches; `run` sends."""

    send_payloads: Send
    drafts: Drafts
    timing: LiveTiming = field(default_factory=LiveTiming)
    _open: dict[UUID, dict[LiveStream, None]] = field(
        default_factory=dict[UUID, dict[LiveStream, None]]
    )
    """By run, those that have not ended."""
    _changed: dict[LiveStream, None] = field(default_factory=dict[LiveStream, None])
    _unpublished: dict[LiveStream, None] = field(default_factory=dict[LiveStream, None])
    _characters: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _flush: asyncio.Event = field(default_factory=asyncio.Event)
    _publish: asyncio.Event = field(default_factory=asyncio.Event)
    _credit: float = field(init=False)
    _counted_at: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        """Begin with everything unspent."""
        self._credit = self.timing.batches_per_second

    def stream(self, attempt: NodeAttempt) -> LiveStream:
        """Open the live output of one attempt."""
        stream = LiveStream(self, attempt)
        self._open.setdefault(attempt.run_id, {})[stream] = None
        return stream

    def replay(self, run_id: str) -> None:
        """Send again what the nodes of a run have shown, where it is executed here."""
        with suppress(ValueError):
            for stream in self._open.get(UUID(run_id), ()):
                stream.replay()

    def reserve(self, characters: int) -> bool:
        """Make room for text of a node; False where there is none."""
        if self._characters + characters > MAX_CHARACTERS:
            return False
        self._characters += characters
        return True

    def send(self, stream: LiveStream) -> None:
        """Send what is new of a stream with the next batch."""
        self._changed[stream] = None
        self._wake.set()

    def publish(self, stream: LiveStream) -> None:
        """Bring the drafts of a stream up to date."""
        self._unpublished[stream] = None
        self._publish.set()

    def end(self, stream: LiveStream) -> None:
        """Send what waits of a stream without waiting for the next batch, and let go of it."""
        self._flush.set()
        self.publish(stream)
        self._characters -= stream.characters
        streams = self._open.get(stream.attempt.run_id, {})
        streams.pop(stream, None)
        if not streams:
            self._open.pop(stream.attempt.run_id, None)

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send_batches())
            group.create_task(self._publish_drafts())

    async def _send_batches(self) -> None:
        while True:
            await self._wake.wait()
            await self._throttle()
            self._wake.clear()
            self._flush.clear()
            await self._send_changed()
            await wait_for_event(self._flush, self.timing.batch_seconds)

    async def _send_changed(self) -> None:
        changed, self._changed = self._changed, {}
        lengths = {stream: stream.characters for stream in changed}
        payloads = [
            payload for stream in changed for payload in stream.payloads(self.timing.replay_seconds)
        ]
        try:
            if payloads:
                await self.send_payloads(LIVE_OUTPUT_CHANNEL, payloads)
        except (psycopg.Error, OSError) as error:
            logger.info("live output waits, as the database is away: %s", error)
            for stream in changed:
                if not stream.ended:  # then its output says it all
                    self.send(stream)
            await asyncio.sleep(self.timing.outage_seconds)
            return
        for stream, characters in lengths.items():
            stream.confirm(characters)
            if stream.waits_to_replay and not stream.ended:
                self.send(stream)

    async def close(self) -> None:
        """Let go of the drafts of nodes that have ended, when `run` is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.timing.close_seconds):
                await self._publish_changed()

    async def _publish_drafts(self) -> None:
        while True:
            await self._publish.wait()
            self._publish.clear()
            await self._publish_changed()

    async def _publish_changed(self) -> None:
        streams, self._unpublished = self._unpublished, {}
        for stream in streams:
            try:
                await stream.update_drafts(self.drafts)
            except (*OUTAGE_ERRORS, ProviderError) as error:
                logger.info("a preview is not shown: %s", error)
            except Exception:
                logger.exception("a preview cannot be shown")

    async def _throttle(self) -> None:
        """Wait where more batches than allowed went out in the last second."""
        now, rate = monotonic(), self.timing.batches_per_second
        self._credit = min(self._credit + (now - self._counted_at) * rate, rate) - 1
        self._counted_at = now
        if self._credit < 0:
            await asyncio.sleep(-self._credit / rate)
