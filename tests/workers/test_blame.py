"""A run that kills its workers is found out: those that were there with it end as they should."""

import os
import signal
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from support.product.backend import Backend, EndedRun, graph, node
from support.product.processes import polls

POISON = "hang"
"""What the model is asked by the run that kills its worker as soon as it does."""
INNOCENTS = 5


def asking(message: str) -> Any:
    return graph([node("ask", "llm", userMessage=message)])


def kill_worker_of(backend: Backend, run_id: UUID) -> int:
    """Kill the worker that executes this run, as the kernel does; give how many runs it had."""
    executor = backend.read_run(run_id).run.executor_id
    pid = int((executor or "").split(":")[1])
    with backend.engine.connect() as connection:
        had = connection.exec_driver_sql(
            "select count(*) from workflow_runs where status = 'RUNNING' and executor_id = %s",
            (executor,),
        ).scalar_one()
    os.kill(pid, signal.SIGKILL)
    return int(had)


def restart_dead_workers(backend: Backend) -> None:
    """Do what systemd and containers do."""
    for worker in [each for each in backend.workers if not each.running]:
        backend.workers.remove(worker)
        backend.start_worker()


def end_all(backend: Backend, runs: Mapping[str, UUID]) -> tuple[dict[str, EndedRun], list[int]]:
    """Let the poison do its work until all has ended; give the ends, and the sizes of its company."""
    killed: list[int] = []
    calls = 0
    for _ in polls(240):
        poison = backend.read_run(runs["poison"])
        is_written = poison.status("ask") == "RUNNING" and poison.nodes["ask"].attempt > len(killed)
        if is_written and backend.scripted_model.count(POISON) > calls:
            calls = backend.scripted_model.count(POISON)
            killed.append(kill_worker_of(backend, runs["poison"]))
            time.sleep(0.2)
        restart_dead_workers(backend)
        seen = {name: backend.read_run(run_id) for name, run_id in runs.items()}
        if all(each.run.finished_at for each in seen.values()):
            return seen, killed
    raise AssertionError(f"not all have ended; killed: {killed}")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_kills_its_workers_takes_no_other_with_it(
    backend_without_worker: Backend, workers: int
) -> None:
    backend = backend_without_worker
    for old in backend.workers:
        old.stop()
    backend.workers.clear()
    backend.scripted_model.calls.clear()
    runs = {"poison": backend.start(asking(POISON))}
    for number in range(INNOCENTS):
        runs[f"innocent {number}"] = backend.start(asking(f"wait 2 say fine {number}"))
    for _ in range(workers):
        backend.start_worker()

    ended, killed = end_all(backend, runs)
    poison = ended.pop("poison").run
    assert (poison.status, poison.error and poison.error["code"]) == ("FAILED", "executor_lost")
    assert {name: each.run.status for name, each in ended.items()} == dict.fromkeys(
        ended, "COMPLETED"
    )
    assert len(killed) == 6
    assert killed[0] > 1
    assert killed[2:] == [1, 1, 1, 1]
    assert max(each.run.recoveries for each in ended.values()) <= 2
