"""One round of chaos: load, faults, rest, verdict."""

import random
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from chaos.client import Client
from chaos.faults import BEYOND_LEASE_SECONDS, Faults, Kind
from chaos.open_runs import wait_for_ends
from chaos.parts import Parts
from chaos.provider import answering
from chaos.shown import Shown, compare
from chaos.verdict import Records, Verdict, judge
from chaos.work_folder import work_folder

REST_SECONDS: Final = 60.0
"""After the last fault and the last acknowledgement every run must have ended by then."""


@dataclass(frozen=True)
class Size:
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
        many: dict[Kind, int] = {
            "executor": self.kills - self.kills // 2,
            "tree": self.kills // 2,
            "pause": self.pauses,
            "postgres": self.postgres,
            "prefect": self.prefect,
            "away": self.away,
            "api": self.api,
        }
        kinds: list[Kind] = [kind for kind, count in many.items() for _ in range(count)]
        random.shuffle(kinds)
        return kinds

    @property
    def seconds(self) -> float:
        """About how long all faults take."""
        pauses = self.pauses * BEYOND_LEASE_SECONDS
        others = self.kills + self.postgres * 3 + self.prefect * 2 + self.api + pauses
        return len(self.faults()) * self.gap_seconds + others + self.away * self.away_seconds


@dataclass(frozen=True)
class Outcome:
    """What a round showed."""

    verdict: Verdict
    shown: Shown
    client: Client
    faults: Faults
    provider_calls: int
    stale_writes_refused: int
    left_behind: int
    seconds: float


def run(size: Size, *, keep: bool = False) -> Outcome:
    """Do it all, in a folder that is removed afterwards unless it is to be kept."""
    began = time.monotonic()
    with work_folder("chaos", keep=keep) as folder, answering(size.answer_seconds) as provider:
        parts = Parts(folder / "home", provider.url)
        try:
            parts.start()
            client, faults = Client(parts.api_url), Faults(parts, size.away_seconds)
            pace = size.seconds / size.runs
            sent = client.start_all(client.store(graph()), size.runs, pace)
            time.sleep(size.gap_seconds)
            for kind in size.faults():
                faults.do(kind)
                time.sleep(size.gap_seconds)
            _rest(parts, sent)
            records = Records(parts.database_url)
            left_behind = faults.left_behind()
            refused = parts.stale_writes_refused()
            with parts.prefect_client() as prefect:
                shown = compare(records.nodes, records.statuses, prefect)
        finally:
            parts.stop()
    verdict = judge(records, client.acknowledged, provider.calls, faults.done)
    spent = time.monotonic() - began
    return Outcome(verdict, shown, client, faults, len(provider.calls), refused, left_behind, spent)


def graph() -> dict[str, Any]:
    """Five nodes, two of them side by side: a text, and language models that wait for answers."""
    nodes = [_node("brief", "text", text="A cup.")]
    nodes += [_node(name, "llm") for name in ("name", "slogan", "post", "page")]
    edges = [("brief", "name"), ("brief", "slogan"), ("name", "post"), ("slogan", "page")]
    return {"name": "Chaos", "nodes": nodes, "edges": [_edge(*each) for each in edges]}


def _node(id: str, type: str, **data: Any) -> dict[str, Any]:
    return {"id": id, "type": type, "position": {"x": 0, "y": 0}, "data": data}


def _edge(source: str, target: str) -> dict[str, Any]:
    return {
        "id": f"{source}-{target}",
        "source": source,
        "sourceHandle": "output",
        "target": target,
        "targetHandle": "userMessage",
    }


def _rest(parts: Parts, sent: Future[None]) -> None:
    """Wait until nothing is open any more, or the time that was promised is over."""
    sent.result(150)
    with psycopg.connect(parts.database_url, autocommit=True) as connection:
        wait_for_ends(connection, REST_SECONDS)
