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

from chaos.client import Client
from chaos.open_runs import wait_for_ends
from chaos.pair import REDIS, Pair
from chaos.provider import answering
from chaos.run import graph
from chaos.shown import Shown, compare
from chaos.verdict import Records
from chaos.work_folder import work_folder

BOTH: Final = (0, 1)
ROUND_SECONDS: Final = 120.0
"""Runs of a round must have ended by then."""


@dataclass(frozen=True)
class Round:
    """What one round showed, by server."""

    name: str
    runs: int
    completed: int
    shown: dict[int, Shown]

    @property
    def good(self) -> bool:
        """Whether all runs completed and each server shows them and all their nodes."""
        return self.completed == self.runs and all(one.agrees for one in self.shown.values())


class Trial:
    """Starts runs in rounds and compares what each server shows with our rows."""

    def __init__(self, parts: Pair, runs: int) -> None:
        """`parts` are up; each round is of so many runs."""
        self.parts = parts
        self._runs = runs
        self._client = Client(parts.api_url)
        self._workflow = self._client.store(graph())

    def round(self, name: str, servers: Sequence[int], during: Callable[[], None] | None) -> Round:
        """Start runs, do something in the middle of them, and compare with `servers`."""
        started = self._client.start_all(self._workflow, self._runs, 0.1)
        if during is not None:
            time.sleep(self._runs * 0.05)
            during()
        started.result(ROUND_SECONDS)
        self._rest()
        records = Records(self.parts.database_url)
        with ThreadPoolExecutor() as threads:
            looks = {each: threads.submit(self._compare, each, records) for each in servers}
        done = sum(status == "COMPLETED" for status in records.statuses.values())
        shown = {number: look.result() for number, look in looks.items()}
        result = Round(name, len(self._client.acknowledged), done, shown)
        print(_line(result), flush=True)
        return result

    def _compare(self, server: int, records: Records) -> Shown:
        with self.parts.prefect_client(self.parts.server_url(server)) as prefect:
            return compare(records.nodes, records.statuses, prefect)

    def _rest(self) -> None:
        """Wait for the ends of all runs; those that take too long are missed by the comparison."""
        with psycopg.connect(self.parts.database_url, autocommit=True) as connection:
            wait_for_ends(connection, ROUND_SECONDS)


def rounds(trial: Trial) -> list[Round]:
    """Do all rounds; a round that went wrong does not keep the others from being done."""
    parts = trial.parts
    done = [trial.round("both up", BOTH, None)]
    done.append(trial.round("second killed", [0], lambda: parts.kill_server(1)))
    parts.restart_server(1)
    done.append(trial.round("second back", BOTH, None))
    if parts.services[1]:
        done.append(trial.round("first killed", [1], lambda: parts.kill_server(0)))
    else:  # nobody records: the nodes wait in Redis for the first to be back
        done.append(trial.round("first killed, and back", BOTH, lambda: _away(parts)))
    if parts.services[1]:
        parts.restart_server(0)
        done.append(trial.round("first back", BOTH, None))
    done.append(trial.round("Redis killed, and back", BOTH, parts.restart_redis))
    return done


def main() -> int:
    """Run with the sizes of the command line; exit code 1 where a server does not show everything."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=40, help="in each round, of five nodes")
    options.add_argument("--one-records", action="store_true", help="the second has no services")
    options.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    given = options.parse_args()
    if REDIS is None:
        print(
            "There is no redis-server and no valkey-server here: install one (Debian: redis-server)."
        )
        return 2
    with (
        work_folder("servers", keep=given.keep) as folder,
        answering((0.1, 0.5)) as provider,
    ):
        parts = Pair(folder / "home", provider.url, services=(True, not given.one_records))
        try:
            parts.start()
            print("Two servers, two workers, one database, one Redis.", flush=True)
            results = rounds(Trial(parts, given.runs))
        finally:
            parts.stop()
            if given.keep:
                print(folder)
    return 0 if all(each.good for each in results) else 1


def _away(parts: Pair) -> None:
    parts.kill_server(0)
    time.sleep(10)
    parts.restart_server(0)


def _line(each: Round) -> str:
    said = ", ".join(
        f"server {number + 1} shows {one.runs} runs with {one.task_runs} nodes after"
        f" {one.seconds:.0f} s ({one.later} recorded later; runs missing {one.missing}, in another state"
        f" {one.wrong}, open {one.open}, nodes missing {one.missing_nodes})"
        for number, one in each.shown.items()
    )
    mark = "ok" if each.good else "BROKEN"
    return f"{each.name:<24}{each.completed} of {each.runs} runs completed; {said}   {mark}"


if __name__ == "__main__":
    sys.exit(main())
