"""Many runs at once: runs a second, errors, memory, and how many processors are at work."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from bench.compare import verdict
from bench.node_work import plain_script
from bench.product import Product
from bench.workloads import FIVE_NODES, Contender, Workload

CONCURRENCY: Final = 20
IMAGES: Final = 20
MAX_RECORD_SECONDS: Final = 600.0


@dataclass(frozen=True)
class Burst:
    """What came of many runs."""

    seconds: float
    done: int
    errors: tuple[str, ...]

    @property
    def rate(self) -> float:
        """Runs a second."""
        return self.done / self.seconds


async def burst(
    run: Callable[[], Awaitable[None]], run_count: int, concurrency: int = CONCURRENCY
) -> Burst:
    """Do `many` runs, so many at a time."""
    slots = asyncio.Semaphore(concurrency)

    async def one() -> None:
        async with slots:
            await run()

    start = time.perf_counter()
    ended = await asyncio.gather(*(one() for _ in range(run_count)), return_exceptions=True)
    seconds = time.perf_counter() - start
    errors = tuple(str(error) for error in ended if error is not None)
    return Burst(seconds, run_count - len(errors), errors)


async def compare_throughput(
    contenders: Sequence[Contender], product: Product, run_count: int
) -> None:
    """Print the runs a second of each, and our worker's memory."""
    print(f"\n{run_count} runs of 5 nodes, {CONCURRENCY} at a time")
    rates: dict[str, float] = {}
    await burst(lambda: product.run(FIVE_NODES), CONCURRENCY)  # makes what is made once
    for contender in [*contenders, product]:
        await product.processes.settle()
        before = product.processes.rss("worker")
        found = await burst(lambda contender=contender: contender.run(FIVE_NODES), run_count)
        rates[contender.name] = found.rate
        print(f"{'':4}{contender.name:10}{found.rate:8.1f} runs/s, {len(found.errors)} errors")
        for error in found.errors[:1]:
            print(f"{'':8}the first: {error}")
        if contender is product:
            await product.processes.settle()
            after = product.processes.rss("worker")
            print(f"{'':4}our worker's memory: {before:.0f} MB before, {after:.0f} MB after")
    ratio = rates[product.name] / rates["Prefect"]
    print(f"{'':4}ours by Prefect {verdict(ratio, 2.0, at_least=True)}")
    ratio = rates[product.name] / rates["DBOS"]
    print(f"{'':4}ours by DBOS {verdict(ratio, 1.3, at_least=True)}", flush=True)


async def compare_images(workload: Workload, product: Product, photo: Path) -> None:
    """Print how 20 pictures at once use the processors, ours and a script with a thread each."""
    print(f"\n{IMAGES} pictures at once")
    await product.run(workload)
    await product.processes.settle()
    before = product.processes.cpu()
    found = await burst(lambda: product.run(workload), IMAGES, IMAGES)
    after = product.processes.cpu()
    children = (after["children"] - before["children"]) / found.seconds
    everything = (sum(after.values()) - sum(before.values())) / found.seconds
    print(
        f"{'':4}{'Nodeloom':10}{found.rate:8.1f} runs/s, {len(found.errors)} errors;"
        f" {everything:.2f} processors at work, {children:.2f} of them in picture processes"
    )
    await product.processes.settle()
    start = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(plain_script, [photo] * IMAGES))
    rate = IMAGES / (time.perf_counter() - start)
    print(f"{'':4}{'Pillow':10}{rate:8.1f} runs/s in {os.cpu_count()} threads")
    share = everything / (os.cpu_count() or 1)
    print(f"{'':4}share of all processors at work {verdict(share, 0.8, at_least=True)}", flush=True)


async def measure_records(product: Product, run_count: int) -> None:
    """Print the processor seconds of each part for a run of five nodes that Prefect shows."""
    print(f"\n{run_count} runs of 5 nodes, and their records in Prefect")
    await burst(lambda: product.run(FIVE_NODES), 20)  # makes what is made once
    await product.processes.settle()
    before = product.processes.cpu()
    found = await burst(lambda: product.run(FIVE_NODES), run_count)
    ended_at = time.perf_counter()
    while await asyncio.to_thread(_count_unrecorded, product.database_url):
        if time.perf_counter() - ended_at > MAX_RECORD_SECONDS:
            raise RuntimeError("Prefect was not told of all runs")
        await asyncio.sleep(0.1)
    seconds = time.perf_counter() - ended_at
    await product.processes.settle()
    after = product.processes.cpu()
    for part in sorted(after):
        used = (after[part] - before.get(part, 0.0)) * 1000 / run_count
        print(f"{'':4}{part:18}{used:8.1f} ms of processor a run")
    print(
        f"{'':4}{found.rate:.1f} runs/s; all of them in Prefect {seconds:.1f} s after the last one"
    )


def _count_unrecorded(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select count(*) from workflow_runs where prefect_flow_run_id is null"
        ).fetchone()
    assert row is not None
    return row[0]
