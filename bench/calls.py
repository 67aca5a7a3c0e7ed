"""`make bench-calls`: what a call of a function costs beside the run that it makes.

Three ways to a result, in turn and without rests: a run that is started and followed by its events, a run that is
started and waited for (`Prefer: wait`), and a call of the published function. What remains of each beside the time
from the moment at which the run was stored to its end is printed, too.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count
from typing import Any, Final

from bench.compare import verdict
from bench.product import Product, run_product
from chaos.stack.work_folder import work_folder

AIM_MS: Final = 5.0
WARM_UP: Final = 20
NAME: Final = "echo"
_PARTS: Final = ("API", "PostgreSQL", "worker")
_WAIT: Final = {"Prefer": "wait=30"}
Door = Callable[[dict[str, str]], Awaitable[str]]
"""Takes inputs, waits until their result is known, gives the id of the run."""


def document() -> dict[str, Any]:
    """Give the smallest function: a text in, the text out."""
    node = {"id": "text", "type": "text", "position": {"x": 0, "y": 0}, "data": {"text": ""}}
    return {
        "name": "Echo",
        "nodes": [node],
        "edges": [],
        "inputs": [{"name": "text", "nodeId": "text", "param": "text", "required": True}],
        "outputs": [{"name": "text", "nodeId": "text"}],
    }


class Doors:
    """The ways to a result of one workflow."""

    def __init__(self, product: Product, workflow_id: int) -> None:
        self._product = product
        self._runs_url = f"/api/workflows/{workflow_id}/runs"

    def named(self) -> dict[str, Door]:
        """Give them by what they are called in the table."""
        return {
            "run, followed by its events": self._follow,
            "run, waited for": self._wait,
            "call of the function": self._call,
        }

    async def _follow(self, inputs: dict[str, str]) -> str:
        answer = await self._product.client.post(self._runs_url, json={"inputs": inputs})
        run_id = answer.raise_for_status().json()["id"]
        await self._product.wait_for_end(run_id)
        return run_id

    async def _wait(self, inputs: dict[str, str]) -> str:
        answer = await self._product.client.post(
            self._runs_url, json={"inputs": inputs}, headers=_WAIT
        )
        return answer.raise_for_status().json()["id"]

    async def _call(self, inputs: dict[str, str]) -> str:
        answer = await self._product.client.post(
            f"/api/functions/{NAME}", json=inputs, headers=_WAIT
        )
        result = answer.raise_for_status().json()
        assert result["outputs"]["text"]["text"] == inputs["text"]
        return result["runId"]


async def measure(product: Product, calls: int) -> bool:
    """Print the table; False where a call costs more than it may."""
    client = product.client
    stored = (await client.post("/api/workflows", json=document())).raise_for_status().json()
    publish = await client.post(f"/api/workflows/{stored['id']}/publish", json={"name": NAME})
    publish.raise_for_status()
    doors = Doors(product, stored["id"]).named()
    spent: dict[str, list[float]] = {name: [] for name in doors}
    beside: dict[str, list[float]] = {name: [] for name in doors}
    used = {name: Counter[str]() for name in doors}
    numbers = count()
    for turn in range(WARM_UP + calls):
        for name, door in doors.items():
            before, started_at = product.processes.cpu(), time.perf_counter()
            run_id = await door({"text": f"Text {next(numbers)}"})
            seconds, after = time.perf_counter() - started_at, product.processes.cpu()
            if turn >= WARM_UP:
                used[name].update({part: after[part] - before[part] for part in _PARTS})
                run = (await client.get(f"/api/runs/{run_id}")).json()
                spent[name].append(seconds * 1000)
                beside[name].append(seconds * 1000 - _run_ms(run))
    print(
        f"\n{calls} of each, in turn, milliseconds{'':13}p50     p95   beside the run, p50     p95"
    )
    for name in doors:
        values = [_quantile(each, q) for each in (spent[name], beside[name]) for q in (50, 95)]
        print(f"    {name:36}{values[0]:8.1f}{values[1]:8.1f}{values[2]:22.1f}{values[3]:8.1f}")
    print(f"    {'processor, ms for each':36}" + "".join(f"{part:>12}" for part in _PARTS))
    for name in doors:
        cells = "".join(f"{used[name][part] * 1000 / calls:12.1f}" for part in _PARTS)
        print(f"    {name:36}{cells}")
    run, _, call = (_quantile(each, 50) for each in spent.values())
    cost = call - run
    print(
        f"A call costs {cost:.1f} ms more than a run; by {AIM_MS:g} ms {verdict(cost / AIM_MS, 1.0)}"
    )
    return cost <= AIM_MS


def _run_ms(run: dict[str, Any]) -> float:
    stored, ended = (datetime.fromisoformat(run[name]) for name in ("createdAt", "finishedAt"))
    return (ended - stored).total_seconds() * 1000


def _quantile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


async def _main(calls: int) -> bool:
    with work_folder("bench") as folder:
        async with run_product(folder / "home", "http://127.0.0.1:9", b"") as product:
            return await measure(product, calls)


def main() -> int:
    """Measure with the size of the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=300)
    return 0 if asyncio.run(_main(options.parse_args().calls)) else 1


if __name__ == "__main__":
    sys.exit(main())
