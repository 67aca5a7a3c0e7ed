"""A node that takes ever more memory fails, or its worker ends, and nothing else is lost by it."""

import asyncio
import itertools
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from db.postgres.health import check_health
from db.queue.recovery import request_cancel
from flows.process.memory import EXIT_CODE
from local.machine.process import ChildProcess, start_process, wait_until
from support.product.backend import OWNER, Backend, EndedRun, edge, graph, node
from support.product.processes import polls, resident_mb, wait_for

INNOCENTS = 5
LIMIT_MB = 400
# A worker whose text nodes grow where their text says so.
GROWING_WORKER = """
import asyncio, sys, time
from cli.main import main
from dataclasses import replace
from tasks import registry
known = dict(registry.node_types())
run = known["text"].run
async def growing(params, inputs, context):
    held = []
    while params.text == "slowly":
        held.append(b"x" * 10_000_000)
        await asyncio.sleep(0.01)
    if params.text == "at once":
        held.append(b"x" * 900_000_000)
        await asyncio.sleep(2)
    while params.text == "without rest":
        held.append(b"x" * 10_000_000)
        time.sleep(0.05)
    return await run(params, inputs, context)
known["text"] = replace(known["text"], run=growing)
import flows.engine.runtime
flows.engine.runtime.node_types = lambda: known
sys.argv = ["nodeloom", "worker"]
sys.exit(main())
"""


def start_workers(
    backend: Backend, count: int, monkeypatch: pytest.MonkeyPatch, **environment: str
) -> list[ChildProcess]:
    def start(command: str, words: Any, *, log: Path, env: Any) -> ChildProcess:
        code = [sys.executable, "-c", GROWING_WORKER] if command == "worker" else words
        return start_process(command, code, log=log, env=env)

    monkeypatch.setattr("support.product.backend.start_process", start)
    for old in backend.workers:
        old.stop()
    backend.workers.clear()
    variables = {"NODELOOM_MEMORY_LIMIT_MB": str(LIMIT_MB)} | environment
    return [backend.start_worker(**variables) for _ in range(count)]


def start_innocents(backend: Backend, seconds: float = 3) -> list[UUID]:
    asking = (f"wait {seconds} say fine {number}" for number in range(INNOCENTS))
    return [backend.start(graph([node("ask", "llm", userMessage=each)])) for each in asking]


def end_all(backend: Backend, runs: list[UUID]) -> list[EndedRun]:
    return [backend.end(run_id, 120) for run_id in runs]


@pytest.mark.parametrize("how", ["slowly", "at once"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_node_that_grows_fails_and_nothing_else_does(
    backend_without_worker: Backend, how: str, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_without_worker
    running = start_workers(backend, workers, monkeypatch)
    innocents = start_innocents(backend)
    growing = backend.start(
        graph(
            [node("grow", "text", text=how, settings={"timeoutSeconds": 60}), node("next", "text")],
            [edge("grow", "next", "text")],
        )
    )
    ended = backend.end(growing, 60)
    assert (ended.status("grow"), ended.status("next")) == ("FAILED", "SKIPPED")
    assert (ended.nodes["grow"].error or {})["code"] == "out_of_memory"
    ends = end_all(backend, innocents)
    assert [each.run.status for each in ends] == ["COMPLETED"] * INNOCENTS
    assert {each.run.recoveries for each in ends} == {0}
    assert all(each.running for each in running)


def test_answers_without_end_fail_until_there_is_enough_for_the_others(
    backend_without_worker: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_without_worker
    (worker,) = start_workers(backend, 1, monkeypatch)
    innocents = start_innocents(backend, 6)
    asking = [node(f"ask{number}", "llm", userMessage="flood 20") for number in range(20)]
    flood = backend.start(graph([*asking]))
    most, failed = 0.0, list[str]()
    for _ in polls(60):
        most = max(most, resident_mb(worker.pid))
        failed = [
            each.error["code"] for each in backend.read_run(flood).nodes.values() if each.error
        ]
        if len(failed) > 5:
            break
    assert set(failed) == {"out_of_memory"}
    ends = end_all(backend, innocents)
    assert [each.run.status for each in ends] == ["COMPLETED"] * INNOCENTS
    assert most < LIMIT_MB * 1.05
    assert worker.running
    with Session(backend.engine) as session, session.begin():
        request_cancel(session, OWNER, flood)  # what is left of it would go on in the next test
    assert backend.end(flood).run.status == "CANCELLED"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_ends_that_cannot_help_itself_and_only_the_run_is_lost_that_did_it(
    backend_without_worker: Backend, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_without_worker
    start_workers(backend, workers, monkeypatch)
    innocents = start_innocents(backend)
    growing = backend.start(
        graph([node("grow", "text", text="without rest", settings={"timeoutSeconds": 60})])
    )
    exits: list[int | None] = []
    for _ in polls(240):
        for dead in [each for each in backend.workers if not each.running]:
            exits.append(dead.process.returncode)
            backend.workers.remove(dead)
            backend.start_worker(NODELOOM_MEMORY_LIMIT_MB=str(LIMIT_MB))
        if backend.read_run(growing).run.finished_at:
            break
    ended = backend.read_run(growing).run
    assert (ended.status, (ended.error or {})["code"]) == ("FAILED", "executor_lost")
    assert exits == [EXIT_CODE] * 6
    ends = end_all(backend, innocents)
    assert [each.run.status for each in ends] == ["COMPLETED"] * INNOCENTS
    logs = [log.read_text() for log in (backend.home / "logs").glob("worker-*.log")]
    assert any("it ends, and its runs go on elsewhere. At work: node grow" in log for log in logs)


def test_a_worker_that_is_short_says_so_and_works_on_one_run_at_a_time(
    backend_without_worker: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_without_worker
    monkeypatch.setattr(
        f"{__name__}.GROWING_WORKER",
        "from flows.limits import memory; memory.SOFT_SHARE = 0.1\n" + GROWING_WORKER,
    )
    (worker,) = start_workers(backend, 1, monkeypatch)
    innocents = start_innocents(backend, 0.5)
    assert wait_until(lambda: "short of memory" in worker.output(), worker, 10)
    ends = end_all(backend, innocents)
    spans = sorted(
        (each.run.started_at, each.run.finished_at)
        for each in ends
        if each.run.started_at and each.run.finished_at
    )
    assert len(spans) == INNOCENTS
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    wait_for(lambda: short_workers(backend) == 1, "a worker is said to be short of memory")
    worker.stop()
    wait_for(lambda: short_workers(backend) == 0, "it is not said of one that is gone", 10)


def short_workers(backend: Backend) -> int:
    return asyncio.run(check_health(backend.database_url)).short_of_memory
