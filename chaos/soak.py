"""`make soak`: runs for minutes with short retention; row counts and sizes must become flat.

Nothing is kept for days here, as nobody has days: we keep few runs, Prefect's server its events
for a minute. Prefect refuses to delete flow runs that ended less than an hour ago, so their end
is moved two hours back in its database once they are a minute old; its own vacuum, with our
settings, does the rest.
"""

import argparse
import os
import statistics
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import psycopg

from chaos.run import graph
from chaos.stack.chaos_stack import ChaosStack
from chaos.stack.client import LoadClient
from chaos.stack.provider import serve_provider
from chaos.stack.work_folder import work_folder

KEEP_RUNS: Final = 100
SAMPLE_SECONDS: Final = 10.0
MAX_GROWTH: Final = 1.15
"""The last quarter may have so much more than the one before it, at most."""
FEW_ROWS: Final = 500
"""Rows; a table with fewer is flat whatever it does."""
_NODELOOM_SETTINGS: Final = {
    "NODELOOM_KEEP_RUNS": str(KEEP_RUNS),
    "NODELOOM_RETENTION_SECONDS": "10",
}
_PREFECT_SETTINGS: Final = {
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "PT1M",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": "10",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "4000",
}
_BACKDATE_FLOW_RUNS: Final = """
    update flow_run set end_time = end_time - interval '2 hours'
    where end_time between now() - interval '30 minutes' and now() - interval '1 minute'
"""
_TABLES: Final = """
    select relname from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname
"""
_MEMORY_SERIES: Final = "memory"
"""Of executors, API and Prefect's server together, in MB."""


@dataclass
class Sampler:
    """Samples of every table's rows, both databases' sizes and the memory of our processes."""

    stack: ChaosStack
    samples: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def sample(self) -> None:
        """Count everything once."""
        for database, unit in (("nodeloom", ""), ("prefect", "prefect ")):
            with psycopg.connect(self.stack.postgres.url(database)) as connection:
                if database == "prefect":
                    connection.execute(_BACKDATE_FLOW_RUNS)
                for (table,) in connection.execute(_TABLES).fetchall():
                    row = connection.execute(f'select count(*) from "{table}"').fetchone()  # pyright: ignore[reportArgumentType, reportCallIssue] - names are the database's own
                    self._add(f"{unit}{table}", row[0] if row else 0)
                size = connection.execute("select pg_database_size(current_database())").fetchone()
                self._add(f"{database}: MB on disk", (size[0] if size else 0) / 1e6)
        stack = [*self.stack.executors, self.stack.api, self.stack.prefect]
        self._add(_MEMORY_SERIES, sum(_resident_mb(part.pid) for part in stack))

    def growing(self) -> list[str]:
        """Give what has not become flat."""
        return [name for name, samples in self.samples.items() if not is_flat(samples)]

    def _add(self, name: str, value: float) -> None:
        self.samples.setdefault(name, []).append(value)


def quarters(samples: Sequence[float]) -> list[float]:
    """Give the mean of each quarter of the time."""
    run_count = len(samples)
    bounds = [round(run_count * quarter / 4) for quarter in range(5)]
    return [
        statistics.mean(samples[first:last]) if last > first else 0.0
        for first, last in pairwise(bounds)
    ]


def is_flat(samples: Sequence[float]) -> bool:
    """Whether the last quarter has no more than the one before it, give or take a little."""
    *_, before, last = quarters(samples)
    return last <= max(before * MAX_GROWTH, FEW_ROWS if max(samples) < FEW_ROWS else 0)


def soak(minutes: float, runs_a_second: float) -> tuple[Sampler, int]:
    """Make runs for so long and take samples; give them and how many runs there were."""
    os.environ.update(_PREFECT_SETTINGS)
    with work_folder("soak") as folder, serve_provider((0.05, 0.2)) as provider:
        stack = ChaosStack(folder / "home", provider.url, settings=_NODELOOM_SETTINGS)
        try:
            stack.start()
            client, sampler = LoadClient(stack.api_url), Sampler(stack)
            run_count = round(minutes * 60 * runs_a_second)
            client.start_all(client.create_workflow(graph()), run_count, 1 / runs_a_second)
            deadline = time.monotonic() + minutes * 60
            while time.monotonic() < deadline:
                threading.Event().wait(SAMPLE_SECONDS)
                sampler.sample()
        finally:
            stack.stop()
    return sampler, len(client.acknowledged)


def report(samples: Mapping[str, Sequence[float]]) -> None:
    """Print the mean of each quarter; tables that were never used are left out."""
    print(f"\n{'':<40}{'1st':>10}{'2nd':>10}{'3rd':>10}{'last quarter':>14}")
    for name, each in samples.items():
        if max(each) > 0:
            first, second, third, last = quarters(each)
            mark = "" if is_flat(each) else "   GROWS"
            print(f"{name:<40}{first:>10,.0f}{second:>10,.0f}{third:>10,.0f}{last:>14,.0f}{mark}")


def main() -> int:
    """Run with the sizes of the command line; 1 if anything grows."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=5.0)
    options.add_argument("--rate", type=float, default=2.0, help="runs a second")
    arguments = options.parse_args()
    print(f"Soaking for {arguments.minutes:g} minutes …", flush=True)
    sampler, runs = soak(arguments.minutes, arguments.rate)
    report(sampler.samples)
    growing = sampler.growing()
    print(
        f"\n{runs} runs of 5 nodes; {'nothing grows' if not growing else 'these grow: ' + ', '.join(growing)}."
    )
    return 1 if growing else 0


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
