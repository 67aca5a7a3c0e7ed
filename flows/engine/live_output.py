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
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from assets.store import AssetStore
from db.assets import add_draft, delete_drafts
from db.postgres.background import Background, wait_for_event
from db.postgres.notify import LIVE_OUTPUT_CHANNEL, MAX_PAYLOAD_BYTES
from db.postgres.outage import OUTAGE_ERRORS
from schemas.errors import ProviderError
from schemas.values import MAX_TEXT_BYTES, ImageValue
from tasks.node_type.live import LiveValue, TextDelta

logger = logging.getLogger(__name__)

MAX_NODE_CHARACTERS: Final = MAX_TEXT_BYTES
"""Of the text of one attempt: no output may have more. What comes on top is not shown."""
MAX_CHARACTERS: Final = 16_777_216
"""Of all nodes of an executor. A node that would go beyond shows no more."""
IDLE_SECONDS: Final = 3_600.0
"""Between two looks at what is to be sent, where nothing wakes them."""
DRAFTS_PER_NODE: Final = 2
"""The newest preview, and the one that readers may be about to fetch."""

Send = Callable[[str, Sequence[str]], Awaitable[None]]
"""Sends payloads on a channel; raises one of OUTAGE_ERRORS."""


@dataclass(frozen=True)
class LiveTiming:
    """How often live output goes out."""

    batch_seconds: float = 0.1
    """Between two batches, each with what all nodes have shown meanwhile."""
    batches_per_second: float = 20.0
    """Of one executor at most, also when many nodes end and each wants its last words out."""
    replay_seconds: float = 0.5
    """Between two times that a text is sent again from its beginning."""
    close_seconds: float = 1.0
    """How long a stopping executor lets go of drafts."""


@dataclass(frozen=True)
class NodeAttempt:
    """What shows something: one attempt of one node.

    `epoch` is of the claim of the run: after a recovery, an attempt may have the number of one that
    the executor before could not record any more.
    """

    run_id: UUID
    owner_id: str
    execution_id: UUID
    node_id: str
    epoch: int
    number: int


@dataclass(frozen=True)
class Drafts:
    """The assets of previews: there as long as their node works."""

    sessions: async_sessionmaker[AsyncSession]
    store: AssetStore

    async def add(self, attempt: NodeAttempt, image: ImageValue, outdated: Sequence[UUID]) -> None:
        """Have a preview at its address, and older ones of the node there no more."""
        await asyncio.to_thread(self.store.make_durable, image.sha256)
        async with self.sessions.begin() as session:
            await session.run_sync(add_draft, attempt.owner_id, attempt.execution_id, image)
            await session.run_sync(delete_drafts, outdated)

    async def delete(self, ids: Sequence[UUID]) -> None:
        """Take back the previews of nodes that have ended."""
        async with self.sessions.begin() as session:
            await session.run_sync(delete_drafts, ids)


@dataclass(eq=False)
class LiveStream:
    """The live output of one attempt; call `emit`, then `end`."""

    live: "LiveOutput"
    attempt: NodeAttempt
    ended: bool = False
    draft_ids: list[UUID] = field(default_factory=list[UUID])
    """Of the previews that are at their addresses, or may be: the newest is the last."""
    _text: str = ""
    _sent: int = 0
    """Characters of the text that went out; 0 tells readers that it begins anew."""
    _full: bool = False
    _replayed_at: float = float("-inf")
    _replay: bool = False
    _preview: ImageValue | None = None
    """The newest; at its address once it is `_shown`."""
    _shown: ImageValue | None = None
    _shown_sent: ImageValue | None = None

    def emit(self, value: LiveValue) -> None:
        """Take the next value; never blocks."""
        if self.ended:
            return
        if isinstance(value, TextDelta):
            self._append(value.text)
        elif self._preview is None or self._preview.sha256 != value.image.sha256:
            # An address of its own, so that it ends with this attempt and with nothing else.
            self._preview = value.image.model_copy(update={"asset_id": uuid4()})
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

    async def publish_preview(self, drafts: Drafts) -> None:
        """Have the newest preview at its address."""
        image = self._preview
        if image is None or image is self._shown or self.ended:
            return
        if image.asset_id not in self.draft_ids:
            self.draft_ids.append(image.asset_id)
        outdated = self.draft_ids[:-DRAFTS_PER_NODE]
        await drafts.add(self.attempt, image, outdated)
        del self.draft_ids[: len(outdated)]
        self._shown = image
        if not self.ended:
            self.live.send(self)

    @property
    def characters(self) -> int:
        """How many it keeps."""
        return len(self._text)

    def payloads(self, replay_seconds: float) -> Iterator[str]:
        """Give what is to be sent."""
        if self._replay and monotonic() - self._replayed_at >= replay_seconds:
            self._replay, self._replayed_at = False, monotonic()
            self._sent, self._shown_sent = 0, None
        if len(self._text) > self._sent:
            yield from self._text_payloads(self._text[self._sent :], self._sent)
        if self._shown is not None and self._shown is not self._shown_sent:
            yield self._payload("preview", value=self._shown.model_dump(mode="json"))

    @property
    def position(self) -> tuple[int, ImageValue | None]:
        """How far `payloads` comes by now: characters, and the preview."""
        return len(self._text), self._shown

    def confirm(self, position: tuple[int, ImageValue | None]) -> None:
        """Take note that all up to a position has been sent; more may have come meanwhile."""
        characters, self._shown_sent = position
        self._sent = max(self._sent, characters)

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
        attempt = self.attempt
        source = {"nodeId": attempt.node_id, "epoch": attempt.epoch, "attempt": attempt.number}
        data = json.dumps({"kind": kind} | source | content, separators=(",", ":"))
        return f"{attempt.run_id} {data}"


