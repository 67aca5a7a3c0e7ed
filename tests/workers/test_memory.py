"""What the texts of a run cost its worker, and that it gives the memory back."""

import os
import signal
import time
from typing import Any

from support.product.backend import Backend, edge, graph, node
from support.product.processes import polls, resident_mb

NODES, BYTES = 200, 250_000
SPENT_MB = 150
"""Of 50 MB of text, with everything that a first run brings along; it was 510 once."""
RETAINED_MB = 110
"""After it; it was 320 once."""


def texts(count: int, size: int) -> Any:
    """Two texts, and many nodes of which each joins them to a text of its own."""
    nodes = [node(name, "text", text=name * (size // 2)) for name in "ab"]
    nodes += [node(f"n{number}", "text") for number in range(count)]
    edges = [edge(name, f"n{number}", "text") for number in range(count) for name in "ab"]
    return graph(nodes, edges)


def test_a_run_with_many_long_texts_takes_little_more_memory_than_they_have(
    backend: Backend,
) -> None:
    (worker,) = [each for each in backend.workers if each.running]
    assert backend.run(texts(3, 100)).run.status == "COMPLETED"
    before = resident_mb(worker.pid)
    for _ in range(2):
        ended = backend.end(backend.start(texts(NODES, BYTES)), 120)
        assert ended.run.status == "COMPLETED"
    assert resident_mb(worker.pid, "VmHWM") < before + SPENT_MB
    for _ in polls(10):
        if resident_mb(worker.pid) < before + RETAINED_MB:
            return
        time.sleep(0.2)
    raise AssertionError(f"{resident_mb(worker.pid) - before:.0f} MB are still there")


def test_what_a_run_gave_before_a_recovery_counts_as_what_it_gives(backend: Backend) -> None:
    """What a model says is not known to the check; two times 70 texts of 250 KB are half of too much."""
    waves = [[f"{wave}{number}" for number in range(70)] for wave in ("first", "second")]
    nodes = [
        node("long", "llm", userMessage="say " + "long " * 50_000),
        node("gate", "llm", userMessage="wait 2 say done"),
        *(node(id, "text") for wave in waves for id in wave),
        *(node(f"and {id}", "text") for wave in waves for id in wave),
    ]
    edges = [
        *(edge("long", id, "text") for wave in waves for id in wave),
        *(edge(id, f"and {id}", "text") for wave in waves for id in wave),
        edge("first0", "gate", "systemPrompt"),
        *(edge("gate", id, "text") for id in waves[1]),
    ]
    run_id = backend.start(graph(nodes, edges))
    for _ in polls(60):
        seen = backend.read_run(run_id)
        if seen.status("gate") == "RUNNING" and seen.status("and first69") == "COMPLETED":
            break
    (worker,) = [each for each in backend.workers if each.running]
    os.kill(worker.pid, signal.SIGKILL)
    worker.process.wait()
    backend.workers.remove(worker)
    backend.start_worker()
    ended = backend.end(run_id, 60)
    assert ended.run.recoveries == 1
    codes = [(each.error or {}).get("code") for each in ended.nodes.values()]
    assert "text_too_long" in codes
    assert ended.status("and first69") == "COMPLETED"
