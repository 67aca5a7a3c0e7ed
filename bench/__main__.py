"""`make bench`: prints medians side by side, and ratios, from one run."""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.product import Product, running
from bench.slow_model import slow_model
from bench.workloads import WORKLOADS, Workload, photograph
from local.prefect_auth import auth_string

SETTLE_SECONDS = 1.0
"""Before each measurement, for Prefect's server to record what the one before left it with."""

Contender = Callable[[Workload, bytes], Awaitable[None]]


async def main() -> None:
    """Measure everything and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7, help="counted rounds, after two more")
    rounds: int = options.parse_args().rounds
    photo = photograph()
    with tempfile.TemporaryDirectory(prefix="nodeloom-bench-") as folder:
        async with slow_model() as model, running(Path(folder) / "home", model) as product:
            await compare(product, photo, Path(folder), rounds)


async def compare(product: Product, photo: bytes, folder: Path, rounds: int) -> None:
    """Run every workload with every contender in turn, so that noise hits all alike."""
    os.environ["PREFECT_API_URL"] = f"{product.prefect.rstrip('/')}/api"
    os.environ["PREFECT_API_AUTH_STRING"] = auth_string(folder / "home") or ""
    os.environ["PREFECT_HOME"] = str(folder / "prefect")
    os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"
    # Imported only now: Prefect reads its settings when it is imported.
    from prefect.context import AsyncClientContext  # noqa: PLC0415

    from bench import contenders  # noqa: PLC0415

    path = folder / "photo.jpg"
    path.write_bytes(photo)

    async def by_hand(workload: Workload, _photo: bytes) -> None:
        if workload.kind == "picture":
            await contenders.picture_by_hand(str(path))
        else:
            await contenders.by_hand(workload.kind, workload.depth, workload.width)

    print("Milliseconds until the result is known to the caller; medians, one run, same machine.")
    print(f"{'':28}{'asyncio':>10}{'Prefect':>10}{'Nodeloom':>10}{'':4}{'ours / Prefect':>15}")
    print(f"{'':28}{'':>10}{'by hand':>10}{'over HTTP':>10}")
    async with AsyncClientContext.get_or_create():
        for workload in WORKLOADS:
            times = await measure(workload, photo, [contenders.plain, by_hand, product.run], rounds)
            plain, hand, ours = times
            print(
                f"{workload.name:28}{plain:10.1f}{hand:10.1f}{ours:10.1f}{'':4}{ours / hand:15.2f}",
                flush=True,
            )


async def measure(
    workload: Workload, photo: bytes, contenders: list[Contender], rounds: int
) -> list[float]:
    """Give each contender's median time in milliseconds, taken in turn after two warm-ups."""
    times: list[list[float]] = [[] for _ in contenders]
    for number in range(rounds + 2):
        for index, contender in enumerate(contenders):
            await asyncio.sleep(SETTLE_SECONDS)
            start = time.perf_counter()
            await contender(workload, photo)
            if number >= 2:
                times[index].append((time.perf_counter() - start) * 1000)
    return [statistics.median(each) for each in times]


if __name__ == "__main__":
    asyncio.run(main())
