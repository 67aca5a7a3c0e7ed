"""Live text on its way out: batched, bounded, in pieces that PostgreSQL takes."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from flows.engine import live_output
from flows.engine.live_output import LiveOutput

RUN = uuid4()


class Wire:
    """Remembers what was sent; may be cut, or stuck."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.cut = False
        self.free = asyncio.Event()
        self.free.set()

    async def send(self, _channel: str, payloads: Sequence[str]) -> None:
        await self.free.wait()
        if self.cut:
            raise psycopg.OperationalError("away")
        self.batches.append(list(payloads))

    @property
    def pieces(self) -> list[dict[str, Any]]:
        return [json.loads(payload[37:]) for batch in self.batches for payload in batch]

    @property
    def text(self) -> str:
        return "".join(piece["text"] for piece in self.pieces)


@asynccontextmanager
async def sending(wire: Wire) -> AsyncGenerator[LiveOutput]:
    live = LiveOutput(wire.send)
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
    wire = Wire()
    async with sending(wire) as live:
        stream = live.stream(RUN, "n", 2)
        for number in range(100):
            stream.emit(f"{number} ")
            await asyncio.sleep(0.005)
        stream.end()
        await until(wire, "".join(f"{number} " for number in range(100)))
    assert len(wire.batches) <= 9  # half a second and a little, ten a second
    assert {UUID(batch[0][:36]) for batch in wire.batches} == {RUN}
    offset = 0
    for piece in wire.pieces:
        assert (piece["nodeId"], piece["attempt"], piece["offset"]) == ("n", 2, offset)
        offset += len(piece["text"])


async def test_the_end_of_a_node_does_not_wait_for_the_next_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_output, "BATCH_SECONDS", 60.0)
    wire = Wire()
    async with sending(wire) as live:
        stream = live.stream(RUN, "n", 1)
        stream.emit("first ")
        await until(wire, "first ")
        stream.emit("last")
        stream.end()
        await until(wire, "first last")


@pytest.mark.parametrize(
    "text", ["x" * 20_000, "🍵" * 3_000, "\0" * 3_000, '"\\\n' * 3_000, "\ud800"]
)
async def test_any_text_goes_out_in_pieces_that_postgresql_takes(text: str) -> None:
    wire = Wire()
    async with sending(wire) as live:
        stream = live.stream(RUN, "é" * 128, 1)
        stream.emit(text)
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
            live.stream(RUN, f"n{number}", 1).emit("x")
        await until(wire, "x" * 500)
    assert len(wire.batches) == 1


async def test_while_the_database_is_stuck_text_is_dropped_and_memory_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_output, "OUTAGE_SECONDS", 0.05)
    wire = Wire()
    wire.free.clear()
    async with sending(wire) as live:
        stream = live.stream(RUN, "n", 1)
        for _ in range(1000):
            stream.emit("x" * 1000)
        stream.emit("end")
        wire.free.set()
        async with asyncio.timeout(10):
            while not wire.text.endswith("end"):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
    assert len(wire.text) < 70_000
    last = wire.pieces[-1]
    assert last["offset"] + len(last["text"]) == 1_000_003  # the gap can be seen


async def test_after_the_database_was_away_text_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_output, "OUTAGE_SECONDS", 0.05)
    wire = Wire()
    wire.cut = True
    async with sending(wire) as live:
        stream = live.stream(RUN, "n", 1)
        stream.emit("lost ")
        await asyncio.sleep(0.05)
        wire.cut = False
        stream.emit("heard")
        await until(wire, "heard")
    assert wire.pieces[0]["offset"] == 5
