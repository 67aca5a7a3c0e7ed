"""`make records`: thousands of runs in a row, then hundreds while Prefect is away, and what it shows of them.

Each run begins when the one before has ended, without rests. Ends with 1 if Prefect lacks anything, or
the memory of a process grows.
"""

import argparse
import sys
import threading
import time
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
import psycopg

from bench.processes import Processes
from bench.workloads import FIVE_NODES, graph
from chaos.soak import quarters
from chaos.stack.chaos_stack import ChaosStack
from chaos.stack.work_folder import work_folder
from local.machine.health import is_healthy

NODES: Final = FIVE_NODES.depth
LINES: Final = 2 * NODES
"""Log lines of a run's nodes: each says when it begins and when it is done."""
ARTIFACTS: Final = 2
"""Of each run: where it is, and the table of its nodes."""
SAMPLE_SECONDS: Final = 2.0
MAX_GROWTH: Final = 1.1
"""So much more than in the third quarter of the time a part may need in the last one, at most."""
MIN_SAMPLES: Final = 12
"""Fewer of them say nothing of how memory grows."""
CATCH_UP_SECONDS: Final = 600.0
POLL_SECONDS: Final = 0.5
_LOGGED: Final = """
    select count(*) from (
      select 1 from log l join flow_run f on f.id = l.flow_run_id
      where f.tags @> jsonb_build_array(%s::text) and l.task_run_id is not null
      group by f.id having count(*) >= %s) runs
"""


@dataclass(frozen=True)
class Shown:
    """What Prefect shows of the runs of a workflow."""

    flow_runs: int
    task_runs: int
    logged: int
    """Runs with all log lines of their nodes."""
    artifacts: int

    def has_all_of(self, runs: int) -> bool:
        """Whether nothing is missing."""
        return (self.flow_runs, self.task_runs, self.logged) == (runs, NODES * runs, runs) and (
            self.artifacts >= ARTIFACTS * runs
        )


