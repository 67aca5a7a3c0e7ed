"""`make bench`: everybody side by side in one run, with ratios and what was to be reached."""

import argparse
import asyncio
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from bench.compare import compare, compare_in_a_row, print_header, print_spread
from bench.dask.jobs import compare_with_dask
from bench.idle import measure_idle
from bench.product import Product, count_statements, run_product
from bench.queue import measure_queue
from bench.slow_model import slow_model
from bench.throughput import compare_images, compare_throughput, measure_records
from bench.workloads import WORKLOADS, Contender, make_photo
from chaos.stack.work_folder import work_folder
from local.prefect.auth import get_auth_string

SCENARIOS: Final = ("pictures", "throughput", "records", "queue")
ALONE: Final = ("idle", "dask")
"""Scenarios without rivals."""


async def main(options: argparse.Namespace) -> None:
    """Start everybody, measure, print."""
    photo = make_photo()
    with work_folder("bench") as folder:
        if not options.only or "idle" in options.only:  # first: what follows sets where Prefect is
            await measure_idle(folder, photo)
        if not options.only or {*options.only} - {*ALONE}:
            await compare_side_by_side(options, folder, photo)
        if not options.only or "dask" in options.only:
            await compare_with_dask(photo, options.rounds)


async def compare_side_by_side(options: argparse.Namespace, folder: Path, photo: bytes) -> None:
    """Start the product and its rivals, measure, stop them."""
    home, file = folder / "home", folder / "photo.jpg"
    file.write_bytes(photo)
    count_statements(home)
    async with slow_model() as model, run_product(home, model, photo) as product:
        os.environ["PREFECT_API_URL"] = f"{product.prefect.rstrip('/')}/api"
        os.environ["PREFECT_API_AUTH_STRING"] = get_auth_string(home) or ""
        os.environ["PREFECT_HOME"] = str(folder / "prefect")
        os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"
        async with start_baselines(product, file) as others:
            await measure(options, product, others, file)


@asynccontextmanager
async def start_baselines(product: Product, photo: Path) -> AsyncGenerator[dict[str, Contender]]:
    """Start the others, once, before anything is measured."""
    # Imported only now: Prefect reads its settings when it is imported.
    from prefect.context import AsyncClientContext  # noqa: PLC0415

    from bench.contenders import baselines, with_dbos, with_langgraph  # noqa: PLC0415

    logging.getLogger("dbos").setLevel(logging.WARNING)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(AsyncClientContext.get_or_create())
        dbos = await stack.enter_async_context(with_dbos.start_dbos(product.database_url, photo))
        plain = await stack.enter_async_context(
            baselines.start_plain_postgres(product.database_url, photo)
        )
        langgraph = await stack.enter_async_context(
            with_langgraph.start_langgraph(product.database_url, photo)
        )
        each = (
            baselines.Asyncio(photo),
            plain,
            baselines.Pillow(photo),
            baselines.HandwrittenFlow(photo),
            langgraph,
            dbos,
        )
        yield {contender.name: contender for contender in each}


async def measure(
    options: argparse.Namespace, product: Product, others: dict[str, Contender], photo: Path
) -> None:
    """Measure what was asked for."""
    wanted: list[str] = options.only or [*(each.name for each in WORKLOADS), *SCENARIOS]
    print_header()
    for workload in WORKLOADS:
        if workload.name in wanted:
            image = workload.kind == "picture"
            chosen = [each for name, each in others.items() if image or name != "Pillow"]
            await compare(workload, chosen, product, options.rounds)
            await compare_in_a_row(workload, chosen, product)
            if workload.name == "trivial":
                await print_spread(workload, product)
    if "pictures" in wanted:
        await compare_images(WORKLOADS[-1], product, photo)
    if "throughput" in wanted:
        chosen = [others[name] for name in ("psycopg", "Prefect", "LangGraph", "DBOS")]
        await compare_throughput(chosen, product, options.runs)
    if "records" in wanted:
        await measure_records(product, options.runs)
    if "queue" in wanted:
        await measure_queue(product, options.queued)


def parse() -> argparse.Namespace:
    """Read the options."""
    options = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    options.add_argument("--rounds", type=int, default=5, help="counted rounds, after two more")
    options.add_argument("--runs", type=int, default=200, help="runs of 5 nodes")
    options.add_argument("--queued", type=int, default=1000, help="runs in the queue")
    options.add_argument(
        "--only",
        nargs="+",
        choices=[*(each.name for each in WORKLOADS), *SCENARIOS, *ALONE],
        help="measure only these",
    )
    return options.parse_args()


if __name__ == "__main__":
    asyncio.run(main(parse()))
