"""What is done to the parts, and what was going on at that moment."""

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

import psycopg

from chaos.stack.chaos_stack import EXECUTORS, ChaosStack
from flows.engine.leases import LEASE_SECONDS

Kind = Literal["executor", "tree", "pause", "postgres", "prefect", "away", "api"]

BEYOND_LEASE_SECONDS: Final = LEASE_SECONDS + 4
READY_SECONDS: Final = 60.0
"""How long a fault waits at most until enough executors are there to be killed."""


@dataclass(frozen=True)
class Fault:
    """Something that happened at a Unix time; `affected_runs` are those that it could touch."""

    kind: Kind
    at: float
    affected_runs: frozenset[UUID]


@dataclass
class Faults:
    """Does one fault at a time, repairs what it broke, and writes it down."""

    stack: ChaosStack
    away_seconds: float
    """How long Prefect's server is away when it is stopped."""
    done: list[Fault] = field(default_factory=list[Fault])
    _descendants_of_killed: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    _next_index: int = 0

    def inject(self, kind: Kind) -> None:
        """Do a fault of this kind; returns when the part is started again."""
        faults: dict[Kind, Callable[[], None]] = {
            "executor": lambda: self._kill_executor("executor"),
            "tree": lambda: self._kill_executor("tree"),
            "pause": self._pause,
            "postgres": self._stop_postgres,
            "prefect": self._kill_prefect,
            "away": self._stop_prefect,
            "api": self._kill_api,
        }
        faults[kind]()

    def count_orphans(self) -> int:
        """Count the children of killed executors that are still there."""
        return sum(
            start_time == _start_time(pid)
            for pid, start_time in self._descendants_of_killed
            if start_time
        )

    def _kill_executor(self, kind: Literal["executor", "tree"]) -> None:
        number = self._next_executor()
        victim = self.stack.executors[number]
        descendants = _descendants(victim.pid)
        self._descendants_of_killed += [(pid, _start_time(pid)) for pid in descendants]
        os.kill(victim.pid, signal.SIGKILL)
        at = time.time()
        if kind == "tree":
            for pid in descendants:
                _kill(pid)
        self.done.append(Fault(kind, at, self._runs_of(victim.pid)))
        time.sleep(1)  # as a supervisor would
        victim.process.wait()
        self.stack.executors[number] = self.stack.start_executor(number)

    def _pause(self) -> None:
        """Stop an executor for longer than its leases, then let it go on as if nothing was."""
        victim = self.stack.executors[self._next_executor()]
        os.kill(victim.pid, signal.SIGSTOP)
        self.done.append(Fault("pause", time.time(), self._runs_of(victim.pid)))
        time.sleep(BEYOND_LEASE_SECONDS)
        os.kill(victim.pid, signal.SIGCONT)

    def _stop_postgres(self) -> None:
        affected_runs = self._runs_of(None)
        pid = int((self.stack.postgres.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)  # what PostgreSQL calls an immediate shutdown
        self.done.append(Fault("postgres", time.time(), affected_runs))
        while self.stack.postgres.running:
            time.sleep(0.02)
        time.sleep(random.uniform(0, 3))
        self.stack.postgres.restart()

    def _kill_prefect(self) -> None:
        os.kill(self.stack.prefect.pid, signal.SIGKILL)
        self.done.append(Fault("prefect", time.time(), frozenset()))
        time.sleep(2)
        self.stack.prefect.stop()
        self.stack.prefect = self.stack.start_prefect()

    def _stop_prefect(self) -> None:
        """Stop Prefect's server for a while, as for an upgrade, while runs go on."""
        self.stack.prefect.stop()
        self.done.append(Fault("away", time.time(), frozenset()))
        time.sleep(self.away_seconds)
        self.stack.prefect = self.stack.start_prefect()

    def _kill_api(self) -> None:
        os.kill(self.stack.api.pid, signal.SIGKILL)
        self.done.append(Fault("api", time.time(), frozenset()))
        time.sleep(0.5)
        self.stack.api.stop()
        self.stack.api = self.stack.start_api()
        self.stack.wait_for_api()  # or a slow machine would show how fast it starts, and no more

    def _next_executor(self) -> int:
        """Choose an executor in turn; it and another one must have come up since their last end.

        Otherwise a slow machine would show how fast executors start, and nothing else.
        """
        deadline = time.monotonic() + READY_SECONDS
        while len(ready := self._ready_executors()) < 2 and time.monotonic() < deadline:
            time.sleep(0.2)
        self._next_index += 1
        candidates = ready or list(range(EXECUTORS))
        return min(candidates, key=lambda number: (number - self._next_index) % EXECUTORS)

    def _ready_executors(self) -> list[int]:
        executors = enumerate(self.stack.executors)
        return [number for number, part in executors if "worker ready" in part.output()]

    def _runs_of(self, pid: int | None) -> frozenset[UUID]:
        """Give the runs that an executor, or any of them, has claimed."""
        pattern = f"%:{pid}:%" if pid else "%"
        query = "select id from workflow_runs where status = 'RUNNING' and executor_id like %s"
        with psycopg.connect(self.stack.database_url) as connection:
            return frozenset(id for (id,) in connection.execute(query, [pattern]))


def _descendants(pid: int) -> list[int]:
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    descendants = {pid}
    while (
        more := {child for child, parent in parents.items() if parent in descendants} - descendants
    ):
        descendants |= more
    return sorted(descendants - {pid})


def _start_time(pid: int) -> str:
    """Give when a process was born; nothing when it is dead."""
    try:
        state, *remainder = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state == "Z" else remainder[18]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
