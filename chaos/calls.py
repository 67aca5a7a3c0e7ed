"""`make chaos-calls`: programs call a function, while its API and its executors are killed.

Every call has an `Idempotency-Key` and is repeated until it has its result. At the end there is one run for each key,
and every caller has the result of its own question.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx
import psycopg

from chaos.faults import Faults, Kind
from chaos.run import edge, node
from chaos.stack.chaos_stack import ChaosStack
from chaos.stack.client import RETRY_SECONDS
from chaos.stack.provider import serve_provider
from chaos.stack.work_folder import work_folder

NAME: Final = "asked"
CALLERS: Final = 24
WAIT_SECONDS: Final = 20
"""What `Prefer: wait` says."""
GIVE_UP_SECONDS: Final = 180.0
_KILLS: Sequence[Kind] = ("api", "executor", "api", "tree")
_REPEATED_STATUSES: Final = (202, 429, 503)
_RUNS: Final = "select count(*), count(distinct idempotency_key) from workflow_runs"
_STATUSES: Final = "select status, count(*) from workflow_runs group by status"


@dataclass
class Callers:
    """Programs that call one function, each with a question of its own."""

    api: str
    results: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """What came of each call, by its question."""
    repeated: int = 0
    violations: list[str] = field(default_factory=list[str])

    def publish(self) -> None:
        """Store the workflow and publish it."""
        with self._client() as http:
            stored = http.post("/api/workflows", json=document()).raise_for_status().json()
            http.post(
                f"/api/workflows/{stored['id']}/publish", json={"name": NAME}
            ).raise_for_status()

    def call(self, question: str) -> None:
        """Call until the result is there; every tenth asks once more, and must be told the same."""
        key, deadline = str(uuid4()), time.monotonic() + GIVE_UP_SECONDS
        with self._client() as http:
            result = self._call_until_ended(http, question, key, deadline)
            if result is None:
                self.violations.append(f"no result in {GIVE_UP_SECONDS:.0f} s")
                return
            self.results[question] = result
            if random.random() < 0.1:
                again = self._call_until_ended(http, question, key, deadline)
                if again != result:
                    self.violations.append(f"the same call had {result}, then {again}")

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self.api, timeout=WAIT_SECONDS + 15, trust_env=False)

    def _call_until_ended(
        self, http: httpx.Client, question: str, key: str, deadline: float
    ) -> dict[str, Any] | None:
        headers = {"Idempotency-Key": key, "Prefer": f"wait={WAIT_SECONDS}"}
        while time.monotonic() < deadline:
            try:
                answer = http.post(
                    f"/api/functions/{NAME}", json={"question": question}, headers=headers
                )
            except httpx.HTTPError:
                pass  # refused, cut off, too late: nothing is known, so ask again
            else:
                if answer.status_code == 200:
                    return answer.json()
                if answer.status_code not in _REPEATED_STATUSES:
                    self.violations.append(f"status {answer.status_code}: {answer.text[:200]}")
                    return None
            self.repeated += 1
            time.sleep(RETRY_SECONDS)
        return None


@dataclass(frozen=True)
class CallsResult:
    """What a round showed."""

    callers: Callers
    kills: Counter[Kind]
    runs: int
    keys: int
    statuses: dict[str, int]
    seconds: float

    def broken(self, calls: int) -> list[str]:
        """Give what was promised and does not hold."""
        results = self.callers.results
        others = [
            question
            for question, result in results.items()
            if (result["outputs"]["question"] or {}).get("text") != question
        ]
        answers = Counter(
            (each["outputs"]["answer"] or {}).get("text") for each in results.values()
        )
        found = {
            f"{calls - len(results)} callers without a result": len(results) != calls,
            f"{self.runs} runs and {self.keys} keys for {calls} calls": not (
                self.runs == self.keys == calls
            ),
            f"runs that did not complete: {self.statuses}": set(self.statuses) != {"COMPLETED"},
            f"{len(others)} callers have another's result": bool(others),
            f"answers that several callers have: {answers.most_common(3)}": len(answers)
            != len(results),
        }
        return [text for text, wrong in found.items() if wrong] + self.callers.violations[:10]


def document() -> dict[str, Any]:
    """Give a text that is asked for, and a model that answers it."""
    return {
        "name": "Asked",
        "nodes": [node("question", "text", text=""), node("answer", "llm")],
        "edges": [edge("question", "answer")],
        "inputs": [{"name": "question", "nodeId": "question", "param": "text", "required": True}],
        "outputs": [{"name": each, "nodeId": each} for each in ("question", "answer")],
    }


def run(calls: int, kills: Sequence[Kind], gap_seconds: float) -> CallsResult:
    """Make the calls, spread over the kills."""
    with work_folder("calls") as folder, serve_provider((0.2, 1.0)) as provider:
        stack = ChaosStack(folder / "home", provider.url)
        try:
            stack.start()
            callers, faults = Callers(stack.api_url), Faults(stack, away_seconds=0)
            callers.publish()
            started_at = time.monotonic()
            with ThreadPoolExecutor(CALLERS) as threads:
                made = [threads.submit(callers.call, f"Question {n}") for n in range(calls)]
                _inject(faults, kills, gap_seconds, made)
            for each in made:
                each.result()
            seconds = time.monotonic() - started_at
            with psycopg.connect(stack.database_url) as connection:
                runs, keys = connection.execute(_RUNS).fetchone() or (0, 0)
                statuses = dict(connection.execute(_STATUSES).fetchall())
        finally:
            stack.stop()
    did = Counter[Kind](fault.kind for fault in faults.done)
    return CallsResult(callers, did, runs, keys, statuses, seconds)


def _inject(
    faults: Faults, kills: Sequence[Kind], gap_seconds: float, made: Sequence[Future[None]]
) -> None:
    """Kill in turn until all is done that was asked for, or no call is left to be disturbed."""
    for kind in kills:
        if not wait(made, timeout=gap_seconds).not_done:
            return
        faults.inject(kind)


def main() -> int:
    """Run with the sizes of the command line; 1 if a promise is broken."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=1000)
    options.add_argument("--kills", type=int, default=20, help="half of the API, half of executors")
    options.add_argument("--gap", type=float, default=3.0, help="seconds between kills")
    arguments = options.parse_args()
    kills: list[Kind] = [_KILLS[number % len(_KILLS)] for number in range(arguments.kills)]
    print(f"{arguments.calls} calls by {CALLERS} callers, {len(kills)} kills …", flush=True)
    outcome = run(arguments.calls, kills, arguments.gap)
    executors = outcome.kills["executor"] + outcome.kills["tree"]
    print(
        f"Done in {outcome.seconds:.0f} s: {len(outcome.callers.results)} results from {outcome.runs} runs;"
        f" kill -9 of the API {outcome.kills['api']}, of an executor {executors};"
        f" {outcome.callers.repeated} calls repeated."
    )
    broken = outcome.broken(arguments.calls)
    print(
        "\n".join(f"BROKEN: {each}" for each in broken)
        or "One run for each key, to every caller its result."
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
