"""Which node fails where memory is short: the one that takes it, and nobody beside it."""

import asyncio
from uuid import UUID, uuid4

import pytest

from flows.limits.memory import SOFT_SHARE, MemoryLimiter, MemoryUsage, default_limit
from flows.limits.resident_memory import ResidentMemory, available_bytes
from schemas.errors import BadInputError

MB = 1_000_000
resident = ResidentMemory()


def limiter_with(megabytes: int) -> MemoryLimiter:
    """Give one that leaves so much until nodes fail."""
    return MemoryLimiter(int((resident() + megabytes * MB) / SOFT_SHARE))


async def take(megabytes: int, step: int = 10) -> int:
    """Take memory, in steps, as a node does that receives ever more."""
    held: list[bytes] = []
    for _ in range(0, megabytes, step):
        held.append(b"x" * (step * MB))
        await asyncio.sleep(0)
    return len(held)


async def wait(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "fine"


def attempt(limiter: MemoryLimiter, node_id: str, run_id: UUID | None = None) -> MemoryUsage:
    return MemoryUsage(limiter, run_id or uuid4(), node_id)


async def test_the_node_that_takes_the_memory_fails_and_those_beside_it_do_not() -> None:
    limiter = limiter_with(100)
    others = [asyncio.create_task(attempt(limiter, "waits").limit(wait(0.3))) for _ in range(5)]
    with pytest.raises(BadInputError, match="NODELOOM_MEMORY_LIMIT_MB") as caught:
        await attempt(limiter, "grows").limit(take(2_000))
    assert caught.value.code == "out_of_memory"
    assert await asyncio.gather(*others) == ["fine"] * 5
    assert not limiter.is_short  # what it had is free again, though its error is still there


async def test_a_node_that_takes_all_at_once_fails() -> None:
    with pytest.raises(BadInputError, match="This node took 3"):
        await attempt(limiter_with(100), "grows").limit(take(300, step=300))


async def test_what_a_node_has_given_back_is_not_held_against_it() -> None:
    limiter, usage = limiter_with(1_000), None
    usage = attempt(limiter, "once")
    assert await usage.limit(take(100)) == 10
    assert usage.taken < 20 * MB


async def test_of_the_run_that_has_taken_most_the_largest_node_fails() -> None:
    limiter, run_id = limiter_with(270), uuid4()
    gate = asyncio.Event()

    async def hold(megabytes: int) -> str:
        held = b"x" * (megabytes * MB)
        await gate.wait()
        return f"{len(held) // MB} MB"

    alone = asyncio.create_task(attempt(limiter, "alone").limit(hold(70)))
    many = [
        asyncio.create_task(attempt(limiter, "one of many", run_id).limit(hold(size)))
        for size in (50, 80, 55, 57)
    ]
    await asyncio.sleep(0.1)
    gate.set()
    ends = await asyncio.gather(alone, *many, return_exceptions=True)
    assert [str(each)[:14] for each in ends] == [
        "70 MB",
        "50 MB",
        "This node took",
        "55 MB",
        "57 MB",
    ]


async def test_nobody_is_blamed_for_what_no_node_has_taken() -> None:
    limiter = limiter_with(-50)
    assert limiter.is_short
    assert await attempt(limiter, "small").limit(take(5, step=5)) == 1


async def test_a_run_that_is_cancelled_meanwhile_is_cancelled() -> None:
    limiter = limiter_with(10_000)
    task = asyncio.create_task(attempt(limiter, "waits").limit(wait(60)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_others_took_for_a_node_counts_as_its_own() -> None:
    limiter = limiter_with(20)
    usage = attempt(limiter, "asks")

    async def ask() -> str:
        held = await asyncio.to_thread(lambda: b"x" * (50 * MB))
        usage.add(len(held))
        await asyncio.sleep(60)
        return "never"

    with pytest.raises(BadInputError, match="This node took"):
        await usage.limit(ask())


async def test_the_run_fails_that_holds_most_in_what_its_ended_nodes_gave() -> None:
    limiter, run_id = limiter_with(100), uuid4()
    texts = ["é" * (10 * MB) for _ in range(16)]
    limiter.hold(run_id, sum(map(len, texts)))
    innocent = asyncio.create_task(attempt(limiter, "innocent").limit(take(20)))
    small = asyncio.create_task(attempt(limiter, "small", run_id).limit(wait(0.3)))
    assert await innocent == 2
    with pytest.raises(BadInputError) as caught:
        await small
    assert caught.value.message.startswith(
        "This node took 0 MB of memory and its run 160 MB in results that other nodes still need, when"
        " its worker had "
    )
    assert ": pass shorter texts from node to node, or run the workflow in parts, or" in str(
        caught.value
    )
    limiter.hold(run_id, -sum(map(len, texts)))
    assert (limiter.held(run_id), limiter.largest_held) == (0, [])


async def test_nobody_is_blamed_for_what_a_run_holds_that_has_no_node_at_work() -> None:
    limiter, waits = limiter_with(100), uuid4()
    texts = "x" * (90 * MB)
    limiter.hold(waits, len(texts))
    assert await attempt(limiter, "innocent").limit(take(30)) == 3
    with pytest.raises(BadInputError, match="when its worker had"):
        await attempt(limiter, "grows").limit(take(1_000))
    held = b"x" * (20 * MB)
    assert limiter.is_short
    with pytest.raises(BadInputError, match="its run 90 MB in results"):
        await attempt(limiter, "begins", waits).limit(wait(60))
    assert len(held) + len(texts) == 110 * MB


def test_the_default_limit_leaves_a_worker_room_for_nodes() -> None:
    assert default_limit(512 * 2**20) == 400 * MB
    assert default_limit(8_000 * MB) == 4_000 * MB
    assert default_limit(None) == float("inf")


def test_the_limit_is_half_of_what_there_is() -> None:
    available = available_bytes()
    assert available is not None
    assert available > resident() > 10 * MB
    assert MemoryLimiter(None).hard_limit == available / 2