@dataclass(eq=False)
class LiveOutput:
    """Collects what the nodes of this process show and sends it in batches, once it is started."""

    send_payloads: Send
    drafts: Drafts
    timing: LiveTiming = field(default_factory=LiveTiming)
    _open: dict[UUID, dict[LiveStream, None]] = field(
        default_factory=dict[UUID, dict[LiveStream, None]]
    )
    """By run, those that have not ended."""
    _changed: dict[LiveStream, None] = field(default_factory=dict[LiveStream, None])
    _unpublished: dict[LiveStream, None] = field(default_factory=dict[LiveStream, None])
    _ended_drafts: set[UUID] = field(default_factory=set[UUID])
    """Of nodes that have ended: to be deleted."""
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
        """Have the newest preview of a stream at its address."""
        self._unpublished[stream] = None
        self._publish.set()

    def end(self, stream: LiveStream) -> None:
        """Send what waits of a stream without waiting for the next batch, and let go of it."""
        self._flush.set()
        self._characters -= stream.characters
        self._unpublished.pop(stream, None)
        if stream.draft_ids:
            self._ended_drafts.update(stream.draft_ids)
            self._publish.set()
        streams = self._open.get(stream.attempt.run_id, {})
        streams.pop(stream, None)
        if not streams:
            self._open.pop(stream.attempt.run_id, None)

    def start(self, background: Background) -> None:
        """Send as long as the executor lives."""
        background.every(IDLE_SECONDS, self._send_batch, name="text", wake=self._wake)
        background.every(IDLE_SECONDS, self.publish_previews, name="previews", wake=self._publish)

    async def close(self) -> None:
        """Let go of the drafts of nodes that have ended, when nothing else is sent any more."""
        self._unpublished.clear()
        try:
            async with asyncio.timeout(self.timing.close_seconds):
                await self.publish_previews()
        except Exception as error:  # noqa: BLE001 - nothing may keep the process from its end
            logger.info("previews of ended nodes are left to retention: %s", error)

    async def _send_batch(self) -> None:
        if self._changed:
            await self._throttle()
            self._flush.clear()
            await self._send_changed()
            await wait_for_event(self._flush, self.timing.batch_seconds)

    async def _send_changed(self) -> None:
        changed, self._changed = self._changed, {}
        positions = {stream: stream.position for stream in changed}
        payloads = [
            payload for stream in changed for payload in stream.payloads(self.timing.replay_seconds)
        ]
        try:
            if payloads:
                await self.send_payloads(LIVE_OUTPUT_CHANNEL, payloads)
        except OUTAGE_ERRORS:
            for stream in changed:
                if not stream.ended:  # then its output says it all
                    self.send(stream)
            raise
        for stream in changed:
            stream.confirm(positions[stream])
            if stream.waits_to_replay and not stream.ended:
                self.send(stream)

    async def publish_previews(self) -> None:
        """Have new previews at their addresses, and those of nodes that have ended there no more.

        Raises one of OUTAGE_ERRORS; the next call goes on.
        """
        while self._unpublished:
            stream = next(iter(self._unpublished))
            del self._unpublished[stream]
            try:
                await stream.publish_preview(self.drafts)
            except OUTAGE_ERRORS:
                if not stream.ended:
                    self.publish(stream)
                raise
            except ProviderError as error:
                logger.info("a preview is not shown: %s", error)
            finally:
                if stream.ended:  # meanwhile: what was under way may be there
                    self._ended_drafts.update(stream.draft_ids)
        if ended := tuple(self._ended_drafts):
            await self.drafts.delete(ended)
            self._ended_drafts.difference_update(ended)

    async def _throttle(self) -> None:
        """Wait where more batches than allowed went out in the last second."""
        now, rate = monotonic(), self.timing.batches_per_second
        self._credit = min(self._credit + (now - self._counted_at) * rate, rate) - 1
        self._counted_at = now
        if self._credit < 0:
            await asyncio.sleep(-self._credit / rate)
