"""How soon runs begin when many schedules are due in the same minute.

`python -m bench.schedules --schedules 200 --minutes 3` starts the product, makes schedules that
are all due at each full minute, pauses some and deletes some while they run, and looks at every
run: each tick made one or none, and so long after it was due its run began.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from chaos.stack.work_folder import work_folder

NODELOOM: Final = str(Path(sys.executable).with_name("nodeloom"))
OF_WORKFLOW: Final = 50
SYNC_SECONDS: Final = 120.0
"""So long is waited for deployments; ticks without one are taken by the sweep."""
MINUTES: Final = {"kind": "cron", "cron": "* * * * *"}
GRAPH: Final[dict[str, Any]] = {
    "name": "Each minute",
    "nodes": [
        {"id": "a", "type": "text", "position": {"x": 0, "y": 0}, "data": {"text": "a tick"}}
    ],
    "edges": [],
}


def main() -> int:
    """Measure; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--minutes", type=int, default=3)
    parser.add_argument("--change", type=int, default=10, help="so many are paused, and deleted")
    options = parser.parse_args()
    with work_folder("schedules") as folder, _run_product(folder) as api:
        return _measure(api, options.schedules, options.minutes, options.change)


@contextmanager
def _run_product(folder: Path) -> Generator[httpx.Client]:
    command = [NODELOOM, "up", "--port", "0", "--prefect-port", "0", "--home", str(folder / "home")]
    log = folder / "up.log"
    with (
        log.open("w") as err,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            ready = next((line for line in process.stdout if line.startswith("ready ")), "")
            address = json.loads(ready.removeprefix("ready "))["api"]
            with httpx.Client(base_url=f"{address}/api", timeout=60) as client:
                yield client
        finally:
            process.terminate()
            process.wait(90)


def _measure(api: httpx.Client, run_count: int, minutes: int, change: int) -> int:
    ids = _make(api, run_count)
    _wait_until_synced(api)
    begin = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    end = begin + timedelta(minutes=minutes) - timedelta(seconds=1)
    half = begin + timedelta(minutes=minutes // 2, seconds=2)
    _sleep_until(half)
    for id in ids[:change]:
        api.patch(f"/schedules/{id}", json={"paused": True}).raise_for_status()
    for id in ids[change : 2 * change]:
        api.delete(f"/schedules/{id}").raise_for_status()
    _sleep_until(end + timedelta(seconds=45))
    runs = [run for run in _read_pages(api, "/runs") if begin <= _parse_time(run["dueAt"]) <= end]
    return _print_results(runs, ids[2 * change :], minutes, change)


def _make(api: httpx.Client, run_count: int) -> list[str]:
    ids: list[str] = []
    for first in range(0, run_count, OF_WORKFLOW):
        workflow = api.post("/workflows", json=GRAPH).raise_for_status().json()["id"]
        for number in range(first, min(first + OF_WORKFLOW, run_count)):
            body = {"name": f"Schedule {number}", "timing": MINUTES, "reuse": "never"}
            made = api.post(f"/workflows/{workflow}/schedules", json=body).raise_for_status()
            ids.append(made.json()["id"])
    return ids


def _wait_until_synced(api: httpx.Client) -> None:
    began = time.monotonic()
    missing = 1
    while missing and time.monotonic() - began < SYNC_SECONDS:
        time.sleep(1)
        missing = sum(not each["synced"] for each in _read_pages(api, "/schedules"))
    print(f"{missing} not yet told to Prefect after {time.monotonic() - began:.0f} s")


def _print_results(runs: list[dict[str, Any]], steady: list[str], minutes: int, change: int) -> int:
    ticks = Counter((run["scheduleId"], run["dueAt"]) for run in runs)
    twice = [tick for tick, count in ticks.items() if count > 1]
    of_steady = [tick for tick in ticks if tick[0] in set(steady)]
    missing = minutes * len(steady) - len(of_steady)
    waits = sorted(
        (_parse_time(run["startedAt"]) - _parse_time(run["dueAt"])).total_seconds()
        for run in runs
        if run["startedAt"]
    )
    cuts = statistics.quantiles(waits, n=100)
    print(f"{len(runs)} runs of {len({tick[0] for tick in ticks})} schedules in {minutes} minutes")
    print(f"ticks with two runs: {len(twice)}; ticks of the others without one: {missing}")
    print(f"({change} were paused and {change} deleted on the way)")
    print(
        f"from due to begun: p50 {cuts[49]:.1f} s, p95 {cuts[94]:.1f} s, longest {waits[-1]:.1f} s"
    )
    print(f"runs marked late: {sum(run['late'] for run in runs)}")
    print(f"shown in Prefect: {sum(bool(run['prefectUrl']) for run in runs)}")
    return 0 if not twice and not missing and cuts[94] <= 60 else 1


def _read_pages(api: httpx.Client, path: str) -> list[Any]:
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.get(path, params={"limit": 200, **cursor}).raise_for_status().json()
        found += page["items"]
        if not page["nextCursor"]:
            return found
        cursor = {"cursor": page["nextCursor"]}


def _sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


def _parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


if __name__ == "__main__":
    sys.exit(main())
