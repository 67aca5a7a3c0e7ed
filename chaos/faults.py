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

from chaos.parts import EXECUTORS, Parts
from flows.process.leases import LEASE_SECONDS

Kind = Literal["executor", "tree", "pause", "postgres", "prefect", "away", "api"]

BEYOND_LEASE_SECONDS: Final = LEASE_SECONDS + 4
READY_SECONDS: Final = 60.0
"""How long a fault waits at most until enough executors are there to be killed."""


@dataclass(frozen=True)
class Fault:
    """Something that happened at a Unix time; `held` are the runs that it could touch."""

    kind: Kind
    at: float
    held: frozenset[UUID]


@dataclass
class Faults:
    """Does one fault at a time, repairs what it broke, and writes it down."""

    parts: Parts
    away_seconds: float
    """How long Prefect's server is away when it is stopped."""
    done: list[Fault] = field(default_factory=list[Fault])
    _families: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    _turn: int = 0

    def do(self, kind: Kind) -> None:
        """Do a fault of this kind; returns when the part is started again."""
        doing: dict[Kind, Callable[[], None]] = {
            "executor": lambda: self._kill_executor("executor"),
            "tree": lambda: self._kill_executor("tree"),
            "pause": self._pause,
            "postgres": self._stop_postgres,
            "prefect": self._kill_prefect,
            "away": self._stop_prefect,
            "api": self._kill_api,
        }
        doing[kind]()

    def left_behind(self) -> int:
        """Count the children of killed executors that are still there."""
        return sum(birth == _birth(pid) for pid, birth in self._families if birth)

    def _kill_executor(self, kind: Literal["executor", "tree"]) -> None:
        number = self._next()
        victim = self.parts.executors[number]
        family = _descendants(victim.pid)
        self._families += [(pid, _birth(pid)) for pid in family]
        os.kill(victim.pid, signal.SIGKILL)
        at = time.time()
        if kind == "tree":
            for pid in family:
                _kill(pid)
        self.done.append(Fault(kind, at, self._held(victim.pid)))
        time.sleep(1)  # as a supervisor would
        victim.process.wait()
        self.parts.executors[number] = self.parts.start_executor(number)

    def _pause(self) -> None:
        """Stop an executor for longer than its leases, then let it go on as if nothing was."""
        victim = self.parts.executors[self._next()]
        os.kill(victim.pid, signal.SIGSTOP)
        self.done.append(Fault("pause", time.time(), self._held(victim.pid)))
        time.sleep(BEYOND_LEASE_SECONDS)
        os.kill(victim.pid, signal.SIGCONT)

    def _stop_postgres(self) -> None:
        held = self._held(None)
        pid = int((self.parts.postgres.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)  # what PostgreSQL calls an immediate shutdown
        self.done.append(Fault("postgres", time.time(), held))
        while self.parts.postgres.running:
            time.sleep(0.02)
        time.sleep(random.uniform(0, 3))
        self.parts.postgres.restart()

    def _kill_prefect(self) -> None:
        os.kill(self.parts.prefect.pid, signal.SIGKILL)
        self.done.append(Fault("prefect", time.time(), frozenset()))
        time.sleep(2)
        self.parts.prefect.stop()
        self.parts.prefect = self.parts.start_prefect()

    def _stop_prefect(self) -> None:
        """Stop Prefect's server for a while, as for an upgrade, while runs go on."""
        self.parts.prefect.stop()
        self.done.append(Fault("away", time.time(), frozenset()))
        time.sleep(self.away_seconds)
        self.parts.prefect = self.parts.start_prefect()

    def _kill_api(self) -> None:
        os.kill(self.parts.api.pid, signal.SIGKILL)
        self.done.append(Fault("api", time.time(), frozenset()))
        time.sleep(0.5)
        self.parts.api.stop()
        self.parts.api = self.parts.start_api()
        self.parts.wait_for_api()  # or a slow machine would show how fast it starts, and no more

    def _next(self) -> int:
        """Choose an executor in turn; it and another one must have come up since their last end.

        Otherwise a slow machine would show how fast executors start, and nothing else.
        """
        deadline = time.monotonic() + READY_SECONDS
        while len(ready := self._ready()) < 2 and time.monotonic() < deadline:
            time.sleep(0.2)
        self._turn += 1
        candidates = ready or list(range(EXECUTORS))
        return min(candidates, key=lambda number: (number - self._turn) % EXECUTORS)

    def _ready(self) -> list[int]:
        executors = enumerate(self.parts.executors)
        return [number for number, part in executors if "worker ready" in part.said()]

    def _held(self, pid: int | None) -> frozenset[UUID]:
        """Give the runs that an executor, or any of them, has claimed."""
        like = f"%:{pid}:%" if pid else "%"
        question = "select id from workflow_runs where status = 'RUNNING' and executor_id like %s"
        with psycopg.connect(self.parts.database_url) as connection:
            return frozenset(id for (id,) in connection.execute(question, [like]))


def _descendants(pid: int) -> list[int]:
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sorted(family - {pid})


def _birth(pid: int) -> str:
    """Give when a process was born; nothing when it is dead."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state == "Z" else rest[18]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
