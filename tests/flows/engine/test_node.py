"""One node of a run: what becomes of it, and where the journal says so."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from assets.folder_store import FolderStore
from db.queue.claims import DatabaseClock
from db.queue.node_states import NodeChange
from flows.engine.journal import Journal
from flows.engine.node import NodeRun
from flows.engine.outcome import Outcome
from flows.planning.plan import make_plan
from schemas.wire.run import NodeStatus, ScopeAll
from support.nodes.graphs import edge, graph, node
from tasks.registry import node_types


async def test_that_nothing_was_sent_is_stored_before_a_call_is_paid_for_on_its_strength(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    made = graph(node("a"), node("b"), edge("a", "b", "text"))
    step = make_plan(made, node_types(), ScopeAll(kind="all")).steps[1]
    sessions = async_sessionmaker(engine)
    store = FolderStore(tmp_path)
    journal = Journal(sessions, store, uuid4(), 1, open_nodes=2, clock=DatabaseClock())
    journal.record(NodeChange("a", NodeStatus.RUNNING, 1))
    context: Any = SimpleNamespace(journal=journal)
    outcome = await NodeRun(context, step, range(1, 2)).execute(
        {"a": Outcome(NodeStatus.COMPLETED, position=1)}
    )
    assert (outcome.not_taken, outcome.position) == (True, 2)
