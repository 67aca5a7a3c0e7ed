"""Cached results, looked up by a run in progress: few queries, and nobody waits for nothing."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from assets.folder_store import FolderStore
from db.queue.node_states import apply_changes
from flows.engine.result_cache import ResultCache
from flows.planning.cache_key import ReusePolicy, resolve_step
from flows.planning.plan import Step, make_plan
from schemas.values import TextValue
from schemas.wire.run import Reuse, ScopeAll
from support.database.rows import completed, make_claimed, running
from support.nodes.graphs import graph, node
from tasks.registry import node_types


def steps(*texts: str) -> tuple[Step, ...]:
    made = graph(*(node(f"n{index}", "text", text=text) for index, text in enumerate(texts)))
    return make_plan(made, node_types(), ScopeAll(kind="all")).steps


def key(step: Step) -> str:
    resolved = resolve_step(step, node_types()["text"], {}, demo=False)
    assert resolved is not None
    return resolved.key


def make_cache(
    engine: AsyncEngine, folder: Path, reuse: Reuse = "auto", owner: str = "ann"
) -> ResultCache:
    autocommit_engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    runtime: Any = SimpleNamespace(
        autocommit_engine=autocommit_engine, node_types=node_types(), store=FolderStore(folder)
    )
    return ResultCache(runtime, owner, ReusePolicy(reuse), asyncio.Event())


def record_lookups(engine: AsyncEngine) -> list[str]:
    """The look-ups that the engine is asked for from now on."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "node_executions" in statement:
            statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    return statements


async def test_nodes_that_become_ready_together_share_a_query(
    session: Session, engine: AsyncEngine, tmp_path: Path
) -> None:
    many = steps(*(str(number) for number in range(100)))
    run = make_claimed(session)
    known = completed("a", {"kind": "text", "text": "7"}, cache_key=key(many[7]))
    apply_changes(session, run.id, 1, [running("a"), known])
    session.commit()
    lookups, cache = record_lookups(engine), make_cache(engine, tmp_path)

    found = await asyncio.gather(*(cache.find(step, {}) for step in many))
    assert len(lookups) <= 2
    assert [place for place, (_, earlier) in enumerate(found) if earlier] == [7]
    earlier = found[7][1]
    assert earlier is not None
    assert (earlier.run_id, earlier.values) == (run.id, {"output": TextValue(text="7")})
    assert await make_cache(engine, tmp_path, owner="bob").find(many[7], {}) == (key(many[7]), None)


async def test_a_run_that_takes_nothing_over_asks_nothing_and_knows_its_keys(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    lookups = record_lookups(engine)
    [step] = steps("x")
    assert await make_cache(engine, tmp_path, "never").find(step, {}) == (key(step), None)
    assert lookups == []


async def test_who_stops_waiting_takes_nothing_from_others_with_the_same_key(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    cache, [one, other] = make_cache(engine, tmp_path), steps("same", "same")
    gone = asyncio.create_task(cache.find(one, {}))
    stays = asyncio.create_task(cache.find(other, {}))
    await asyncio.sleep(0)
    gone.cancel()
    assert await asyncio.wait_for(stays, 10) == (key(other), None)
