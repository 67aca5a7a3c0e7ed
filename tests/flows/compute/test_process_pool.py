"""Child processes: warm, killed one by one."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.compute import process_pool
from flows.compute.process_pool import ChildProcessPool
from schemas.errors import NodeError
from support.product.processes import is_alive, wait_for


@pytest.fixture(scope="module")
def pool() -> Iterator[ChildProcessPool]:
    children = ChildProcessPool(workers=2)
    children.start()
    yield children
    children.stop()


def process_id() -> int:
    return os.getpid()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_of(number: signal.Signals, times: int, tries: Path) -> int:
    """Die that often; a line of the file stands for each try. Give their number."""
    with tries.open("a", encoding="ascii") as lines:
        lines.write("x\n")
    count = len(tries.read_text(encoding="ascii").splitlines())
    if count <= times:
        os.kill(os.getpid(), number)
    return count


def sleep_and_give(seconds: float, started: Path | None = None) -> int:
    """Sleep; a file in the folder `started` says that it has begun."""
    if started:
        (started / str(os.getpid())).touch()
    time.sleep(seconds)
    return os.getpid()


def allocate(gigabytes: int) -> int:
    return len(bytearray(gigabytes * 1024**3))


async def wait_until_started(folder: Path, count: int) -> set[int]:
    """Wait until so many children work; give their ids."""

    def all_there() -> bool:
        return len(list(folder.iterdir())) == count

    await asyncio.to_thread(wait_for, all_there, "the children have begun")
    return {int(file.name) for file in await asyncio.to_thread(lambda: list(folder.iterdir()))}


async def test_work_is_done_in_another_process(pool: ChildProcessPool) -> None:
    assert await pool.call(process_id, seconds=10) != os.getpid()


PROGRAM_WITH_CHILDREN = """
import asyncio, logging, warnings
from flows.compute.process_pool import ChildProcessPool
from schemas.settings import Settings
from telemetry.logs import configure_logging

configure_logging(Settings())
pool = ChildProcessPool(workers=1)

async def main():
    await pool.call(warnings.warn, "old-fashioned", seconds=20)
    await pool.call(logging.warning, "from a library", seconds=20)

asyncio.run(main())
pool.stop()
"""


def test_what_children_say_has_the_form_of_the_log() -> None:
    environment = {"PATH": os.environ["PATH"], "NODELOOM_LOG_FORMAT": "json"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM_WITH_CHILDREN],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said = [json.loads(line)["message"] for line in done.stderr.splitlines()]
    assert len(said) == 2
    assert "UserWarning: old-fashioned" in said[0]
    assert said[1] == "from a library"


async def test_a_child_that_dies_takes_only_its_own_work_along(pool: ChildProcessPool) -> None:
    results = await asyncio.gather(
        pool.call(die, seconds=10),
        pool.call(sleep_and_give, 0.3, seconds=10),
        return_exceptions=True,
    )
    assert isinstance(results[0], NodeError)
    assert results[0].code == "child_died"
    assert isinstance(results[1], int)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_work_whose_child_was_ended_from_outside_is_done_once_more(
    pool: ChildProcessPool, tmp_path: Path, number: signal.Signals
) -> None:
    assert await pool.call(die_of, number, 1, tmp_path / "once", seconds=10) == 2
    with pytest.raises(NodeError) as caught:
        await pool.call(die_of, number, 9, tmp_path / "always", seconds=10)
    assert caught.value.code == "child_died"
    assert len((tmp_path / "always").read_text(encoding="ascii").splitlines()) == 2


async def test_work_that_crashes_its_child_is_not_done_again(
    pool: ChildProcessPool, tmp_path: Path
) -> None:
    with pytest.raises(NodeError) as caught:
        await pool.call(die_of, signal.SIGSEGV, 9, tmp_path / "tries", seconds=10)
    assert caught.value.code == "child_died"
    assert len((tmp_path / "tries").read_text(encoding="ascii").splitlines()) == 1


@pytest.mark.parametrize("busy", [0, 1, 2])
async def test_the_pool_outlives_the_death_of_all_children(
    pool: ChildProcessPool, busy: int, tmp_path: Path
) -> None:
    pids = await asyncio.gather(*(pool.call(sleep_and_give, 0.3, seconds=10) for _ in range(2)))
    calls = [
        asyncio.ensure_future(pool.call(sleep_and_give, 5.0, tmp_path, seconds=20))
        for _ in range(busy)
    ]
    await wait_until_started(tmp_path, busy)  # the others wait for work
    for pid in set(pids):
        os.kill(pid, signal.SIGKILL)

    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(each, NodeError | int) for each in ended)
    assert await pool.call(process_id, seconds=10) not in pids


async def test_a_child_that_takes_too_long_is_killed(pool: ChildProcessPool) -> None:
    with pytest.raises(NodeError) as caught:
        await pool.call(sleep_and_give, 30.0, seconds=0.3)
    assert caught.value.code == "timed_out"
    assert caught.value.retryable


async def test_a_child_cannot_take_more_memory_than_allowed(pool: ChildProcessPool) -> None:
    with pytest.raises(NodeError) as caught:
        await pool.call(allocate, 3, seconds=30)
    assert caught.value.code == "out_of_memory"


async def test_cancelling_the_call_kills_the_child(pool: ChildProcessPool, tmp_path: Path) -> None:
    calls = [
        asyncio.ensure_future(pool.call(sleep_and_give, 30.0, tmp_path, seconds=60))
        for _ in range(2)
    ]
    children = await wait_until_started(tmp_path, 2)
    for call in calls:
        call.cancel()
    ended = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(each) for each in ended] == [asyncio.CancelledError] * 2
    await asyncio.to_thread(wait_for, lambda: not any(map(is_alive, children)), "they are dead")
    assert await pool.call(process_id, seconds=10) not in children


async def test_children_end_when_there_was_no_work_for_long(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(process_pool, "IDLE_SECONDS", 0.2)
    children = ChildProcessPool(workers=1)
    busy = asyncio.ensure_future(children.call(sleep_and_give, 1.0, tmp_path, seconds=20))
    pid = await busy
    assert pid == (await wait_until_started(tmp_path, 1)).pop()
    await asyncio.to_thread(wait_for, lambda: not is_alive(pid), "the child has ended")
    assert await children.call(process_id, seconds=20) != pid
    children.stop()
