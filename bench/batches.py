"""`make bench-batches`: a batch of many rows of the smallest workflow, beside the same runs started singly.

Prints rows and runs a second, the memory of the worker and the API before, in the middle and after, and how long the
last page of rows takes.
"""

import argparse
import asyncio
import sys
import time
from typing import Any, Final

import httpx

from bench.calls import document
from bench.compare import verdict
from bench.product import Product, run_product
from bench.throughput import CONCURRENCY, burst
from chaos.stack.work_folder import work_folder

MAX_GROWTH: Final = 1.25
"""Of the worker's memory from a tenth of the rows to their end."""
POLL_SECONDS: Final = 1.0


async def measure(product: Product, rows: int, runs: int) -> bool:
    """Print the figures; False where memory grows with the rows, or a row is missing."""
    stored = await product.client.post("/api/workflows", json=document())
    workflow_id = stored.raise_for_status().json()["id"]
    singly = await _run_singly(product, workflow_id, runs)
    print(f"\n{runs} runs started singly, {CONCURRENCY} at a time: {singly:.1f} runs/s")
    await product.processes.settle()
    body = {"name": "Many", "rows": [{"text": f"Row {number}"} for number in range(1, rows + 1)]}
    started_at = time.perf_counter()
    made = await product.client.post(f"/api/workflows/{workflow_id}/batches", json=body)
    batch = made.raise_for_status().json()
    print(f"{rows} rows as a batch, which took {time.perf_counter() - started_at:.2f} s to store")
    early = 0.0
    while (found := await _read(product.client, batch["id"]))["status"] == "RUNNING":
        if not early and found["counts"]["completed"] >= rows / 10:
            early = _memory(product)
            print(f"    a tenth done: {early:.0f} MB in worker and API")
        await asyncio.sleep(POLL_SECONDS)
    seconds = time.perf_counter() - started_at
    late = _memory(product)
    rate = rows / seconds
    print(
        f"    {found['status']}, {found['counts']['completed']} rows: {rate:.1f} rows/s, {late:.0f} MB"
    )
    started_at = time.perf_counter()
    last = await product.client.get(f"/api/batches/{batch['id']}/rows?cursor={rows - 50}&limit=50")
    read = len(last.raise_for_status().json()["items"])
    print(
        f"    the last {read} rows are read in {(time.perf_counter() - started_at) * 1000:.0f} ms"
    )
    growth = late / (early or late)
    print(f"    by single runs {verdict(rate / singly, 1.0, at_least=True)}")
    print(f"    memory at the end by memory at a tenth {verdict(growth, MAX_GROWTH)}")
    return found["status"] == "COMPLETED" and read == 50 and growth <= MAX_GROWTH


async def _run_singly(product: Product, workflow_id: int, runs: int) -> float:
    numbers = iter(range(runs + CONCURRENCY))

    async def run() -> None:
        body = {"inputs": {"text": f"Run {next(numbers)}"}}
        answer = await product.client.post(f"/api/workflows/{workflow_id}/runs", json=body)
        await product.wait_for_end(answer.raise_for_status().json()["id"])

    await burst(run, CONCURRENCY)  # makes what is made once
    return (await burst(run, runs)).rate


async def _read(client: httpx.AsyncClient, batch_id: str) -> dict[str, Any]:
    return (await client.get(f"/api/batches/{batch_id}")).raise_for_status().json()


def _memory(product: Product) -> float:
    return product.processes.rss("worker") + product.processes.rss("API")


async def _main(rows: int, runs: int) -> bool:
    with work_folder("bench") as folder:
        async with run_product(folder / "home", "http://127.0.0.1:9", b"") as product:
            return await measure(product, rows, runs)


def main() -> int:
    """Measure with the sizes of the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--runs", type=int, default=500)
    arguments = options.parse_args()
    return 0 if asyncio.run(_main(arguments.rows, arguments.runs)) else 1


if __name__ == "__main__":
    sys.exit(main())
