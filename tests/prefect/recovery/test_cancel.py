"""Cancelling: it stops what runs, starts nothing more, and ends within ten seconds whatever happens."""

import contextlib
import os
import random
import signal
import time
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.queue.recovery import request_cancel
from db.tables import RunEvent
from schemas.errors import ConflictError
from support.product.backend import OWNER, Backend, edge, eventually, graph, node

CANCEL_SECONDS = 10


def cancel(backend: Backend, run_id: UUID) -> None:
    with Session(backend.engine) as session, session.begin():
        request_cancel(session, OWNER, run_id)


def events(backend: Backend, run_id: UUID) -> list[RunEvent]:
    with Session(backend.engine) as session:
        wanted = select(RunEvent).where(RunEvent.run_id == run_id).order_by(RunEvent.seq)
        return list(session.scalars(wanted))


def chain(*messages: str) -> Any:
    nodes = [node(f"n{i}", "llm", userMessage=message) for i, message in enumerate(messages)]
    edges = [edge(f"n{i}", f"n{i + 1}", "systemPrompt") for i in range(len(messages) - 1)]
    return graph(nodes, edges)


def test_cancelled_at_any_moment_a_run_has_one_end_and_begins_nothing_more(
    backend: Backend,
) -> None:
    """30 runs of about half a second, each cancelled twice at a random moment of it."""
    runs = [backend.start(chain("wait 0.2 say a", "wait 0.2 say b", "say c")) for _ in range(30)]
    waiting = random.sample(runs, len(runs))
    asked: dict[UUID, float] = {}
    for run_id in waiting:
        time.sleep(random.uniform(0, 0.15))
        for _ in range(2):
            with contextlib.suppress(ConflictError):  # it has ended already
                cancel(backend, run_id)
        asked[run_id] = time.monotonic()

    for run_id in waiting:
        ended = backend.end(run_id, max(0.1, CANCEL_SECONDS - (time.monotonic() - asked[run_id])))
        told = events(backend, run_id)
        ends = [
            e for e in told if e.kind == "run" and e.body["status"] not in ("PENDING", "RUNNING")
        ]
        assert [e.body["status"] for e in ends] == [ended.run.status]
        assert ends[0] is told[-1]
        if ended.run.status == "CANCELLED":
            completed = [row.status == "COMPLETED" for row in ended.nodes.values()]
            assert not all(completed)
            assert {row.status for row in ended.nodes.values()} <= {"COMPLETED", "CANCELLED"}
        else:
            assert ended.run.status == "COMPLETED"


def test_a_cancelled_run_ends_in_ten_seconds_although_its_executor_is_dead(
    backend_without_worker: Backend,
) -> None:
    backend = backend_without_worker
    others = [each for each in backend.workers if each.running]
    victim = backend.start_worker()
    for other in others:
        other.stop()
    run_id = backend.start(chain("hang", "say never after the kill"))
    eventually(lambda: backend.read_run(run_id).status("n0") == "RUNNING")
    os.kill(victim.pid, signal.SIGKILL)
    victim.stop()
    backend.start_worker()
    if backend.read_run(run_id).run.status != "RUNNING":
        pytest.skip("the machine is so slow that the run was recovered first")
    cancel(backend, run_id)

    ended = backend.end(run_id, CANCEL_SECONDS)
    assert ended.run.status == "CANCELLED"
    assert {row.status for row in ended.nodes.values()} == {"CANCELLED"}
    assert backend.scripted_model.count("say never after the kill") == 0


def test_a_cancelled_run_ends_in_ten_seconds_although_its_executor_does_not_listen(
    backend: Backend,
) -> None:
    """Stopped by SIGSTOP, which is what a blocked event loop looks like from outside."""
    deaf = next(each for each in backend.workers if each.running)
    run_id = backend.start(chain("hang", "say never by the deaf"))
    eventually(lambda: backend.read_run(run_id).status("n0") == "RUNNING")
    os.kill(deaf.pid, signal.SIGSTOP)
    try:
        backend.start_worker()
        cancel(backend, run_id)
        assert backend.end(run_id, CANCEL_SECONDS).run.status == "CANCELLED"
    finally:
        os.kill(deaf.pid, signal.SIGCONT)
    backend.run(chain("say and on it goes"))
    assert backend.scripted_model.count("say never by the deaf") == 0
    assert backend.read_run(run_id).run.status == "CANCELLED"
