"""S-05: thousands of broken and hostile files in the child processes that really judge them.

`make test` takes 3,000 pictures and 300 videos; `make fuzz` takes NODELOOM_FUZZ times as many.
"""

import asyncio
import os
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.media.uploads import INSPECTION_TIMEOUT_SECONDS
from assets.folder_store import FolderStore
from flows.compute.process_pool import MEMORY_BYTES, ChildProcessPool
from schemas.errors import NodeError
from support.hostile import mutations as mutants
from support.hostile.media_checks import CheckResult, check_image, check_video
from support.nodes.media import make_video
from tasks.media.probe import inspect_upload
from tasks.node_type.definition import ChildContext
from tasks.nodes.image import store_clean_image

TIMES = int(os.environ.get("NODELOOM_FUZZ", "1"))
REFUSALS = {
    *("picture_unreadable", "picture_too_large", "unsupported_media"),
    *("video_unreadable", "video_too_large", "no_video", "past_the_end"),
    *("child_died", "out_of_memory", "timed_out"),
}
PARENT_GROWTH = 60 * 1024**2
SECONDS = INSPECTION_TIMEOUT_SECONDS + 5


@pytest.fixture(scope="module")
def pool() -> Iterator[ChildProcessPool]:
    children = ChildProcessPool(workers=2)
    children.start()
    for _ in range(2):  # started and warm, before anything is timed
        asyncio.run(children.call(inspect_upload, mutants.valid_images()[0], seconds=60))
    yield children
    children.stop()


@pytest.fixture
def context(tmp_path: Path) -> ChildContext:
    return ChildContext("owner", FolderStore(tmp_path))


@dataclass
class Trial:
    """Sends files to the children, as many at once as there are children, and counts."""

    pool: ChildProcessPool
    codes: Counter[str]
    peak: int = 0
    slowest: float = 0

    async def judge(self, function: Callable[..., Any], *args: object) -> tuple[str, ...]:
        """Give the codes of one file, whatever becomes of its child."""
        async with self.pool.slots:
            started = time.perf_counter()
            try:
                judged: CheckResult = await self.pool.call(
                    function, *args, seconds=INSPECTION_TIMEOUT_SECONDS
                )
            except NodeError as error:
                judged = CheckResult((error.code,), 0)
            self.slowest = max(self.slowest, time.perf_counter() - started)
        self.codes.update(judged.codes)
        self.peak = max(self.peak, judged.peak)
        return judged.codes


@pytest.fixture
def trial(pool: ChildProcessPool) -> Iterator[Trial]:
    """Its end shows that this process came through: alive, no larger, nothing unexpected."""
    before = _memory()
    trial = Trial(pool, Counter())
    yield trial
    assert set(trial.codes) <= REFUSALS | {"fine"}, trial.codes
    assert trial.peak < MEMORY_BYTES + 300 * 1024**2
    assert trial.slowest < SECONDS
    assert _memory() - before < PARENT_GROWTH
    print(f"{trial.codes} peak {trial.peak >> 20} MB slowest {trial.slowest:.2f} s")  # noqa: T201


def _memory() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


async def _all(
    trial: Trial, function: Callable[..., Any], files: Iterator[bytes], *args: object
) -> None:
    """Never hold more files than are being judged."""

    async def work() -> None:
        for data in files:
            await trial.judge(function, data, *args)

    await asyncio.gather(*(work() for _ in range(trial.pool.workers)))


@pytest.mark.timeout(3600)
async def test_broken_images_are_told_and_never_harm(trial: Trial) -> None:
    count = 3_000 * TIMES
    await _all(trial, check_image, mutants.images(count, seed=TIMES))

    assert trial.codes.total() >= count
    assert trial.codes["picture_unreadable"] > count / 4  # the engine does break them
    assert trial.codes["fine"] > count / 10  # and does not only send rubbish


@pytest.mark.timeout(3600)
async def test_broken_videos_are_told_and_never_harm(trial: Trial) -> None:
    count = 300 * TIMES
    await _all(trial, check_video, mutants.videos(count, seed=TIMES))

    assert trial.codes.total() >= count
    assert trial.codes["video_unreadable"] > count / 4


@pytest.mark.parametrize("name", list(mutants.decompression_bombs()))
async def test_an_image_that_wants_too_much_gets_no_more_than_allowed(
    trial: Trial, name: str
) -> None:
    data = mutants.decompression_bombs()[name]()
    assert len(data) < 30_000_000
    await trial.judge(check_image, data)


@pytest.mark.parametrize("name", list(mutants.hostile_videos()))
async def test_a_video_that_lies_about_itself_does_no_harm(trial: Trial, name: str) -> None:
    await trial.judge(check_video, mutants.hostile_videos()[name]())


async def test_every_other_format_is_refused_whatever_it_is_called(trial: Trial) -> None:
    for name, data in mutants.foreign_formats().items():
        codes = await trial.judge(check_image, data)
        assert codes == ("unsupported_media", "picture_unreadable"), name


@pytest.mark.parametrize("codec", ["png", "gif", "qtrle", "rawvideo"])
async def test_a_codec_that_no_camera_writes_is_refused(trial: Trial, codec: str) -> None:
    formats = {"png": "rgb24", "gif": "rgb8", "qtrle": "rgb24", "rawvideo": "yuv420p"}
    data = make_video("mov", codec, frames=3, pixels=formats[codec])
    assert set(await trial.judge(check_video, data)) == {"video_unreadable"}


async def test_what_an_image_hides_is_gone_from_what_nodes_make(
    context: ChildContext,
) -> None:
    hidden = (b"<script", b"<?php", b"alert(", b"a picture", b"PK\x05\x06", b"ICC", b"Title")
    files = [*mutants.valid_images(), *mutants.polyglots().values()]
    assert all(any(mark in data for data in files) for mark in hidden)  # it is there before
    for data in files:
        made = context.store.read(store_clean_image(data, context).sha256)
        assert not [mark for mark in hidden if mark in made]
