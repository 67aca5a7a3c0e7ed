"""Pictures on a Dask cluster of two workers: the same bytes, the same limits, other machines."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from assets.folder_store import FolderStore
from bench.dask.cluster import DaskCluster, dask_cluster
from flows.compute.dask import DaskCompute, probe_cluster
from flows.compute.process_pool import ChildProcessPool
from local.machine.ports import find_free_port
from schemas.errors import AppError, NodeError
from support.nodes import dask_tasks as dask_work
from support.nodes.media import encoded, make_video, numbered_pixels, stored, stored_video
from support.product.processes import is_alive, read
from tasks.child import run_node
from tasks.node_type.definition import ChildContext
from tasks.registry import node_types

TESTS = Path(__file__).parents[1]
BROKEN = b"\xff\xd8\xff\xe0 this is no picture"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="nodeloom-dask-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[DaskCluster]:
    environment = {
        "NODELOOM_ASSETS": str(folder / "shared"),
        "PYTHONPATH": str(TESTS),
        # One that has died is to be missed at once.
        "DASK_DISTRIBUTED__COMM__RETRY__COUNT": "0",
    }
    with dask_cluster(folder, environment) as cluster:
        yield cluster


@pytest.fixture
async def compute(cluster: DaskCluster) -> AsyncIterator[DaskCompute]:
    compute = DaskCompute(cluster.address, outage_seconds=240)
    yield compute
    await compute.close()


async def pid_in(note: Path) -> int:
    """The process that has noted itself last."""
    async with asyncio.timeout(20):
        while not read(note).endswith("\n"):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    return int(read(note).split()[-1])


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


async def wait_until_gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while is_alive(pid):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def failure(work: Any) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await work
    return caught.value


async def test_the_same_bytes_as_in_children_of_our_own(compute: DaskCompute, folder: Path) -> None:
    """What is sent names another folder, as on another machine: each worker uses its own."""
    shared, here = FolderStore(folder / "shared"), FolderStore(folder / "here")
    types, children = node_types(), ChildProcessPool(workers=1)
    jpeg, clip = encoded(numbered_pixels((1200, 900)), "JPEG"), make_video()
    for store in (shared, here):
        image = stored(jpeg, ChildContext("ann", store))
        video = stored_video(clip, ChildContext("ann", store))
    works = (
        ("crop", {"xPercent": 10, "widthPercent": 50}, {"image": image}),
        ("resize", {"width": 333, "height": 222, "fit": "fill"}, {"image": image}),
        ("frame", {"timestamp": "50%"}, {"video": video}),
    )
    try:
        for name, params, inputs in works:
            node_type = types[name]
            sent = (
                name,
                node_type.params.model_validate(params),
                node_type.inputs(**inputs),
                ChildContext("ann", here),
            )
            ours = await children.call(run_node, *sent, seconds=30)
            theirs = await compute.call(run_node, *sent, seconds=30)
            assert theirs == ours
            path = shared.path(theirs.sha256)
            assert path.name == theirs.sha256, "durable before its description came back"
            assert path.read_bytes() == here.read(ours.sha256)
    finally:
        children.stop()


async def test_both_workers_are_used_each_by_children_of_its_own(
    cluster: DaskCluster, compute: DaskCompute, folder: Path
) -> None:
    note = folder / "both"

    async def one() -> int:
        async with compute.slots:
            return await compute.call(dask_work.note_and_sleep, str(note), 1.0, seconds=30)

    pids = await asyncio.gather(one(), one(), one())
    assert compute.threads == 2
    assert len(set(pids)) == 2
    assert not {part.pid for part in cluster.workers} & set(pids)


async def test_a_poisonous_image_kills_a_child_and_no_worker(
    cluster: DaskCluster, compute: DaskCompute, folder: Path
) -> None:
    image = stored(encoded(Image.new("RGB", (8, 8))), ChildContext("ann", FolderStore(folder)))
    resize = node_types()["resize"]
    name = FolderStore(folder / "shared").put(BROKEN)
    sent = (
        "resize",
        resize.params.model_validate({"width": 10, "height": 10, "fit": "fill"}),
        resize.inputs.model_validate({"image": image.model_copy(update={"sha256": name})}),
        ChildContext("ann", FolderStore(folder)),
    )
    errors = await asyncio.gather(
        failure(compute.call(run_node, *sent, seconds=30)),
        failure(compute.call(dask_work.die, seconds=30)),
        failure(compute.call(dask_work.allocate, 3, seconds=30)),
        failure(compute.call(dask_work.note_and_sleep, str(folder / "late"), 60.0, seconds=0.5)),
    )
    codes = [error.code for error in errors]
    assert codes == ["picture_unreadable", "child_died", "out_of_memory", "timed_out"]
    assert all(part.running for part in cluster.workers)
    assert (await asyncio.to_thread(probe_cluster, cluster.address)).workers == 2


async def test_cancelling_kills_the_child_on_the_cluster(
    compute: DaskCompute, folder: Path
) -> None:
    note = folder / "cancelled"
    call = asyncio.ensure_future(
        compute.call(dask_work.note_and_sleep, str(note), 60.0, seconds=120)
    )
    pid = await pid_in(note)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await wait_until_gone(pid)


async def test_work_of_a_killed_worker_is_done_by_another(
    cluster: DaskCluster, compute: DaskCompute, folder: Path
) -> None:
    note = folder / "killed"
    call = asyncio.ensure_future(compute.call(dask_work.note_and_sleep, str(note), 2.0, seconds=30))
    first = await pid_in(note)
    killed = parent(parent(first))
    os.kill(killed, signal.SIGKILL)
    assert await call != first
    await wait_until_gone(first)
    cluster.start_worker()
    async with asyncio.timeout(10):
        while compute.threads != 2:  # noqa: ASYNC110 - slots follow the cluster
            await asyncio.sleep(0.1)


async def test_a_scheduler_that_restarts_is_waited_for(
    cluster: DaskCluster, compute: DaskCompute, folder: Path
) -> None:
    call = asyncio.ensure_future(
        compute.call(dask_work.note_and_sleep, str(folder / "restart"), 1.5, seconds=30)
    )
    await pid_in(folder / "restart")
    assert cluster.scheduler is not None
    cluster.scheduler.stop()
    await asyncio.to_thread(cluster.start_scheduler)
    while len(cluster.workers) < 5:  # those of before went with it
        await asyncio.to_thread(cluster.start_worker)
    assert isinstance(await call, int)


async def test_an_unreachable_cluster_is_reported() -> None:
    address = f"tcp://127.0.0.1:{find_free_port()}"
    compute = DaskCompute(address, outage_seconds=1)
    try:

        async def take() -> None:
            async with compute.slots:
                pass

        errors = await asyncio.gather(
            failure(take()), failure(compute.call(dask_work.process_ids, seconds=5))
        )
    finally:
        await compute.close()
    assert [error.code for error in errors] == ["compute_unavailable"] * 2
    assert all(error.retryable and address in error.message for error in errors)
    with pytest.raises(AppError) as caught:
        await asyncio.to_thread(probe_cluster, address)
    assert caught.value.code == "compute_unavailable"
