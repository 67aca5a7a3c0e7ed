"""What children emit while they work, on its way to who called them."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from uuid import UUID

import pytest

from flows.compute.child_output import MESSAGES_AT_ONCE, ChildOutput, connect_child
from flows.compute.process_pool import ChildProcessPool
from schemas.errors import NodeError
from schemas.values import ImageValue
from tasks.node_type.live import Emit, LiveValue, Preview, TextDelta

IMAGE = ImageValue(
    asset_id=UUID(int=1), sha256="0" * 64, media_type="image/png", width=4, height=3, bytes=9
)


@pytest.fixture(scope="module")
def pool() -> Iterator[ChildProcessPool]:
    children = ChildProcessPool(workers=2)
    children.start()
    yield children
    children.stop()


def count_aloud(emit: Emit, numbers: int, image: ImageValue | None = None) -> int:
    for number in range(numbers):
        emit(TextDelta(f"{number} "))
        if image is not None:
            emit(Preview(image))
    return numbers


def emit_much(emit: Emit, text: str) -> None:
    emit(TextDelta(text))


def emit_and_die(emit: Emit) -> None:
    emit(TextDelta("last words"))
    os.kill(os.getpid(), signal.SIGKILL)


def joined(values: list[LiveValue]) -> str:
    return "".join(value.text for value in values if isinstance(value, TextDelta))


async def test_a_child_emits_while_it_works(pool: ChildProcessPool) -> None:
    values: list[LiveValue] = []
    with pool.emitter(values.append) as emit:
        working = asyncio.create_task(pool.call(wait_aloud, emit, seconds=20))
        async with asyncio.timeout(60):  # the first call waits for what forks children
            while not values:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.01)
        assert not working.done()
        await working
    assert joined(values) == "begun ended"


def wait_aloud(emit: Emit) -> None:
    emit(TextDelta("begun "))
    time.sleep(1)
    emit(TextDelta("ended"))


async def test_all_that_a_child_emits_is_there_before_its_result(pool: ChildProcessPool) -> None:
    values: list[LiveValue] = []
    with pool.emitter(values.append) as emit:
        assert await pool.call(count_aloud, emit, 2_000, seconds=30) == 2_000
    assert joined(values) == "".join(f"{number} " for number in range(2_000))


async def test_all_that_is_in_the_socket_is_there_at_the_end_of_a_call() -> None:
    """The event loop has no time to read in between."""
    output, values = ChildOutput(), list[LiveValue]()
    connect_child(output.writer)
    try:
        output.writer.setblocking(False)
        with output.emitter(values.append) as emit:
            count_aloud(emit, 2_000)  # what comes when the socket is full is dropped
    finally:
        output.close()
    assert len(values) > MESSAGES_AT_ONCE
    assert joined(values) == "".join(f"{number} " for number in range(len(values)))


async def test_children_emit_side_by_side_each_to_its_caller(pool: ChildProcessPool) -> None:
    async def one() -> list[LiveValue]:
        values: list[LiveValue] = []
        with pool.emitter(values.append) as emit:
            await pool.call(count_aloud, emit, 100, IMAGE, seconds=30)
        return values

    for values in await asyncio.gather(*(one() for _ in range(6))):
        assert joined(values) == "".join(f"{number} " for number in range(100))
        assert values.count(Preview(IMAGE)) == 100


@pytest.mark.parametrize("text", ["x" * 200_000, "🍵" * 30_000, "\0\ud800" * 10_000])
async def test_any_text_comes_out_of_a_child_as_it_went_in(
    pool: ChildProcessPool, text: str
) -> None:
    values: list[LiveValue] = []
    with pool.emitter(values.append) as emit:
        await pool.call(emit_much, emit, text, seconds=30)
    assert joined(values) == text


async def test_what_a_dying_child_emitted_is_there(pool: ChildProcessPool) -> None:
    """Of both attempts, as one that was killed is made again."""
    values: list[LiveValue] = []
    with pool.emitter(values.append) as emit, pytest.raises(NodeError):
        await pool.call(emit_and_die, emit, seconds=10)
    assert joined(values) == 2 * "last words"
