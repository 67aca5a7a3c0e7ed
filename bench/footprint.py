"""`make bench-scale`: what one run and one node leave behind and cost, for the arithmetic in docs/scale.md.

Starts PostgreSQL (with fsync), Prefect's server, the API and two workers, does runs of one node and
runs of a hundred, and reads the difference: rows and bytes in both databases, write-ahead log,
transactions, statements, notifications, connections. Then asks PostgreSQL alone how many
notifications it takes.
"""

import argparse
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import psycopg
from psycopg import sql

from bench.product import count_statements
from bench.workloads import Target, Workload, graph
from chaos.stack.chaos_stack import ChaosStack
from chaos.stack.provider import serve_provider
from chaos.stack.work_folder import work_folder
from local.machine.home import prepare_home

CHANNELS: Final = ("nodeloom_runs", "nodeloom_events", "nodeloom_tokens", "nodeloom_cancel")
SIZES: Final = {"one node": (1, 40), "100 nodes": (100, 10)}
"""Width of the graph, and runs of it."""
IDLE_SECONDS: Final = 20.0
_TABLES: Final = """
    select relname, pg_total_relation_size(c.oid)
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where relkind = 'r' and nspname = 'public'
"""
_COUNT_UNFINISHED: Final = "select count(*) from workflow_runs where finished_at is null"
_CONNECTIONS: Final = """
    select datname || ' ' || coalesce(nullif(application_name, ''), 'Prefect''s server'), count(*)
    from pg_stat_activity where datname in ('nodeloom', 'prefect') and pid <> pg_backend_pid()
    group by 1 order by 1
"""
Figures = dict[str, float]


@dataclass
class Meter:
    """Reads figures that only grow."""

    parts: ChaosStack

    def read(self) -> Figures:
        """Give rows and bytes by table, and the counters of the server."""
        figures: Figures = {}
        for database in ("nodeloom", "prefect"):
            with psycopg.connect(self.parts.postgres.url(database), autocommit=True) as connection:
                for table, size in connection.execute(_TABLES).fetchall():
                    row = connection.execute(
                        sql.SQL("select count(*) from {}").format(sql.Identifier(table))
                    ).fetchone()
                    figures[f"{database}.{table} rows"] = _number(row)
                    figures[f"{database}.{table} bytes"] = size
                figures[f"{database} commits"] = _number(
                    connection.execute(
                        "select xact_commit from pg_stat_database where datname = current_database()"
                    ).fetchone()
                )
        with psycopg.connect(self.parts.database_url, autocommit=True) as connection:
            figures["write-ahead log bytes"] = _number(
                connection.execute("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')").fetchone()
            )
            figures["nodeloom statements"] = _number(
                connection.execute(
                    "select sum(calls) from pg_stat_statements where dbid ="
                    " (select oid from pg_database where datname = current_database())"
                ).fetchone()
            )
        return figures

    def connections(self) -> Mapping[str, int]:
        """Give the connections there are, by database and application."""
        with psycopg.connect(self.parts.database_url, autocommit=True) as connection:
            return dict(connection.execute(_CONNECTIONS).fetchall())


class Listener(threading.Thread):
    """Counts notifications while it lives."""

    def __init__(self, database_url: str) -> None:
        """Listen to all channels of ours."""
        super().__init__(daemon=True)
        self.received: Counter[str] = Counter()
        self._connection = psycopg.connect(database_url, autocommit=True)
        for channel in CHANNELS:
            self._connection.execute(f"listen {channel}")
        self.stopping = threading.Event()

    def run(self) -> None:
        """Count until `over` is set."""
        while not self.stopping.is_set():
            for each in self._connection.notifies(timeout=0.5):
                self.received[each.channel] += 1
        self._connection.close()


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with work_folder("scale") as folder, serve_provider((0.0, 0.0)) as provider:
        home = prepare_home(folder / "home")
        count_statements(home)
        parts = ChaosStack(home, provider.url, count=2)
        try:
            parts.start()
            time.sleep(10)  # what the start itself writes
            measure(parts)
        finally:
            parts.stop()