@dataclass
class Records:
    """A stack whose runs are executed outside of Prefect, and recorded there."""

    stack: ChaosStack

    def measure(self, run_count: int, *, away: bool = False) -> bool:
        """Make runs in a row, print what they cost and what Prefect shows; False: it lacks something."""
        print(f"\n{run_count:,} runs of {NODES} nodes in a row{' without Prefect' if away else ''}")
        workflow = self._store_workflow()
        if away:
            self.stack.prefect.stop()
        before, began = self._processor_seconds(), time.monotonic()
        with self._sample_memory() as memory:
            self._run_all(workflow, run_count)
            ran = time.monotonic() - began
            if away:
                self._restart_prefect()
            ended = time.monotonic()
            shown = self._wait_for_records(workflow, run_count)
            caught_up = time.monotonic() - ended
        growing = [] if away else [name for name, each in memory.items() if _grows(name, each)]
        self._print_usage(before, run_count, memory, growing)
        rate = f"{run_count / ran:.1f} runs a second; Prefect had caught up {caught_up:.1f} s after"
        print(f"{'':4}{rate} {'it was back' if away else 'the last one'}")
        complete = shown.has_all_of(run_count)
        what = f"{shown.flow_runs:,} flow runs, {shown.task_runs:,} task runs, the logs of"
        print(f"{'':4}{what} {shown.logged:,} runs, {shown.artifacts:,} artifacts")
        print(f"{'':4}{'complete' if complete else 'INCOMPLETE'}", flush=True)
        return complete and not growing

    def _store_workflow(self) -> int:
        answer = httpx.post(f"{self.stack.api_url}/api/workflows", json=graph(FIVE_NODES))
        return answer.raise_for_status().json()["id"]

    def _run_all(self, workflow: int, run_count: int) -> None:
        path = f"/api/workflows/{workflow}/runs"
        with (
            httpx.Client(base_url=self.stack.api_url, timeout=30) as client,
            psycopg.connect(self.stack.database_url, autocommit=True) as connection,
        ):
            connection.execute("listen nodeloom_events")
            for _ in range(run_count):
                answer = client.post(path, json={"reuse": "never"}).raise_for_status()
                _wait_for_end(connection, answer.json()["id"])

    def _restart_prefect(self) -> None:
        self.stack.prefect = self.stack.start_prefect()
        address = f"{self.stack.prefect_url}/health"
        self.stack.wait_for(self.stack.prefect, lambda: is_healthy(address))

    def _wait_for_records(self, workflow: int, run_count: int) -> Shown:
        deadline = time.monotonic() + CATCH_UP_SECONDS
        while True:
            shown = self._shown(workflow)
            if shown.has_all_of(run_count) or time.monotonic() > deadline:
                return shown
            time.sleep(POLL_SECONDS)

    def _shown(self, workflow: int) -> Shown:
        tag = f"workflow:{workflow}"
        of_workflow = {"flow_runs": {"tags": {"all_": [tag]}}}
        completed = {"state": {"type": {"any_": ["COMPLETED"]}}}
        with self.stack.prefect_client() as client:

            def count(kind: str, body: Mapping[str, Any]) -> int:
                return client.post(f"/{kind}/count", json=body).raise_for_status().json()

            flow_runs = {"flow_runs": of_workflow["flow_runs"] | completed}
            with psycopg.connect(self.stack.postgres.url("prefect")) as connection:
                row = connection.execute(_LOGGED, [tag, LINES]).fetchone()
            return Shown(
                flow_runs=count("flow_runs", flow_runs),
                task_runs=count("task_runs", of_workflow | {"task_runs": completed}),
                logged=row[0] if row else 0,
                artifacts=count("artifacts", of_workflow),
            )

    def _parts(self) -> dict[str, int]:
        """Give the process of each part."""
        pid = (self.stack.postgres.folder / "data" / "postmaster.pid").read_text().split()[0]
        return {
            "worker": self.stack.executors[0].pid,
            "recorder": self.stack.recorders[0].pid,
            "API": self.stack.api.pid,
            "Prefect's server": self.stack.prefect.pid,
            "PostgreSQL": int(pid),
        }

    def _processor_seconds(self) -> dict[str, float]:
        return {name: sum(Processes(pid).cpu().values()) for name, pid in self._parts().items()}

    @contextmanager
    def _sample_memory(self) -> Generator[dict[str, list[float]]]:
        """Take samples of each part's memory in MB, shared memory counted once, until the block ends."""
        samples: dict[str, list[float]] = {name: [] for name in self._parts()}
        with _repeat(lambda: self._add_samples(samples)):
            yield samples

    def _add_samples(self, samples: Mapping[str, list[float]]) -> None:
        for name, pid in self._parts().items():
            found = sum(Processes(pid).pss().values())
            if found:  # Prefect's server may be away
                samples[name].append(found)

    def _print_usage(
        self,
        before: Mapping[str, float],
        run_count: int,
        memory: Mapping[str, list[float]],
        growing: Collection[str],
    ) -> None:
        after = self._processor_seconds()
        print(f"{'':4}{'':18}{'ms of processor a run':>22}{'MB, mean of each quarter':>34}")
        for name, seconds in after.items():
            used = max(0.0, seconds - before[name]) * 1000 / run_count  # it may be another process
            means = "".join(f"{each:8.0f}" for each in quarters(memory[name] or [0.0]))
            mark = "   GROWS" if name in growing else ""
            print(f"{'':4}{name:18}{used:22.1f}  {means}{mark}")


@contextmanager
def _repeat(action: Callable[[], None]) -> Generator[None]:
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(SAMPLE_SECONDS):
            action()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _wait_for_end(connection: psycopg.Connection, run_id: str) -> None:
    query = "select finished_at is not null from workflow_runs where id = %s"
    while connection.execute(query, [run_id]).fetchone() != (True,):
        for _ in connection.notifies(timeout=1, stop_after=1):
            pass


def _grows(name: str, samples: list[float]) -> bool:
    """Whether the last quarter of the time needed more memory than the one before.

    That of PostgreSQL grows until all of its shared buffers were used once.
    """
    *_, third, last = quarters(samples)
    judged = len(samples) >= MIN_SAMPLES and name != "PostgreSQL"
    return judged and last > third * MAX_GROWTH


def run(run_count: int, missed: int) -> bool:
    """Make so many runs while Prefect is there, and so many while it is away; False: something is wrong."""
    with work_folder("records") as folder:
        stack = ChaosStack(folder / "home", "http://127.0.0.1:9", count=1, modes=("record",))
        try:
            stack.start()
            records = Records(stack)
            good = not run_count or records.measure(run_count)
            return (not missed or records.measure(missed, away=True)) and good
        finally:
            stack.stop()


def main() -> int:
    """Run with the sizes of the command line; 1 if Prefect lacks something, or memory grows."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=2_000, help="while Prefect is there")
    options.add_argument("--missed", type=int, default=500, help="while it is away")
    arguments = options.parse_args()
    return 0 if run(arguments.runs, arguments.missed) else 1


if __name__ == "__main__":
    sys.exit(main())
