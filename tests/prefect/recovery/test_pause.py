"""Paused and resumed at any moment, a run gives the same, and nothing is done twice."""

import contextlib
import os
import random
import signal
import time
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.queue.pauses import request_pause, request_resume
from db.queue.recovery import request_cancel
from db.tables import RunEvent
from schemas.errors import ConflictError
from support.product.backend import OWNER, Backend, EndedRun, edge, eventually, graph, node

PAUSE_SECONDS = 10


def ask(backend: Backend, request: Any, run_id: UUID) -> None:
    with Session(backend.engine) as session, session.begin():
        request(session, OWNER, run_id)


def pause(backend: Backend, run_id: UUID) -> None:
    ask(backend, request_pause, run_id)


def resume(backend: Backend, run_id: UUID) -> None:
    ask(backend, request_resume, run_id)


def paused(backend: Backend, run_id: UUID) -> EndedRun:
    def poll() -> EndedRun | None:
        seen = backend.read_run(run_id)
        return seen if seen.run.status == "WAITING" else None

    return eventually(poll, PAUSE_SECONDS)


def chain(*messages: str, **settings: Any) -> Any:
    more = {"settings": settings} if settings else {}
    nodes = [
        node(f"n{i}", "llm", userMessage=message, **more) for i, message in enumerate(messages)
    ]
    edges = [edge(f"n{i}", f"n{i + 1}", "systemPrompt") for i in range(len(messages) - 1)]
    return graph(nodes, edges)


def run_statuses(backend: Backend, run_id: UUID) -> list[str]:
    with Session(backend.engine) as session:
        wanted = select(RunEvent).where(RunEvent.run_id == run_id).order_by(RunEvent.seq)
        return [each.body["status"] for each in session.scalars(wanted) if each.kind == "run"]


def test_what_is_at_work_ends_nothing_more_starts_and_it_goes_on_later(backend: Backend) -> None:
    first, second = "wait 1.5 say the first of a pause", "say the second of a pause"
    run_id = backend.start(chain(first, second))
    eventually(lambda: backend.scripted_model.count(first))
    pause(backend, run_id)
    seen = paused(backend, run_id)
    assert (seen.status("n0"), seen.status("n1")) == ("COMPLETED", "PENDING")
    assert (seen.run.executor_id, seen.run.lease_until) == (None, None)
    time.sleep(2)
    assert backend.scripted_model.count(second) == 0
    resume(backend, run_id)
    ended = backend.end(run_id)
    assert (ended.run.status, ended.run.epoch, ended.run.recoveries) == ("COMPLETED", 2, 0)
    assert (backend.scripted_model.count(first), backend.scripted_model.count(second)) == (1, 1)


def test_a_run_that_is_resumed_while_it_still_works_goes_on_at_once(backend: Backend) -> None:
    """Without waiting for the end of what is at work, and without another claim."""
    slow, quick = "wait 4 say slow of a resume", "wait 1 say quick of a resume"
    after = "say after of a resume"
    nodes = [
        node("slow", "llm", userMessage=slow),
        node("quick", "llm", userMessage=quick),
        node("after", "llm", userMessage=after),
    ]
    run_id = backend.start(graph(nodes, [edge("quick", "after", "systemPrompt")]))
    eventually(lambda: backend.scripted_model.count(quick))
    pause(backend, run_id)
    eventually(lambda: backend.read_run(run_id).status("quick") == "COMPLETED")
    time.sleep(0.5)
    assert backend.scripted_model.count(after) == 0
    resume(backend, run_id)
    eventually(lambda: backend.read_run(run_id).status("after") == "COMPLETED")
    assert backend.read_run(run_id).status("slow") == "RUNNING"
    assert backend.end(run_id).run.epoch == 1


def test_a_node_between_two_attempts_has_the_rest_of_them_after_the_pause(backend: Backend) -> None:
    message = "fail 9 say never after a pause"
    run_id = backend.start(chain(message, retries=2, retryDelaySeconds=30))
    for attempt in (1, 2):
        eventually(lambda attempt=attempt: backend.scripted_model.count(message) == attempt)
        pause(backend, run_id)
        row = paused(backend, run_id).nodes["n0"]
        assert (row.status, row.attempt) == ("PENDING", attempt)
        assert row.error
        assert row.error["code"] == "provider_unavailable"
        resume(backend, run_id)
    ended = backend.end(run_id)
    assert (ended.run.status, ended.nodes["n0"].attempt) == ("FAILED", 3)
    assert backend.scripted_model.count(message) == 3


