"""What became of it all, judged from the rows, the events and the provider's ledger."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from chaos.faults import Fault
from chaos.stack.provider import Call
from schemas.wire.run import OPEN_STATUSES

_RUNS = "select id, idempotency_key, status from workflow_runs"
_NODES = "select id, run_id, node_id, output ->> 'text', status from node_executions"
_EVENTS = """
    select run_id, seq, kind, body ->> 'status', body ->> 'nodeId', (body ->> 'epoch')::int,
      extract(epoch from at)::float
    from run_events order by run_id, seq
"""


@dataclass(frozen=True)
class Event:
    """A state change; `at` is a Unix time."""

    seq: int
    kind: str
    status: str
    node_id: str | None
    epoch: int | None
    at: float


@dataclass(frozen=True)
class Recovery:
    """Seconds from a kill until a run waited again, was claimed again, ran its next node."""

    waiting: float
    claimed: float
    running: float


@dataclass
class CheckResult:
    """The figures; those in `broken` are promises that were not kept."""

    runs: int = 0
    statuses: Counter[str] = field(default_factory=Counter[str])
    lost: int = 0
    duplicates: int = 0
    unfinished: int = 0
    double_successes: int = 0
    gaps: int = 0
    double_ends: int = 0
    stale_results: int = 0
    repeats: int = 0
    repeats_beyond: int = 0
    in_flight: int = 0
    recoveries: list[Recovery] = field(default_factory=list[Recovery])

    @property
    def p50(self) -> float:
        """Seconds from a kill until a run's next node runs, for half of the runs."""
        return self.median("running")

    def median(self, phase: str) -> float:
        """Give the median of one phase of the recoveries."""
        seconds: list[float] = [getattr(each, phase) for each in self.recoveries]
        return statistics.median(seconds) if seconds else 0.0

    @property
    def p99(self) -> float:
        """The same for nearly all of them."""
        ordered = sorted(each.running for each in self.recoveries)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] if ordered else 0.0


class History:
    """Everything that the database knows, read once at the end."""

    def __init__(self, database_url: str) -> None:
        """Read it."""
        self.events: dict[UUID, list[Event]] = defaultdict(list)
        with psycopg.connect(database_url) as connection:
            self.runs: list[Any] = connection.execute(_RUNS).fetchall()
            self.nodes: list[Any] = connection.execute(_NODES).fetchall()
            self.statuses: dict[UUID, str] = {id: status for id, _, status in self.runs}
            for run_id, *remainder in connection.execute(_EVENTS):
                self.events[run_id].append(Event(*remainder))


def check_history(
    history: History, acknowledged: dict[str, UUID], calls: Sequence[Call], faults: Sequence[Fault]
) -> CheckResult:
    """Count."""
    result = CheckResult(runs=len(acknowledged))
    _check_runs(result, history, acknowledged)
    for events in history.events.values():
        _check_events(result, events)
    _check_calls(result, history, calls, faults)
    result.recoveries = [
        recovery
        for fault in faults
        if fault.kind in {"executor", "tree"}
        for run_id in fault.affected_runs
        if (recovery := _recovery(history.events[run_id], fault.at)) is not None
    ]
    return result


def _check_runs(result: CheckResult, history: History, acknowledged: dict[str, UUID]) -> None:
    known = {key: id for id, key, _ in history.runs}
    result.lost = sum(known.get(key) != id for key, id in acknowledged.items())
    result.duplicates = len(history.runs) - len({key for _, key, _ in history.runs})
    result.statuses = Counter(status for *_, status in history.runs)
    result.unfinished = sum(result.statuses[status] for status in OPEN_STATUSES)


def _check_events(result: CheckResult, events: list[Event]) -> None:
    completed = Counter(
        event.node_id for event in events if event.kind == "node" and event.status == "COMPLETED"
    )
    result.double_successes += sum(count - 1 for count in completed.values())
    result.gaps += sum(event.seq != position for position, event in enumerate(events, start=1))
    ends = [e for e in events if e.kind == "run" and e.status not in OPEN_STATUSES]
    result.double_ends += len(ends) > 1


def _check_calls(
    result: CheckResult, history: History, calls: Sequence[Call], faults: Sequence[Fault]
) -> None:
    """Compare the ledger with what the faults allow: one repeat per node in flight and fault."""
    by_key: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_key[call.key].append(call)
    by_number = {call.number: call for call in calls}
    for id, run_id, node_id, text, _ in history.nodes:
        events = history.events[run_id]
        made = by_key.pop(f"nodeloom-{id}", [])
        if not made:
            continue
        completed_at = next(
            (e.at for e in events if e.node_id == node_id and e.status == "COMPLETED"),
            float("inf"),
        )
        hits = sum(
            run_id in fault.affected_runs
            and made[0].started_at < fault.at + 0.1
            and completed_at > fault.at
            for fault in faults
        )
        result.in_flight += hits
        result.repeats += len(made) - 1
        result.repeats_beyond += max(0, len(made) - 1 - hits)
        if text and completed_at < float("inf"):
            answered = by_number[int(text.removeprefix("answer "))]
            result.stale_results += answered.started_at < _claimed_at(events, completed_at)
    result.repeats_beyond += sum(map(len, by_key.values()))  # calls of no known node


def _claimed_at(events: list[Event], before: float) -> float:
    """Give when the claim was made that was valid at a moment."""
    claims = [e.at for e in events if e.kind == "run" and e.status == "RUNNING" and e.at <= before]
    return max(claims, default=0.0)


def _recovery(events: list[Event], killed_at: float) -> Recovery | None:
    """Give how long a run stood still: until the next claim's first node runs, or the run's end."""
    later = [event for event in events if event.at > killed_at]
    requeued = next((e for e in later if e.kind == "run" and e.status == "PENDING"), None)
    if requeued is None:  # it had just ended
        return None
    claimed = next((e for e in later if e.seq > requeued.seq and _is_claim(e)), None)
    if claimed is None:
        return Recovery(requeued.at - killed_at, float("inf"), float("inf"))
    after = (e.at for e in later if e.seq > claimed.seq and e.status != "PENDING")
    timestamps = (requeued.at, claimed.at, next(after, float("inf")))
    return Recovery(*(at - killed_at for at in timestamps))


def _is_claim(event: Event) -> bool:
    return event.kind == "run" and event.status == "RUNNING"
