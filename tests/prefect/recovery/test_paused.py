"""An executor is stopped for longer than its leases and wakes up: it is too late for everything."""

import os
import signal

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import RunEvent
from support.product.backend import Backend, edge, eventually, graph, node


def test_who_wakes_up_after_its_lease_writes_nothing_and_calls_nobody(
    backend_without_worker: Backend,
) -> None:
    backend = backend_without_worker
    others = [each for each in backend.workers if each.running]
    sleeper = backend.start_worker()
    for other in others:
        other.stop()
    slow, second, third = "wait 4 say first", "wait 1 say second", "say third"
    run_id = backend.start(
        graph(
            [
                node("first", "llm", userMessage=slow),
                node("second", "llm", userMessage=second),
                node("third", "llm", userMessage=third),
            ],
            [edge("first", "second", "systemPrompt"), edge("second", "third", "systemPrompt")],
        )
    )
    eventually(lambda: backend.scripted_model.count(slow))
    os.kill(sleeper.pid, signal.SIGSTOP)
    try:
        other = backend.start_worker()
        ended = backend.end(run_id, 40)
        before = len(_events(backend, run_id))
    finally:
        os.kill(sleeper.pid, signal.SIGCONT)

    assert ended.run.status == "COMPLETED"
    assert ended.run.epoch == 2
    log = backend.home / "logs" / f"worker-{len(backend.workers) - 2}.log"
    eventually(lambda: "no longer ours" in log.read_text())
    other.stop()
    # What is left of the run would have gone on by the time that another one has been executed.
    assert backend.run(graph([node("after", "llm", userMessage="say after")])).run.epoch == 1
    assert len(_events(backend, run_id)) == before
    assert backend.scripted_model.count(slow) == 2
    assert len(backend.scripted_model.keys(slow)) == 1
    assert (backend.scripted_model.count(second), backend.scripted_model.count(third)) == (1, 1)


def _events(backend: Backend, run_id: object) -> list[int]:
    with Session(backend.engine) as session:
        return list(session.scalars(select(RunEvent.seq).where(RunEvent.run_id == run_id)))