def test_nodes_that_wait_for_a_slot_do_not_start_while_it_is_paused(backend: Backend) -> None:
    """Of more nodes than may ask one model at a time, all but those at work are left."""
    messages = [f"wait 1 say wide pause {number}" for number in range(100)]
    run_id = backend.start(
        graph([node(f"n{i}", "llm", userMessage=each) for i, each in enumerate(messages)])
    )
    eventually(lambda: sum(map(backend.scripted_model.count, messages)))
    pause(backend, run_id)
    seen = paused(backend, run_id)
    done = sum(row.status == "COMPLETED" for row in seen.nodes.values())
    assert 0 < done < 100
    assert sum(map(backend.scripted_model.count, messages)) == done
    resume(backend, run_id)
    assert backend.end(run_id).run.status == "COMPLETED"
    assert [backend.scripted_model.count(each) for each in messages] == [1] * 100


def test_a_paused_run_is_cancelled_at_once(backend: Backend) -> None:
    run_id = backend.start(chain("wait 1 say a", "say never after this cancel"))
    pause(backend, run_id)
    paused(backend, run_id)
    ask(backend, request_cancel, run_id)
    assert backend.read_run(run_id).run.status == "CANCELLED"
    assert backend.scripted_model.count("say never after this cancel") == 0


def test_a_run_whose_last_node_ends_while_it_is_to_be_paused_ends(backend: Backend) -> None:
    message = "wait 1.5 say the last one"
    run_id = backend.start(chain(message))
    eventually(lambda: backend.scripted_model.count(message))
    pause(backend, run_id)
    assert backend.end(run_id).run.status == "COMPLETED"
    # The second RUNNING says that the run is to be paused.
    assert run_statuses(backend, run_id) == ["PENDING", "RUNNING", "RUNNING", "COMPLETED"]


def test_paused_and_resumed_at_random_moments_it_gives_the_same_and_no_node_runs_twice(
    backend: Backend,
) -> None:
    """20 runs of about a second, each paused and resumed up to six times somewhere in it."""
    runs: dict[UUID, list[str]] = {}
    for number in range(20):
        messages = [f"wait 0.2 say {number} {letter} at random" for letter in "abcd"]
        runs[backend.start(chain(*messages))] = messages
    for _ in range(120):
        request = random.choice([request_pause, request_resume])
        with contextlib.suppress(ConflictError):  # it has ended already
            ask(backend, request, random.choice(list(runs)))
        time.sleep(random.uniform(0, 0.1))
    for run_id, messages in runs.items():
        with contextlib.suppress(ConflictError):
            resume(backend, run_id)
        ended = backend.end(run_id)
        assert (ended.run.status, ended.run.recoveries) == ("COMPLETED", 0)
        told = [ended.nodes[f"n{i}"].output for i in range(4)]
        assert [each and each["text"] for each in told] == [
            message.removeprefix("wait 0.2 say ") for message in messages
        ]
        assert [backend.scripted_model.count(each) for each in messages] == [1] * 4


def test_killed_while_a_pause_is_asked_for_it_ends_up_paused_and_survives_every_restart(
    backend_without_worker: Backend,
) -> None:
    backend = backend_without_worker
    others = [each for each in backend.workers if each.running]
    victim = backend.start_worker()
    for other in others:
        other.stop()
    first, hangs, last = "say before the kill", "hang", "say after the pause and the kill"
    run_id = backend.start(chain(first, hangs, last))
    eventually(lambda: backend.read_run(run_id).status("n1") == "RUNNING")
    pause(backend, run_id)
    os.kill(victim.pid, signal.SIGKILL)
    victim.stop()
    second = backend.start_worker()
    seen = paused(backend, run_id)
    assert [seen.status(f"n{i}") for i in range(3)] == ["COMPLETED", "PENDING", "PENDING"]
    calls = backend.scripted_model.count(hangs)

    second.stop()
    third = backend.start_worker()
    time.sleep(3)
    assert backend.read_run(run_id).run.status == "WAITING"
    assert backend.scripted_model.count(hangs) == calls
    ask(backend, request_cancel, run_id)
    assert third.running


def test_resumed_after_a_restart_of_everything_it_goes_on_from_its_rows(
    backend_without_worker: Backend,
) -> None:
    backend = backend_without_worker
    first, second = "wait 1 say before the restart", "say after the restart"
    worker = backend.start_worker()
    run_id = backend.start(chain(first, second))
    eventually(lambda: backend.scripted_model.count(first))
    pause(backend, run_id)
    paused(backend, run_id)
    for each in backend.workers:
        each.stop()
    assert not worker.running
    resume(backend, run_id)
    assert backend.read_run(run_id).run.status == "PENDING"
    backend.start_worker()
    assert backend.end(run_id).run.status == "COMPLETED"
    assert (backend.scripted_model.count(first), backend.scripted_model.count(second)) == (1, 1)
