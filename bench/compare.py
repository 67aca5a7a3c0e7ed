"""One run after the other: medians of every contender, taken in turn, and what was to be reached."""

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from bench.product import Product
from bench.workloads import WAIT_SECONDS, Contender, Target, Workload

WARM_UPS: Final = 2
ROW_SECONDS: Final = 12.0
"""So long runs of one contender follow each other without a rest."""
MIN_ROW_RUNS: Final = 6
SPREAD_RUNS: Final = 40
"""Runs of ours alone, for the spread."""
CONTENDER_NAMES: Final = (
    "asyncio",
    "psycopg",
    "Pillow",
    "Prefect",
    "LangGraph",
    "DBOS",
    "Nodeloom",
)


def print_header() -> None:
    """Print what the columns are."""
    print(
        "\nMilliseconds until the caller knows the result, medians. First line: runs taken in turn,"
        f"\neach after a rest. Second line: in a row, without rests, for {ROW_SECONDS:.0f} s each."
    )
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
    print(_line(workload.label, medians, workload.target), flush=True)
    cpu_ms = {
        part: statistics.mean(sample.get(part, 0) for sample in cpu_per_run)
        for part in cpu_per_run[0]
    }
    parts = [f"{part} {ms:.0f}" for part, ms in cpu_ms.items() if ms >= 1]
    print(f"{'':4}ours, processor ms until then: {', '.join(parts)}", flush=True)


async def compare_in_a_row(
    workload: Workload, contenders: Sequence[Contender], product: Product
) -> None:
    """Measure a workload without rests, one contender after the other, and print its line."""
    medians: dict[str, float] = {}
    for contender in contenders:
        medians[contender.name] = statistics.median(
            await _run_in_a_row(contender, workload, product)
        )
    await product.processes.settle()
    before = product.processes.cpu()
    times = await _run_in_a_row(product, workload, product)
    used = _difference(before, product.processes.cpu())
    medians[product.name] = statistics.median(times)
    print(_line("    in a row", medians, workload.target_in_a_row), flush=True)
    p95 = statistics.quantiles(times, n=20)[-1]
    parts = [f"{part} {ms / len(times):.0f}" for part, ms in used.items() if ms / len(times) >= 1]
    print(f"{'':4}ours, {len(times)} in a row: p95 {p95:.1f} ms", flush=True)
    print(f"{'':4}ours, processor ms for each of them: {', '.join(parts)}", flush=True)


async def _run_in_a_row(contender: Contender, workload: Workload, product: Product) -> list[float]:
    """Give the milliseconds of runs that follow each other without a rest."""
    await product.processes.settle()
    began, times = time.monotonic(), list[float]()
    while len(times) < MIN_ROW_RUNS or time.monotonic() - began < ROW_SECONDS:
        times.append(await timed(contender, workload))
    return times


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


def _line(label: str, medians: dict[str, float], target: Target) -> str:
    cells = "".join(
        f"{medians[name]:10.1f}" if name in medians else f"{'–':>10}" for name in CONTENDER_NAMES
    )
    baselines = medians | {"200 ms": WAIT_SECONDS * 1000}
    ratio = medians["Nodeloom"] / baselines[target.baseline]
    reached = "reached" if ratio <= target.max_ratio else "NOT reached"
    tail = f"{target.baseline:8}{ratio:8.2f}{target.max_ratio:7.2f}  {reached}"
    return f"{label:28}{cells}{'':3}{tail}"


def _difference(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {part: (after[part] - before.get(part, 0)) * 1000 for part in after}
