"""A node that takes ever more memory in the event loop fails, and nothing else does."""

import sys
from pathlib import Path
from typing import Any

import pytest

from local.machine.process import ChildProcess, start_process, wait_until
from support.product.backend import Backend, edge, graph, node

# A worker whose text nodes grow where their text says so, and in which that takes little memory.
GROWING_WORKER = """
import asyncio, sys
from cli.main import main
from dataclasses import replace
from flows.process import memory
from tasks import registry
memory.SHARE, memory.MIN_GROWTH_BYTES = 0.0, 400_000_000
known = dict(registry.node_types())
run = known["text"].run
async def growing(params, inputs, context):
    if params.text == "slowly":
        held = []
        while True:
            held.append(b"x" * 10_000_000)
            await asyncio.sleep(0.01)
    if params.text == "at once":
        return b"x" * 3_000_000_000
    return await run(params, inputs, context)
known["text"] = replace(known["text"], run=growing)
import flows.engine.runtime
flows.engine.runtime.node_types = lambda: known
sys.argv = ["nodeloom", "worker"]
sys.exit(main())
"""


@pytest.mark.parametrize("how", ["slowly", "at once"])
def test_a_node_that_grows_fails_and_nothing_else_does(
    backend_without_worker: Backend, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_without_worker

    def start(command: str, _words: Any, *, log: Path, env: Any) -> ChildProcess:
        return start_process(command, [sys.executable, "-c", GROWING_WORKER], log=log, env=env)

    monkeypatch.setattr("support.product.backend.start_process", start)
    for old in backend.workers:
        old.stop()
    backend.workers.clear()
    worker = backend.start_worker()
    other = backend.start(graph([node("ask", "llm", userMessage="wait 4 say still here")]))
    growing = backend.start(
        graph(
            [node("grow", "text", text=how), node("next", "text")],
            [edge("grow", "next", "text")],
        )
    )
    ended = backend.end(growing, 60)
    assert (ended.status("grow"), ended.status("next")) == ("FAILED", "SKIPPED")
    assert (ended.nodes["grow"].error or {})["code"] == "out_of_memory"
    still = backend.end(other, 60)
    assert (still.run.status, still.run.recoveries) == ("COMPLETED", 0)
    assert wait_until(lambda: worker.running, worker, 1)
