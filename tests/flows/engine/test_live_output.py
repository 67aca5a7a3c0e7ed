"""Live text on its way out: batched, bounded, in pieces that PostgreSQL takes."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.postgres.background import Background, Backoff
from flows.engine.live_output import (
    DRAFTS_PER_NODE,
    MAX_NODE_CHARACTERS,
    Drafts,
    LiveOutput,
    LiveStream,
    LiveTiming,
    NodeAttempt,
)
from schemas.errors import UnavailableError
from schemas.values import ImageValue
from tasks.node_type.live import Preview, TextDelta

RUN = uuid4()


class Wire:
    """Remembers what was sent; may be cut, or stuck."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.cut = self.broken = False
        self.free = asyncio.Event()
        self.free.set()
        self.refused = asyncio.Event()
        self.begun = asyncio.Event()

    async def send(self, _channel: str, payloads: Sequence[str]) -> None:
        self.begun.set()
        await self.free.wait()
        if self.cut or self.broken:
            self.refused.set()
            raise UnavailableError("database_unavailable", "away") if self.cut else KeyError("a")
        self.batches.append(list(payloads))

    @property
    def pieces(self) -> list[dict[str, Any]]:
        return [json.loads(payload[37:]) for batch in self.batches for payload in batch]

    @property
    def text(self) -> str:
        return "".join(piece.get("text", "") for piece in self.pieces)


class PreviewAddresses(Drafts):
    """Remembers which previews have an address; may be away."""

    def __init__(self) -> None:
        self.added: list[ImageValue] = []
        self.there: set[UUID] = set()
        self.changed = asyncio.Condition()
        self.away = False

    async def add(self, attempt: NodeAttempt, image: ImageValue, outdated: Sequence[UUID]) -> None:
        await self._change({image.asset_id}, outdated)
        self.added.append(image)

    async def delete(self, ids: Sequence[UUID]) -> None:
        await self._change(set(), ids)

    async def _change(self, more: set[UUID], less: Sequence[UUID]) -> None:
        async with self.changed:
            self.changed.notify_all()
            if self.away:
                raise UnavailableError("database_unavailable", "away")
            self.there = (self.there | more) - set(less)

    async def until(self, many: int) -> None:
        """Wait until so many previews have an address."""
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: len(self.there) == many)


def open_stream(live: LiveOutput, node_id: str = "n", number: int = 1) -> LiveStream:
    return live.stream(NodeAttempt(RUN, "ann", uuid4(), node_id, 3, number))


def image(number: int) -> ImageValue:
    return ImageValue(
        asset_id=UUID(int=number),
        sha256=f"{number:064x}",
        media_type="image/png",
        width=4,
        height=3,
        bytes=100,
    )


@asynccontextmanager
async def sending(
    wire: Wire, drafts: Drafts | None = None, timing: LiveTiming | None = None
) -> AsyncGenerator[LiveOutput]:
    live = LiveOutput(wire.send, drafts or PreviewAddresses(), timing or LiveTiming())
    async with Background("live output", Backoff(0.05, 0.05)) as background:
        live.start(background)
        yield live


async def until(wire: Wire, text: str) -> None:
    async with asyncio.timeout(10):
        while wire.text != text:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def test_pieces_are_joined_into_few_batches() -> None:
    wire = Wire()
    async with sending(wire, timing=LiveTiming(batch_seconds=60.0)) as live:
        stream = open_stream(live, "n", 2)
        stream.emit(TextDelta("0 "))
        await until(wire, "0 ")
        for number in range(1, 100):
            stream.emit(TextDelta(f"{number} "))
            await asyncio.sleep(0)
        assert len(wire.batches) == 1
        stream.end()
        await until(wire, "".join(f"{number} " for number in range(100)))
    assert len(wire.batches) == 2
    assert {UUID(batch[0][:36]) for batch in wire.batches} == {RUN}
    offset = 0
    for piece in wire.pieces:
        assert (piece["nodeId"], piece["epoch"], piece["attempt"]) == ("n", 3, 2)
        assert piece["offset"] == offset
        offset += len(piece["text"])


async def test_the_end_of_a_node_does_not_wait_for_the_next_batch() -> None:
    wire = Wire()
    async with sending(wire, timing=LiveTiming(batch_seconds=60.0)) as live:
        stream = open_stream(live, "n", 1)
        stream.emit(TextDelta("first "))
        await until(wire, "first ")
        stream.emit(TextDelta("last"))
        stream.end()
        await until(wire, "first last")


@pytest.mark.parametrize(
    "text", ["x" * 20_000, "🍵" * 3_000, "\0" * 3_000, '"\\\n' * 3_000, "\ud800"]
)
async def test_any_text_goes_out_in_pieces_that_postgresql_takes(text: str) -> None:
    wire = Wire()
    async with sending(wire) as live:
        stream = open_stream(live, "é" * 128, 1)
        stream.emit(TextDelta(text))
        stream.end()
        await until(wire, text)
    for payload in (payload for batch in wire.batches for payload in batch):
        assert len(payload.encode()) < 8_000
        assert "\n" not in payload
        assert "\0" not in payload


async def test_many_nodes_share_a_batch() -> None:
    wire = Wire()
    async with sending(wire) as live:
        for number in range(500):
            open_stream(live, f"n{number}", 1).emit(TextDelta("x"))
        await until(wire, "x" * 500)
    assert len(wire.batches) == 1


