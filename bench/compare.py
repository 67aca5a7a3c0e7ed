"""One run after the other: medians of every contender, taken in turn, and what was to be reached."""

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from bench.product import Product
from bench.workloads import WAIT_SECONDS, Contender, Workload

WARM_UPS: Final = 2
SPREAD_RUNS: Final = 40
"""Runs of ours alone, for the spread."""
CONTENDER_NAMES: Final = ("asyncio", "Pillow", "Prefect", "DBOS", "Nodeloom")


def print_header() -> None:
    """Print what the columns are."""
    print("\nMilliseconds until the caller knows the result: medians of runs taken in turn.")
    names = "".join(f"{name:>10}" for name in CONTENDER_NAMES)
    print(f"{'':28}{names}{'':3}ours by   ratio    aim", flush=True)


async def compare(
    workload: Workload, contenders: Sequence[Contender], product: Product, rounds: int
) -> None:
    """Measure a workload and print its line, and where our processor time went."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    cpu_per_run: list[dict[str, float]] = []
    for number in range(rounds + WARM_UPS):
        for contender in [*contenders, product]:
            await product.processes.settle()
            before = product.processes.cpu()
            milliseconds = await timed(contender, workload)
            if number >= WARM_UPS:
                times[contender.name].append(milliseconds)
                if contender is product:
                    cpu_per_run.append(_difference(before, product.processes.cpu()))
    medians = {name: statistics.median(each) for name, each in times.items()}
    print(_line(workload, medians), flush=True)
    cpu_ms = {
        part: statistics.mean(sample.get(part, 0) for sample in cpu_per_run)
        for part in cpu_per_run[0]
    }
    parts = [f"{part} {ms:.0f}" for part, ms in cpu_ms.items() if ms >= 1]
    print(f"{'':4}ours, processor ms until then: {', '.join(parts)}", flush=True)


async def print_spread(workload: Workload, product: Product) -> None:
    """Print how far apart the quick and the slow runs of ours are."""
    times: list[float] = []
    for _ in range(SPREAD_RUNS):
        await product.processes.settle()
        times.append(await timed(product, workload))
    p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(
        f"{'':4}ours, {SPREAD_RUNS} runs: p50 {p50:.1f}, p95 {p95:.1f} ms {verdict(p95 / p50, 2.0)}"
    )


async def timed(contender: Contender, workload: Workload) -> float:
    """Give the milliseconds of one run."""
    start = time.perf_counter()
    await contender.run(workload)
    return (time.perf_counter() - start) * 1000


def verdict(ratio: float, target: float, *, at_least: bool = False) -> str:
    """Say whether an aim was reached."""
    reached = ratio >= target if at_least else ratio <= target
    bound = "at least" if at_least else "at most"
    return f"(ratio {ratio:.2f}, aim {bound} {target:g}: {'reached' if reached else 'NOT reached'})"


def _line(workload: Workload, medians: dict[str, float]) -> str:
    cells = "".join(
        f"{medians[name]:10.1f}" if name in medians else f"{'–':>10}" for name in CONTENDER_NAMES
    )
    start_baselines = medians | {"200 ms": WAIT_SECONDS * 1000}
    ratio = medians["Nodeloom"] / start_baselines[workload.target.baseline]
    reached = "reached" if ratio <= workload.target.max_ratio else "NOT reached"
    tail = f"{workload.target.baseline:8}{ratio:8.2f}{workload.target.max_ratio:7.2f}  {reached}"
    return f"{workload.label:28}{cells}{'':3}{tail}"


def _difference(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {part: (after[part] - before.get(part, 0)) * 1000 for part in after}
