"""`make bench ARGS="--only dask"`: the 12-megapixel job in our own children and on two Dask workers."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from assets.folder_store import FolderStore
from bench.dask.cluster import dask_cluster
from bench.workloads import CROP, SIZE
from flows.compute.compute import Compute
from flows.compute.dask import DaskCompute
from flows.compute.process_pool import ChildProcessPool
from schemas.values import ImageValue
from tasks.child import run_node
from tasks.media.probe import inspect_upload
from tasks.node_type.definition import ChildContext
from tasks.registry import node_types

WORKERS: Final = 2
CONCURRENCY: Final = 20
SECONDS: Final = 300.0


async def compare_with_dask(photo: bytes, rounds: int) -> None:
    """Print the times side by side, and whether the bytes are the same."""
    print(f"\n12 MP JPEG, crop, resize: {WORKERS} children of ours, {WORKERS} Dask workers")
    with tempfile.TemporaryDirectory(prefix="nodeloom-dask-") as folder:
        assets = Path(folder) / "assets"
        context = ChildContext("bench", FolderStore(assets))
        info = inspect_upload(photo)
        image = context.store_image(photo, info.media_type, (info.width, info.height))
        environment = {"NODELOOM_ASSETS": str(assets)}
        with dask_cluster(Path(folder), environment, WORKERS) as cluster:
            async with _both(cluster.address) as both:
                await _compare(both, image, context, rounds)


@asynccontextmanager
async def _both(address: str) -> AsyncGenerator[dict[str, Compute]]:
    children, dask = ChildProcessPool(WORKERS), DaskCompute(address)
    try:
        yield {"children": children, "Dask": dask}
    finally:
        await dask.close()
        children.stop()


async def _compare(
    both: dict[str, Compute], image: ImageValue, context: ChildContext, rounds: int
) -> None:
    results: set[str] = set()
    times: dict[str, list[float]] = {name: [] for name in both}
    for number in range(rounds + 2):
        for name, compute in both.items():
            start = time.perf_counter()
            results.add(await _job(compute, image, context))
            if number >= 2:
                times[name].append((time.perf_counter() - start) * 1000)
    for name, compute in both.items():
        start = time.perf_counter()
        await asyncio.gather(*(_job(compute, image, context) for _ in range(CONCURRENCY)))
        rate = CONCURRENCY / (time.perf_counter() - start)
        alone = statistics.median(times[name])
        print(
            f"{'':4}{name:10}{alone:8.0f} ms alone, {rate:6.1f} a second with {CONCURRENCY} at once"
        )
    print(f"{'':4}{'the same bytes' if len(results) == 1 else 'DIFFERENT BYTES'}", flush=True)


async def _job(compute: Compute, image: ImageValue, context: ChildContext) -> str:
    cropped = await _node(compute, "crop", CROP, image, context)
    size = {"width": SIZE[0], "height": SIZE[1], "fit": "fill"}
    return (await _node(compute, "resize", size, cropped, context)).sha256


async def _node(
    compute: Compute, name: str, data: dict[str, Any], image: ImageValue, context: ChildContext
) -> ImageValue:
    node_type = node_types()[name]
    params, inputs = (
        node_type.params.model_validate(data),
        node_type.inputs.model_validate({"image": image}),
    )
    async with compute.slots:
        return await compute.call(run_node, name, params, inputs, context, seconds=SECONDS)
