"""Workers die: another one goes on from the nodes that had completed."""

import os
import signal

from support.product.backend import Backend, edge, eventually, graph, node


def test_a_run_whose_worker_was_killed_goes_on_without_repeating_what_was_done(
    backend_without_worker: Backend,
) -> None:
    backend = backend_without_worker
    victim = backend.start_worker()
    paid, slow = "say paid for once", "wait 3 say after the crash"
    # Other workers of this world are busy with nothing: stop them, so that the victim claims.
    for other in [each for each in backend.workers if each is not victim and each.running]:
        other.stop()
    run_id = backend.start(
        graph(
            [
                node("paid", "llm", userMessage=paid),
                node("slow", "llm", userMessage=slow),
                node("join", "llm", userMessage="say {{input}}"),
            ],
            [edge("paid", "slow", "systemPrompt"), edge("slow", "join", "userMessage")],
        )
    )
    eventually(lambda: backend.scripted_model.count(slow))
    os.kill(victim.pid, signal.SIGKILL)
    backend.start_worker()

    ended = backend.end(run_id, 40)
    assert ended.run.status == "COMPLETED"
    assert ended.run.recoveries == 1
    assert ended.run.epoch == 2
    assert ended.nodes["join"].output == {"kind": "text", "text": "after the crash"}
    assert backend.scripted_model.count(paid) == 1
    assert backend.scripted_model.count(slow) == 2  # it was in flight, with the same key
    assert len(backend.scripted_model.keys(slow)) == 1


def test_a_worker_that_is_told_to_stop_hands_its_runs_over_at_once(
    backend_without_worker: Backend,
) -> None:
    backend = backend_without_worker
    first = backend.start_worker()
    for other in [each for each in backend.workers if each is not first and each.running]:
        other.stop()
    message = "wait 8 say handed over"
    run_id = backend.start(graph([node("slow", "llm", userMessage=message)]))
    eventually(lambda: backend.scripted_model.count(message))
    second = backend.start_worker()
    first.stop(seconds=20)

    ended = backend.end(run_id, 25)
    assert second.running
    assert ended.run.status == "COMPLETED"
    assert ended.run.recoveries == 0
