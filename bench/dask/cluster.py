"""A Dask cluster on this machine: a scheduler and its workers, each a process of its own."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from local.machine.ports import find_free_port
from local.machine.process import ChildProcess, start_process, wait_until

START_SECONDS: Final = 60.0


@dataclass
class DaskCluster:
    """A scheduler with workers of one thread each, reachable on 127.0.0.1 only."""

    logs: Path
    environment: Mapping[str, str]
    port: int = field(default_factory=find_free_port)
    workers: list[ChildProcess] = field(default_factory=list[ChildProcess])
    scheduler: ChildProcess | None = None

    @property
    def setting(self) -> str:
        """What NODELOOM_COMPUTE is to be."""
        return f"dask://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """The scheduler's address as Dask writes it."""
        return f"tcp://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        """Start the scheduler and wait until it listens."""
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"]
        self.scheduler = self._start("scheduler", options, "Scheduler at:")

    def start_worker(self) -> ChildProcess:
        """Start one more worker and wait until the scheduler has it."""
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        local = ["--local-directory", str(self.logs)]
        worker = self._start("worker", [self.address, *options, *local], "Registered to:")
        self.workers.append(worker)
        return worker

    def _start(self, name: str, options: Sequence[str], said: str) -> ChildProcess:
        log = self.logs / f"dask-{name}-{time.monotonic_ns()}.log"
        command = [str(Path(sys.executable).parent / "dask"), name, *options]
        part = start_process(name, command, log=log, env={**os.environ, **self.environment})
        if not wait_until(lambda: said in log.read_text(), part, START_SECONDS):
            raise RuntimeError(log.read_text())
        return part

    def stop(self) -> None:
        """End all of it."""
        for part in [*self.workers, *([self.scheduler] if self.scheduler else [])]:
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                part.stop()


@contextmanager
def dask_cluster(
    logs: Path, environment: Mapping[str, str], workers: int = 2
) -> Generator[DaskCluster]:
    """Start a cluster, and end it with the block."""
    cluster = DaskCluster(logs, environment)
    try:
        cluster.start_scheduler()
        for _ in range(workers):
            cluster.start_worker()
        yield cluster
    finally:
        cluster.stop()
