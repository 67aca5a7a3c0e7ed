"""Live text on its way out: batched, bounded, in pieces that PostgreSQL takes."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from flows.engine.live_output import (
    MAX_NODE_CHARACTERS,
    Drafts,
    LiveOutput,
    LiveStream,
    LiveTiming,
    NodeAttempt,
)
from schemas.values import ImageValue
from tasks.node_type.live import Preview, TextDelta

RUN = uuid4()


class Wire:
    """Remembers what was sent; may be cut, or stuck."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.cut = False
        self.free = asyncio.Event()
        self.free.set()
        self.refused = asyncio.Event()

    async def send(self, _channel: str, payloads: Sequence[str]) -> None:
        await self.free.wait()
        if self.cut:
            self.refused.set()
            raise psycopg.OperationalError("away")
        self.batches.append(list(payloads))

    @property
    def pieces(self) -> list[dict[str, Any]]:
        return [json.loads(payload[37:]) for batch in self.batches for payload in batch]

    @property
    def text(self) -> str:
        return "".join(piece.get("text", "") for piece in self.pieces)


class PreviewAddresses(Drafts):
    """Remembers which previews have an address."""

    def __init__(self) -> None:
        self.added: list[ImageValue] = []
        self.deleted: list[UUID] = []

    async def add(self, attempt: NodeAttempt, image: ImageValue) -> None:
        self.added.append(image)

    async def delete(self, attempt: NodeAttempt) -> None:
        self.deleted.append(attempt.execution_id)


def open_stream(live: LiveOutput, node_id: str = "n", number: int = 1) -> LiveStream:
    return live.stream(NodeAttempt(RUN, "ann", uuid4(), node_id, number))


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
    task = asyncio.create_task(live.run())
    try:
        yield live
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(wire: Wire, text: str) -> None:
    async with asyncio.timeout(10):
        while wire.text != text:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def test_pieces_are_joined_into_few_batches() -> None:
    wire, began_at = Wire(), time.monotonic()
    async with sending(wire) as live:
        stream = open_stream(live, "n", 2)
        for number in range(100):
            stream.emit(TextDelta(f"{number} "))
            await asyncio.sleep(0.005)
        stream.end()
        await until(wire, "".join(f"{number} " for number in range(100)))
    assert len(wire.batches) <= (time.monotonic() - began_at) * 10 + 2  # ten a second
    assert {UUID(batch[0][:36]) for batch in wire.batches} == {RUN}
    offset = 0
    for piece in wire.pieces:
        assert (piece["nodeId"], piece["attempt"], piece["offset"]) == ("n", 2, offset)
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
    async with sending(wire, timing=LiveTiming(outage_seconds=0.05)) as live:
        stream = open_stream(live)
        for _ in range(1000):
            stream.emit(TextDelta("x" * 1000))
        assert stream.characters <= MAX_NODE_CHARACTERS
        wire.free.set()
        await until(wire, "x" * (MAX_NODE_CHARACTERS // 1000 * 1000))


async def test_after_the_database_was_away_text_goes_on_where_it_was() -> None:
    wire = Wire()
    wire.cut = True
    async with sending(wire, timing=LiveTiming(outage_seconds=0.05)) as live:
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
    async with sending(wire, timing=LiveTiming(replay_seconds=0.3)) as live:
        stream = open_stream(live)
        stream.emit(TextDelta("text"))
        await until(wire, "text")
        began_at = time.monotonic()
        for _ in range(50):
            live.replay(str(RUN))
            await asyncio.sleep(0.01)
        stream.emit(TextDelta(" end"))
        async with asyncio.timeout(10):
            while not wire.text.endswith("text end"):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        assert 2 <= wire.text.count("text") <= (time.monotonic() - began_at) / 0.3 + 2


async def test_previews_have_an_address_before_they_are_told_of_and_none_after_the_end() -> None:
    wire, addresses = Wire(), PreviewAddresses()
    async with sending(wire, addresses) as live:
        stream = open_stream(live)
        for number in range(1, 4):
            stream.emit(Preview(image(number)))
        async with asyncio.timeout(10):
            while not wire.pieces:  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.01)
        assert [piece["value"]["assetId"] for piece in wire.pieces] == [str(UUID(int=3))]
        assert addresses.added[-1] == image(3)
        stream.end()
        stream.emit(Preview(image(9)))
        async with asyncio.timeout(10):
            while not addresses.deleted:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert addresses.deleted == [stream.attempt.execution_id]
    assert image(9) not in addresses.added
