"""One round of chaos: load, faults, rest, check."""

import random
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from chaos.faults import BEYOND_LEASE_SECONDS, Faults, Kind
from chaos.history import CheckResult, History, check_history
from chaos.mirror_check import MirrorReport, compare_with_prefect
from chaos.stack.chaos_stack import ChaosStack
from chaos.stack.client import LoadClient
from chaos.stack.open_runs import wait_for_ends
from chaos.stack.provider import serve_provider
from chaos.stack.work_folder import work_folder

REST_SECONDS: Final = 60.0
"""After the last fault and the last acknowledgement every run must have ended by then."""


@dataclass(frozen=True)
class Scenario:
    """How much of everything."""

    runs: int = 200
    kills: int = 20
    pauses: int = 3
    postgres: int = 5
    prefect: int = 3
    away: int = 1
    api: int = 3
    gap_seconds: float = 4.0
    """Between the end of one fault and the next."""
    away_seconds: float = 60.0
    """How long Prefect's server is away when it is stopped."""
    answer_seconds: tuple[float, float] = (0.5, 3.0)

    def faults(self) -> list[Kind]:
        """Give the faults in a random order; every second kill is of the whole process tree."""
        run_count: dict[Kind, int] = {
            "executor": self.kills - self.kills // 2,
            "tree": self.kills // 2,
            "pause": self.pauses,
            "postgres": self.postgres,
            "prefect": self.prefect,
            "away": self.away,
            "api": self.api,
        }
        kinds: list[Kind] = [kind for kind, count in run_count.items() for _ in range(count)]
        random.shuffle(kinds)
        return kinds

    @property
    def seconds(self) -> float:
        """About how long all faults take."""
        pauses = self.pauses * BEYOND_LEASE_SECONDS
        others = self.kills + self.postgres * 3 + self.prefect * 2 + self.api + pauses
        return len(self.faults()) * self.gap_seconds + others + self.away * self.away_seconds


@dataclass(frozen=True)
class ChaosResult:
    """What a round showed."""

    checked: CheckResult
    mirror_report: MirrorReport
    client: LoadClient
    faults: Faults
    provider_calls: int
    stale_writes_refused: int
    orphans: int
    seconds: float


def run(scenario: Scenario, *, keep: bool = False) -> ChaosResult:
    """Do it all, in a folder that is removed afterwards unless it is to be kept."""
    started_at = time.monotonic()
    with (
        work_folder("chaos", keep=keep) as folder,
        serve_provider(scenario.answer_seconds) as provider,
    ):
        stack = ChaosStack(folder / "home", provider.url)
        try:
            stack.start()
            client, faults = LoadClient(stack.api_url), Faults(stack, scenario.away_seconds)
            pace = scenario.seconds / scenario.runs
            sent = client.start_all(client.create_workflow(graph()), scenario.runs, pace)
            time.sleep(scenario.gap_seconds)
            for kind in scenario.faults():
                stack.supervise_prefect()
                faults.inject(kind)
                time.sleep(scenario.gap_seconds)
            _wait_for_ends(stack, sent)
            history = History(stack.database_url)
            orphans = faults.count_orphans()
            refused = stack.stale_writes_refused()
            stack.supervise_prefect()
            with stack.prefect_client() as prefect:
                mirror_report = compare_with_prefect(history.nodes, history.statuses, prefect)
        finally:
            stack.stop()
    checked = check_history(history, client.acknowledged, provider.calls, faults.done)
    spent = time.monotonic() - started_at
    return ChaosResult(
        checked, mirror_report, client, faults, len(provider.calls), refused, orphans, spent
    )


def graph() -> dict[str, Any]:
    """Five nodes, two of them side by side: a text, and language models that wait for answers."""
    nodes = [node("brief", "text", text="A cup.")]
    nodes += [node(name, "llm") for name in ("name", "slogan", "post", "page")]
    edges = [("brief", "name"), ("brief", "slogan"), ("name", "post"), ("slogan", "page")]
    return {"name": "Chaos", "nodes": nodes, "edges": [edge(*each) for each in edges]}


def node(id: str, type: str, **data: Any) -> dict[str, Any]:
    """Give a node of a graph."""
    return {"id": id, "type": type, "position": {"x": 0, "y": 0}, "data": data}


def edge(source: str, target: str) -> dict[str, Any]:
    """Give an edge from an output to the user message of a language model."""
    return {
        "id": f"{source}-{target}",
        "source": source,
        "sourceHandle": "output",
        "target": target,
        "targetHandle": "userMessage",
    }


def _wait_for_ends(stack: ChaosStack, sent: Future[None]) -> None:
    """Wait until nothing is open any more, or the time that was promised is over."""
    sent.result(150)
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        wait_for_ends(connection, REST_SECONDS)
