"""Batches in tests of the API: stored, started, fed, read, and their runs ended as an executor would."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.functions.batches.feed import feed_batch
from schemas.wire.run import RunError, RunStatus
from support.api.client import Api, Rows, Worker, graph, text_node
from support.database.rows import completed, failed, running

INPUTS = [
    {"name": "topic", "nodeId": "a", "param": "text", "required": True},
    {"name": "style", "nodeId": "b", "param": "text"},
]
OUTPUTS = [{"name": "post", "nodeId": "b"}]
BROKEN = RunError(code="node_failed", message="It broke.")


async def stored(api: Api, **more: Any) -> str:
    """Store a workflow; gives its address."""
    drawn = graph(text_node("a"), text_node("b"), inputs=INPUTS, outputs=OUTPUTS) | more
    answer = await api.post("/api/workflows", json=drawn)
    assert answer.status_code == 201, answer.text
    return f"/api/workflows/{answer.json()['id']}"


async def started(api: Api, url: str, body: Any = None, **more: Any) -> dict[str, Any]:
    """Start a batch; gives it."""
    answer = await api.post(f"{url}/batches", json=body or {"table": "topic\nCats\nDogs\n"}, **more)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def feed(rows: Rows, id: str) -> bool:
    """Do what an executor does with a batch now and then."""
    return await rows(feed_batch, UUID(id))


async def listed(api: Api, id: str, **params: Any) -> list[dict[str, Any]]:
    """Give rows of a batch."""
    answer = await api.get(f"/api/batches/{id}/rows", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def end(executor: Worker, text: str | None) -> None:
    """Have the run of a row end: with a text, or failed."""
    await executor.claim()
    await executor.change(running("a"), completed("a"), running("b"))
    if text is None:
        await executor.change(failed("b"))
        await executor.finish(RunStatus.FAILED, BROKEN)
    else:
        await executor.change(completed("b", {"kind": "text", "text": text}))
        await executor.finish(RunStatus.COMPLETED)


def count(session: Session, table: Any) -> int:
    """Count the rows of a table."""
    return session.scalar(select(func.count()).select_from(table)) or 0


def counts(batch: dict[str, Any]) -> dict[str, int]:
    """Give how many rows of a batch are where, less those that are none."""
    return {name: count for name, count in batch["counts"].items() if count}
