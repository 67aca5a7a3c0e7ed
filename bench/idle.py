"""What everything costs while nothing is to be done: processor and memory."""

import asyncio
import time
from typing import Final

from bench.compare import verdict
from bench.product import Product

IDLE_SECONDS: Final = 60.0
MAX_CPU_PERCENT: Final = 6.0
"""Of one processor, all processes together."""
MAX_MEMORY_MB: Final = 550.0


async def measure_idle(product: Product) -> None:
    """Print the processor time that an idle minute takes, and the memory of all processes."""
    await product.processes.settle()
    print(f"\nAn idle minute ({IDLE_SECONDS:.0f} s)")
    before, began = product.processes.cpu(), time.monotonic()
    await asyncio.sleep(IDLE_SECONDS)
    seconds, after = time.monotonic() - began, product.processes.cpu()
    used = {part: (after[part] - before.get(part, 0)) / seconds * 100 for part in after}
    _print_parts(used, "% of a processor")
    total = sum(used.values())
    print(f"{'':4}together {total:.1f} % {verdict(total / MAX_CPU_PERCENT, 1.0)}")
    memory = product.processes.pss()
    _print_parts(memory, "MB (PSS)")
    total = sum(memory.values())
    print(f"{'':4}together {total:.0f} MB {verdict(total / MAX_MEMORY_MB, 1.0)}", flush=True)


def _print_parts(values: dict[str, float], unit: str) -> None:
    parts = [f"{part} {value:.1f}" for part, value in sorted(values.items()) if value >= 0.1]
    print(f"{'':4}{unit}: {', '.join(parts)}")
