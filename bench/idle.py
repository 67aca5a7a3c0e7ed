"""What everything costs while nothing is to be done: processor and memory.

Of a product of its own that has run something of each kind and then rested: what benches leave behind in
PostgreSQL's buffers, and what others share with its processes, would be measured, too.
"""

import asyncio
import time
from pathlib import Path
from typing import Final

import psycopg

from bench.compare import verdict
from bench.product import Product, count_statements, run_product
from bench.slow_model import slow_model
from bench.workloads import WORKLOADS

ROUNDS: Final = 2
REST_SECONDS: Final = 240.0
"""Until connections that are idle have ended, and records of the runs are written."""
IDLE_SECONDS: Final = 60.0
MAX_CPU_PERCENT: Final = 6.0
"""Of one processor, all processes together."""
MAX_MEMORY_MB: Final = 550.0
STATEMENTS: Final = 12
"""Those that are made most often are named."""


async def measure_idle(folder: Path, photo: bytes) -> None:
    """Print the processor time and the statements of an idle minute, and the memory of all processes."""
    home = folder / "idle"
    count_statements(home)
    async with slow_model() as model, run_product(home, model, photo) as product:
        for _ in range(ROUNDS):
            for workload in WORKLOADS:
                await product.run(workload)
        await asyncio.sleep(REST_SECONDS)
        await _measure(product)


async def _measure(product: Product) -> None:
    print(f"\nAn idle minute ({IDLE_SECONDS:.0f} s)")
    with psycopg.connect(product.database_url, autocommit=True) as connection:
        connection.execute("select pg_stat_statements_reset()")
    before, began = product.processes.cpu(), time.monotonic()
    await asyncio.sleep(IDLE_SECONDS)
    seconds, after = time.monotonic() - began, product.processes.cpu()
    memory = product.processes.pss()
    used = {part: (after[part] - before.get(part, 0)) / seconds * 100 for part in after}
    _print_parts(used, "% of a processor")
    total = sum(used.values())
    print(f"{'':4}together {total:.1f} % {verdict(total / MAX_CPU_PERCENT, 1.0)}")
    _print_parts(memory, "MB (PSS)")
    total = sum(memory.values())
    print(f"{'':4}together {total:.0f} MB {verdict(total / MAX_MEMORY_MB, 1.0)}")
    _print_database(product)


def _print_database(product: Product) -> None:
    with psycopg.connect(product.database_url, autocommit=True) as connection:
        found = connection.execute("""
            select sum(calls), sum(total_exec_time + total_plan_time) from pg_stat_statements""")
        calls, milliseconds = found.fetchone() or (0, 0)
        print(f"{'':4}{calls} statements a minute, {milliseconds:.0f} ms within PostgreSQL")
        most = connection.execute(
            """
            select calls, regexp_replace(left(query, 200), '\\s+', ' ', 'g')
            from pg_stat_statements order by calls desc limit %s""",
            [STATEMENTS],
        )
        for number, text in most:
            print(f"{'':8}{number:4} {text[:100]}")
        sessions = connection.execute("""
            select coalesce(nullif(application_name, ''), datname, backend_type), count(*)
            from pg_stat_activity where pid <> pg_backend_pid() group by 1 order by 1""")
        print(f"{'':4}sessions: {', '.join(f'{name} {count}' for name, count in sessions)}")


def _print_parts(values: dict[str, float], unit: str) -> None:
    parts = [f"{part} {value:.1f}" for part, value in sorted(values.items()) if value >= 0.1]
    print(f"{'':4}{unit}: {', '.join(parts)}")