def measure(parts: ChaosStack) -> None:
    """Measure everything on parts that are up."""
    meter = Meter(parts)
    before = meter.read()
    _warm(parts)
    _wait_until_mirrored(parts, sum(width for width, _ in SIZES.values()), before, meter)
    before = meter.read()
    print(f"connections, idle: {_describe(meter.connections())}")
    time.sleep(IDLE_SECONDS)
    idle = _difference(before, meter.read())
    print(
        f"idle, a second, with an API and two workers: {_per_run(idle, IDLE_SECONDS)}", flush=True
    )
    for name, (width, runs) in SIZES.items():
        listener = Listener(parts.database_url)
        listener.start()
        before, began = meter.read(), time.monotonic()
        peak = _run(parts, meter, _workload(width), runs)
        seconds = time.monotonic() - began
        _wait_until_mirrored(parts, runs * width, before, meter)
        spent = time.monotonic() - began
        figures = _difference(before, meter.read())
        listener.stopping.set()
        listener.join()
        print(f"\n{runs} runs of {name}: {seconds:.1f} s, shown by Prefect after {spent:.1f} s")
        print(f"connections, most: {_describe(peak)}")
        print(f"notifications a run: { {k: v / runs for k, v in listener.received.items()} }")
        for metric, amount in sorted(figures.items()):
            # Asking around goes on beside the runs; rows and bytes come from the runs alone.
            requests = metric.endswith(("commits", "statements"))
            baseline = idle[metric] / IDLE_SECONDS * spent if requests else 0
            if (amount - baseline) / runs >= 0.05:
                print(f"  {metric:<48}{(amount - baseline) / runs:>12,.1f} a run")
        print(flush=True)
    notify(parts.database_url)


def notify(database_url: str) -> None:
    """Print how many notifications PostgreSQL takes, by itself, with few and many listeners."""
    for listeners in (1, 10, 50):
        ears = [psycopg.connect(database_url, autocommit=True) for _ in range(listeners)]
        for listener in ears:
            listener.execute("listen scale_test")
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("set synchronous_commit = off")
            began, sent = time.perf_counter(), 0
            while time.perf_counter() - began < 3:
                connection.execute("select pg_notify('scale_test', gen_random_uuid()::text)")
                sent += 1
            spent = time.perf_counter() - began
        for listener in ears:
            listener.close()
        print(f"{listeners} listeners: {sent / spent:,.0f} notifications a second, one sender")


def _workload(width: int) -> Workload:
    target = Target("Prefect", 1)  # nobody asks for it
    return Workload(f"width {width}", f"width {width}", "nodes", target, target, width=width)


def _warm(parts: ChaosStack) -> None:
    for width, _ in SIZES.values():
        _run(parts, None, _workload(width), 1)


def _run(
    parts: ChaosStack, meter: Meter | None, workload: Workload, runs: int
) -> Mapping[str, int]:
    peak: Counter[str] = Counter()
    with httpx.Client(base_url=parts.api_url, timeout=30) as client:
        stored = client.post("/api/workflows", json=graph(workload)).raise_for_status().json()["id"]
        for _ in range(runs):
            address = f"/api/workflows/{stored}/runs"
            client.post(address, json={"reuse": "never"}).raise_for_status()
    with psycopg.connect(parts.database_url, autocommit=True) as connection:
        while connection.execute(_COUNT_UNFINISHED).fetchone() != (0,):
            if meter is not None:
                peak |= Counter(meter.connections())
            time.sleep(0.3)
    return peak


def _wait_until_mirrored(parts: ChaosStack, nodes: int, before: Figures, meter: Meter) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        with psycopg.connect(parts.postgres.url("prefect"), autocommit=True) as connection:
            row = connection.execute("select count(*) from task_run").fetchone()
        if _number(row) - before["prefect.task_run rows"] >= nodes:
            break
        time.sleep(1)
    time.sleep(8)  # events and their resources come after


def _difference(before: Figures, after: Figures) -> Figures:
    return {metric: after[metric] - before.get(metric, 0) for metric in after}


def _per_run(figures: Figures, seconds: float) -> str:
    quantity = (
        "nodeloom commits",
        "prefect commits",
        "nodeloom statements",
        "write-ahead log bytes",
    )
    return _describe({metric: round(figures[metric] / seconds, 1) for metric in quantity})


def _describe(figures: Mapping[str, Any]) -> str:
    return ", ".join(f"{metric} {amount}" for metric, amount in figures.items())


def _number(row: tuple[Any, ...] | None) -> float:
    assert row is not None
    return float(row[0] or 0)


if __name__ == "__main__":
    main()
