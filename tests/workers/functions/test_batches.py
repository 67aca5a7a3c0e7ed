"""A batch is run row by row while workers and APIs are killed: every row exactly once."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import BatchRow, WorkflowRun
from local.machine.process import ChildProcess
from support.product.backend import Backend, eventually, graph, node

ROWS = int(os.environ.get("NODELOOM_TEST_BATCH_ROWS", "60"))
"""Of `chaos`, 500: `NODELOOM_TEST_BATCH_ROWS=500 pytest tests/workers/functions/test_batches.py`."""


@pytest.fixture
def api(backend_without_worker: Backend) -> Iterator[ChildProcess]:
    part = backend_without_worker.start_api()
    try:
        yield part
    finally:
        part.stop()


def ask(backend: Backend, method: str, path: str, **more: Any) -> Any:
    with httpx.Client(base_url=backend.api_url, timeout=60, trust_env=False) as http:
        answer = http.request(method, path, **more)
        assert answer.is_success, answer.text
        return answer.json()


def start(backend: Backend) -> str:
    declared = {
        "inputs": [{"name": "topic", "nodeId": "a", "param": "text", "required": True}],
        "outputs": [{"name": "post", "nodeId": "a"}],
    }
    document: Any = graph([node("a", "text", text="x")]) | declared
    id = ask(backend, "POST", "/api/workflows", json=document)["id"]
    table = "topic\n" + "".join(f"Topic {number}\n" for number in range(1, ROWS + 1))
    headers = {"Idempotency-Key": "batch", "Content-Type": "text/csv"}
    batch = ask(backend, "POST", f"/api/workflows/{id}/batches", content=table, headers=headers)
    return batch["id"]


def completed(backend: Backend, id: str) -> int:
    with Session(backend.engine) as session:
        query = select(func.count()).where(BatchRow.batch_id == id, BatchRow.status == "COMPLETED")
        return session.scalar(query) or 0


def test_every_row_is_run_exactly_once_though_workers_and_apis_are_killed(
    backend_without_worker: Backend, api: ChildProcess
) -> None:
    backend = backend_without_worker
    id = start(backend)
    api.process.kill()  # who made it is not needed any more
    kills = 3
    for kill in range(1, kills + 1):
        worker = backend.start_worker()
        eventually(lambda until=ROWS * kill // (kills + 2): completed(backend, id) >= until)
        worker.process.kill()
    backend.start_worker()
    other = backend.start_api()
    try:
        eventually(lambda: completed(backend, id) == ROWS, seconds=60 + ROWS)
        batch = eventually(
            lambda: (read := ask(backend, "GET", f"/api/batches/{id}"))["finishedAt"] and read
        )
        assert (batch["status"], batch["counts"]["completed"]) == ("COMPLETED", ROWS)
        rows = ask(backend, "GET", f"/api/batches/{id}/rows", params={"limit": 200})["items"]
        assert [row["outputs"]["post"]["text"] for row in rows] == [
            f"Topic {number}" for number in range(1, len(rows) + 1)
        ]
    finally:
        other.stop()
    with Session(backend.engine) as session:
        query = select(WorkflowRun.input_values).where(WorkflowRun.trigger == "batch")
        made = Counter((values or {}).get("topic") for values in session.scalars(query))
    assert made == Counter(f"Topic {number}" for number in range(1, ROWS + 1))
