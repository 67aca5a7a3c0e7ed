"""What the texts of a run cost its worker, and that it gives the memory back."""

import time
from pathlib import Path
from typing import Any

from support.product.backend import Backend, edge, graph, node
from support.product.processes import polls

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


def resident_mb(pid: int, key: str = "VmRSS") -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(key)).split()[1]) / 1024


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
