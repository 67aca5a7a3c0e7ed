"""`make chaos-servers`: two of Prefect's servers, of which first one is killed, then the other, then Redis.

Both stand on one database and one Redis (`redis-server`, or `valkey-server`, must be installed).
After each round every server that is up must show every run and every node as it was.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import psycopg

from chaos.history import History
from chaos.mirror_check import MirrorReport, compare_with_prefect
from chaos.run import graph
from chaos.stack.client import LoadClient
from chaos.stack.open_runs import wait_for_ends
from chaos.stack.provider import serve_provider
from chaos.stack.server_pair import REDIS, ServerPair
from chaos.stack.work_folder import work_folder

BOTH_SERVERS: Final = (0, 1)
ROUND_SECONDS: Final = 120.0
"""Runs of a round must have ended by then."""


@dataclass(frozen=True)
class RoundResult:
    """What one round showed, by server."""

    name: str
    runs: int
    completed: int
    mirror_report: dict[int, MirrorReport]

    @property
    def passed(self) -> bool:
        """Whether all runs completed and each server shows them and all their nodes."""
        return self.completed == self.runs and all(
            one.agrees for one in self.mirror_report.values()
        )


class ServerTrial:
    """Starts runs in rounds and compares what each server shows with our rows."""

    def __init__(self, stack: ServerPair, runs: int) -> None:
        """`parts` are up; each round is of so many runs."""
        self.stack = stack
        self._runs = runs
        self._client = LoadClient(stack.api_url)
        self._workflow = self._client.create_workflow(graph())

    def run_round(
        self, name: str, servers: Sequence[int], during: Callable[[], None] | None
    ) -> RoundResult:
        """Start runs, do something in the middle of them, and compare with `servers`."""
        started = self._client.start_all(self._workflow, self._runs, 0.1)
        if during is not None:
            time.sleep(self._runs * 0.05)
            during()
        started.result(ROUND_SECONDS)
        self._wait_for_ends()
        history = History(self.stack.database_url)
        with ThreadPoolExecutor() as threads:
            comparisons = {each: threads.submit(self._compare, each, history) for each in servers}
        done = sum(status == "COMPLETED" for status in history.statuses.values())
        mirror_report = {number: comparison.result() for number, comparison in comparisons.items()}
        result = RoundResult(name, len(self._client.acknowledged), done, mirror_report)
        print(_result_line(result), flush=True)
        return result

    def _compare(self, server: int, history: History) -> MirrorReport:
        with self.stack.prefect_client(self.stack.server_url(server)) as prefect:
            return compare_with_prefect(history.nodes, history.statuses, prefect)

    def _wait_for_ends(self) -> None:
        """Wait for the ends of all runs; those that take too long are missed by the comparison."""
        with psycopg.connect(self.stack.database_url, autocommit=True) as connection:
            wait_for_ends(connection, ROUND_SECONDS)


def run_rounds(trial: ServerTrial) -> list[RoundResult]:
    """Do all rounds; a round that went wrong does not keep the others from being done."""
    stack = trial.stack
    done = [trial.run_round("both up", BOTH_SERVERS, None)]
    done.append(trial.run_round("second killed", [0], lambda: stack.kill_server(1)))
    stack.restart_server(1)
    done.append(trial.run_round("second back", BOTH_SERVERS, None))
    if stack.services[1]:
        done.append(trial.run_round("first killed", [1], lambda: stack.kill_server(0)))
    else:  # nobody history: the nodes wait in Redis for the first to be back
        done.append(
            trial.run_round(
                "first killed, and back", BOTH_SERVERS, lambda: _restart_first_server(stack)
            )
        )
    if stack.services[1]:
        stack.restart_server(0)
        done.append(trial.run_round("first back", BOTH_SERVERS, None))
    done.append(trial.run_round("Redis killed, and back", BOTH_SERVERS, stack.restart_redis))
    return done


def main() -> int:
    """Run with the sizes of the command line; exit code 1 where a server does not show everything."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=40, help="in each round, of five nodes")
    options.add_argument("--one-history", action="store_true", help="the second has no services")
    options.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    arguments = options.parse_args()
    if REDIS is None:
        print(
            "There is no redis-server and no valkey-server here: install one (Debian: redis-server)."
        )
        return 2
    with (
        work_folder("servers", keep=arguments.keep) as folder,
        serve_provider((0.1, 0.5)) as provider,
    ):
        stack = ServerPair(
            folder / "home", provider.url, services=(True, not arguments.one_records)
        )
        try:
            stack.start()
            print("Two servers, two workers, one database, one Redis.", flush=True)
            results = run_rounds(ServerTrial(stack, arguments.runs))
        finally:
            stack.stop()
            if arguments.keep:
                print(folder)
    return 0 if all(each.passed for each in results) else 1


def _restart_first_server(stack: ServerPair) -> None:
    stack.kill_server(0)
    time.sleep(10)
    stack.restart_server(0)


def _result_line(each: RoundResult) -> str:
    description = ", ".join(
        f"server {number + 1} shows {one.runs} runs with {one.task_runs} nodes after"
        f" {one.seconds:.0f} s ({one.recorded_later} recorded later; runs missing {one.missing}, in another state"
        f" {one.mismatched}, open {len(one.open)}, nodes missing {len(one.missing_nodes)})"
        for number, one in each.mirror_report.items()
    )
    mark = "ok" if each.passed else "BROKEN"
    return f"{each.name:<24}{each.completed} of {each.runs} runs completed; {description}   {mark}"


if __name__ == "__main__":
    sys.exit(main())