async def test_while_the_database_is_stuck_memory_is_bounded_and_nothing_is_lost() -> None:
    wire = Wire()
    wire.free.clear()
    async with sending(wire) as live:
        stream = open_stream(live)
        for _ in range(1000):
            stream.emit(TextDelta("x" * 1000))
        assert stream.characters <= MAX_NODE_CHARACTERS
        wire.free.set()
        await until(wire, "x" * (MAX_NODE_CHARACTERS // 1000 * 1000))


async def test_after_the_database_was_away_text_goes_on_where_it_was() -> None:
    wire = Wire()
    wire.cut = True
    async with sending(wire) as live:
        stream = open_stream(live)
        stream.emit(TextDelta("kept "))
        await wire.refused.wait()
        wire.cut = False
        stream.emit(TextDelta("too"))
        await until(wire, "kept too")
    assert wire.pieces[0]["offset"] == 0


async def test_who_comes_late_gets_everything_from_its_beginning_as_long_as_the_node_works() -> (
    None
):
    wire = Wire()
    async with sending(wire) as live:
        stream, other = open_stream(live), open_stream(live, "other")
        stream.emit(TextDelta("first "))
        stream.emit(Preview(image(1)))
        await until(wire, "first ")
        other.emit(TextDelta("gone"))
        other.end()
        await until(wire, "first gone")
        live.replay(str(uuid4()))
        live.replay("no id")
        live.replay(str(RUN))
        stream.emit(TextDelta("last"))
        await until(wire, "first gonefirst last")
    assert [piece["value"]["width"] for piece in wire.pieces if "value" in piece][-1] == 4


async def test_many_who_come_late_share_what_is_sent_again() -> None:
    wire = Wire()
    async with sending(wire, timing=LiveTiming(replay_seconds=60.0)) as live:
        stream = open_stream(live)
        stream.emit(TextDelta("text"))
        await until(wire, "text")
        live.replay(str(RUN))
        await until(wire, "texttext")
        for _ in range(50):
            live.replay(str(RUN))
            await asyncio.sleep(0.005)
        stream.emit(TextDelta(" end"))
        await until(wire, "texttext end")


async def test_previews_have_an_address_before_they_are_told_of_and_none_after_the_end() -> None:
    wire, addresses = Wire(), PreviewAddresses()
    async with sending(wire, addresses) as live:
        stream = open_stream(live)
        for number in range(1, 4):
            stream.emit(Preview(image(number)))
        shown = await until_shown(wire, image(3))
        assert shown in [str(id) for id in addresses.there]
        stream.end()
        stream.emit(Preview(image(9)))
        await addresses.until(0)
    assert [each.sha256 for each in addresses.added] == [image(3).sha256]


async def until_shown(wire: Wire, preview: ImageValue) -> str:
    """Wait until a preview was told of; give the id of its address."""
    async with asyncio.timeout(10):
        while True:
            for piece in wire.pieces:
                if piece["kind"] == "preview" and piece["value"]["sha256"] == preview.sha256:
                    return piece["value"]["assetId"]
            await asyncio.sleep(0.01)


async def test_a_preview_that_is_ready_while_a_batch_is_sent_goes_out_with_the_next() -> None:
    wire, addresses = Wire(), PreviewAddresses()
    wire.free.clear()
    async with sending(wire, addresses) as live:
        stream = open_stream(live)
        stream.emit(TextDelta("text"))
        await wire.begun.wait()
        stream.emit(Preview(image(1)))
        await addresses.until(1)
        await asyncio.sleep(0)  # it is to be sent by now
        wire.free.set()
        await until_shown(wire, image(1))


async def test_of_a_nodes_previews_the_newest_have_an_address() -> None:
    wire, addresses = Wire(), PreviewAddresses()
    async with sending(wire, addresses, LiveTiming(batch_seconds=0.0)) as live:
        stream = open_stream(live)
        shown: list[str] = []
        for number in range(5):
            stream.emit(Preview(image(number)))
            shown.append(await until_shown(wire, image(number)))
        assert addresses.there == {UUID(id) for id in shown[-DRAFTS_PER_NODE:]}


async def test_two_nodes_that_show_the_same_share_no_address() -> None:
    wire, addresses = Wire(), PreviewAddresses()
    async with sending(wire, addresses) as live:
        streams = [open_stream(live, node_id) for node_id in "ab"]
        for stream in streams:
            stream.emit(Preview(image(1)))
        await addresses.until(2)
        streams[0].end()
        await addresses.until(1)


async def test_after_an_outage_previews_of_ended_nodes_go_and_others_come() -> None:
    wire, addresses = Wire(), PreviewAddresses()
    async with sending(wire, addresses) as live:
        ended, other = open_stream(live, "ended"), open_stream(live, "other")
        ended.emit(Preview(image(1)))
        await addresses.until(1)
        addresses.away = True
        ended.end()
        other.emit(Preview(image(2)))
        async with asyncio.timeout(10), addresses.changed:
            await addresses.changed.wait()
            await addresses.changed.wait()
        addresses.away = False
        await until_shown(wire, image(2))
        await addresses.until(1)
    assert [each.sha256 for each in addresses.added] == [image(1).sha256, image(2).sha256]


async def test_a_defect_does_not_end_live_output() -> None:
    wire = Wire()
    wire.broken = True
    async with sending(wire) as live:
        stream = open_stream(live)
        stream.emit(TextDelta("first "))
        await wire.refused.wait()
        wire.broken = False
        stream.emit(TextDelta("last"))
        await until(wire, "first last")
