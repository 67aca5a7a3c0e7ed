"""Two real workers and one provider: its limits hold for both together."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from db.queue.recovery import request_cancel
from support.product.backend import OWNER, Backend, eventually, graph, node

_keys = itertools.count()


def parallel_calls(name: str, many: int) -> Any:
    """A run of this many calls, all ready at once."""
    return graph([node(f"n{i}", "llm", userMessage=f"say {name} {i}") for i in range(many)])


@pytest.fixture
def backend(backend_without_worker: Backend) -> Iterator[Backend]:
    """No worker yet; those of the test are stopped after it."""
    for other in [each for each in backend_without_worker.workers if each.running]:
        other.stop()
    yield backend_without_worker
    for worker in [each for each in backend_without_worker.workers if each.running]:
        worker.stop()


def two_workers(backend: Backend, **limits: str) -> None:
    """Each executes one run at a time, and is warm; nothing was asked with their key yet."""
    key = f"key-{next(_keys)}"
    for _ in range(2):
        backend.start_worker(GEMINI_API_KEY=key, NODELOOM_CONCURRENT_RUNS="1", **limits)
    warm = graph([node("n", "llm", model="gemini-warm", userMessage="wait 1 say warm")])
    for run_id in [backend.start(warm) for _ in range(2)]:
        backend.end(run_id)


def call_times(backend: Backend, name: str) -> list[float]:
    """When calls with this in their message came."""
    return [
        at
        for (said, _), at in zip(
            backend.scripted_model.calls, backend.scripted_model.times, strict=True
        )
        if f"{name} " in f"{said} "
    ]


def test_no_window_has_more_calls_than_the_limit(backend: Backend) -> None:
    two_workers(backend, NODELOOM_LLM_RPM="5", NODELOOM_LLM_WINDOW_SECONDS="3")
    runs = [backend.start(parallel_calls("limited", 10)) for _ in range(2)]
    ended = [backend.end(run_id, 60) for run_id in runs]

    assert {each.run.status for each in ended} == {"COMPLETED"}
    assert len({each.run.executor_id for each in ended}) == 2
    times = call_times(backend, "limited")
    assert len(times) == 20
    # On a busy machine one of two calls may arrive some time after it was made, the other at once.
    assert all(later - earlier > 2 for earlier, later in zip(times, times[5:], strict=False))
    assert times[-1] - times[0] < 40  # and the limit is used: 4 windows, not 20


def test_two_owners_share_what_there_is(backend: Backend) -> None:
    two_workers(backend, NODELOOM_LLM_RPM="4", NODELOOM_LLM_WINDOW_SECONDS="2")
    anns = backend.start(parallel_calls("ann-has-many", 20), "ann")
    eventually(lambda: len(call_times(backend, "ann-has-many")) >= 4)
    bobs = backend.start(parallel_calls("bob-has-few", 6), "bob")

    assert backend.end(bobs, 30).run.status == "COMPLETED"
    assert backend.end(anns, 40).run.status == "COMPLETED"
    bob = call_times(backend, "bob-has-few")
    meanwhile = [at for at in call_times(backend, "ann-has-many") if bob[0] < at < bob[-1]]
    assert len(bob) == 6
    assert 2 <= len(meanwhile) <= 7  # turn by turn, although ann had asked for 20 before


def test_a_provider_that_asks_to_wait_is_left_alone_by_all_workers(backend: Backend) -> None:
    two_workers(backend)  # without limits of ours
    first = backend.start(graph([node("n", "llm", userMessage="limit 3 say busy-one")]))
    eventually(lambda: call_times(backend, "busy-one"))
    asked_at = call_times(backend, "busy-one")[0]
    eventually(lambda: backend.read_run(first).nodes["n"].status == "RUNNING")
    second = backend.start(graph([node("n", "llm", userMessage="say other-one")]))

    ended = [backend.end(first), backend.end(second)]
    assert {each.run.status for each in ended} == {"COMPLETED"}
    assert len({each.run.executor_id for each in ended}) == 2
    assert call_times(backend, "busy-one")[1] - asked_at >= 3
    assert call_times(backend, "other-one")[0] - asked_at >= 3
    assert ended[1].nodes["n"].attempt == 1


def test_who_waits_is_pending_without_a_timeout_and_stops_at_once_when_cancelled(
    backend: Backend,
) -> None:
    two_workers(backend, NODELOOM_LLM_RPM="gemini-warm=10,1", NODELOOM_LLM_WINDOW_SECONDS="600")
    patient = {"timeoutSeconds": 1, "retries": 0}
    run_id = backend.start(
        graph(
            [
                node("first", "llm", userMessage="say went-first", settings=patient),
                node("waits", "llm", userMessage="say never-went", settings=patient),
                node("other", "llm", model="gemini-other", userMessage="say another-model"),
            ]
        )
    )
    eventually(lambda: call_times(backend, "another-model"))  # is in nobody's way
    eventually(lambda: backend.read_run(run_id).status("other") == "COMPLETED")
    eventually(lambda: call_times(backend, "went-first") + call_times(backend, "never-went"))
    assert len(call_times(backend, "went-first") + call_times(backend, "never-went")) == 1
    with pytest.raises(AssertionError, match="not within"):
        backend.end(run_id, 1.5)  # longer than the node's timeout
    assert sorted(
        [backend.read_run(run_id).status("first"), backend.read_run(run_id).status("waits")]
    ) == [
        "COMPLETED",
        "PENDING",
    ]

    with Session(backend.engine) as session, session.begin():
        request_cancel(session, OWNER, run_id)
    ended = backend.end(run_id, 3)
    assert ended.run.status == "CANCELLED"
    assert sorted(row.attempt for row in ended.nodes.values()) == [0, 1, 1]


def test_a_run_that_waits_for_its_provider_occupies_no_slot(backend: Backend) -> None:
    limits = {"NODELOOM_LLM_RPM": "gemini-slow=1,100", "NODELOOM_LLM_WINDOW_SECONDS": "600"}
    backend.start_worker(
        GEMINI_API_KEY=f"key-{next(_keys)}", NODELOOM_CONCURRENT_RUNS="1", **limits
    )
    slow = graph([node(f"n{i}", "llm", model="gemini-slow", userMessage="say s") for i in range(3)])
    waits = [backend.start(slow, "ann") for _ in range(5)]
    eventually(lambda: backend.read_run(waits[0]).run.status == "RUNNING")

    other = backend.start(graph([node("n", "llm", userMessage="say went-past")]), "bob")
    assert backend.end(other, 15).run.status == "COMPLETED"
    statuses = [str(backend.read_run(run_id).run.status) for run_id in waits]
    assert statuses.count("RUNNING") <= 4  # one place, and three that wait beside it
    with Session(backend.engine) as session, session.begin():
        for run_id in waits:
            request_cancel(session, "ann", run_id)
    assert {backend.end(run_id, 10).run.status for run_id in waits} == {"CANCELLED"}


def test_what_failed_attempts_cost_is_counted(backend: Backend) -> None:
    backend.start_worker(GEMINI_API_KEY=f"key-{next(_keys)}")
    fast = {"retryDelaySeconds": 0.05}
    ended = backend.run(graph([node("n", "llm", userMessage="break 1 say whole", settings=fast)]))
    assert ended.run.status == "COMPLETED"
    assert ended.nodes["n"].attempt == 2
    usage = ended.nodes["n"].usage
    assert usage is not None
    assert (usage["inputTokens"], usage["outputTokens"], usage["totalTokens"]) == (22, 7, 29)
