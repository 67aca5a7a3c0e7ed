"""One node of a run: what becomes of it, and where the journal says so."""

from asyncio import CancelledError
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from assets.folder_store import FolderStore
from db.postgres.functions import FunctionPool
from db.queue.claims import DatabaseClock
from db.queue.node_states import NodeChange
from flows.engine.journal import Journal
from flows.engine.node import NodeRun
from flows.engine.outcome import Outcome
from flows.engine.telemetry import trace_node
from flows.planning.plan import make_plan
from schemas.wire.run import NodeStatus, ScopeAll
from support.nodes.graphs import edge, graph, node
from tasks.registry import node_types
from telemetry.metrics import set_metrics
from telemetry.prometheus import PrometheusMetrics


async def test_that_nothing_was_sent_is_stored_before_a_call_is_paid_for_on_its_strength(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    made = graph(node("a"), node("b"), edge("a", "b", "text"))
    step = make_plan(made, node_types(), ScopeAll(kind="all")).steps[1]
    sessions = async_sessionmaker(engine)
    store, functions = FolderStore(tmp_path), FunctionPool("postgresql:///unused")
    journal = Journal(sessions, functions, store, uuid4(), 1, open_nodes=2, clock=DatabaseClock())
    journal.record(NodeChange("a", NodeStatus.RUNNING, 1))
    context: Any = SimpleNamespace(journal=journal)
    outcome = await NodeRun(context, step, range(1, 2)).execute(
        {"a": Outcome(NodeStatus.COMPLETED, position=1)}
    )
    assert (outcome.not_taken, outcome.position) == (True, 2)


@pytest.mark.parametrize(("given_up", "counted"), [(False, 1), (True, 0)])
def test_a_node_whose_run_is_given_up_is_not_counted_as_cancelled(
    given_up: bool, counted: int
) -> None:
    step = make_plan(graph(node("a")), node_types(), ScopeAll(kind="all")).steps[0]
    figures = PrometheusMetrics("worker")
    set_metrics(figures)
    try:
        with suppress(CancelledError), trace_node(step, lambda: given_up):
            raise CancelledError
    finally:
        set_metrics(None)
    assert figures.text().count("nodeloom_node_seconds_count{") == counted
