"""What operators do with work pools and flow runs in Prefect, and what comes of it. On a real server."""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from support.product.backend import Backend, eventually, graph, node
from support.product.scheduled import Scheduled, scheduled, slow_workflow

POOL = "/work_pools/nodeloom"


@pytest.fixture
def of(backend: Backend) -> Iterator[Scheduled]:
    with scheduled(backend, graph([node("hello", "text", text="hello")])) as made:
        yield made


@contextmanager
def changed(backend: Backend, path: str, **fields: Any) -> Generator[None]:
    """Change a work pool or queue, and set it back."""
    before = {name: backend.prefect(path)[name] for name in fields}
    backend.send_prefect("PATCH", path, **fields)
    try:
        yield
    finally:
        backend.send_prefect("PATCH", path, **before)


def waits(of: Scheduled, flow_run_id: Any, seconds: float, *states: str) -> None:
    """See that a flow run does not begin, for so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert of.backend.prefect(f"/flow_runs/{flow_run_id}")["state_name"] in states
        time.sleep(0.5)


def is_held(of: Scheduled, id: UUID) -> bool:
    """Whether executors leave the ticks of a schedule to Prefect."""
    until = of.row(id).held_until
    return until is not None and until > datetime.now(UTC)


@pytest.mark.parametrize("what", ["pool", "queue"])
def test_a_paused_work_pool_or_queue_lets_nothing_begin(
    backend: Backend, of: Scheduled, what: str
) -> None:
    id, due = of.make_due(14)
    deployment = of.synced()
    path = POOL if what == "pool" else f"{POOL}/queues/default"
    with changed(backend, path, is_paused=True):
        flow_run = of.start(deployment)
        waits(of, flow_run["id"], 30, "Scheduled", "Late")
        assert (of.tick(id, due), of.runs()) == (None, [])
    of.flow_run(flow_run["id"], "Completed")
    tick = eventually(lambda: of.tick(id, due))
    assert tick.outcome == "run"
    assert {run.id for run in of.runs()} >= {tick.run_id}
    eventually(lambda: not is_held(of, id))


@pytest.mark.parametrize("what", ["pool", "queue"])
def test_a_limit_of_a_work_pool_or_queue_lets_so_many_begin(backend: Backend, what: str) -> None:
    path = POOL if what == "pool" else f"{POOL}/queues/default"
    with (
        slow_workflow(backend, 8, f"in a {what}") as of,
        changed(backend, path, concurrency_limit=1),
    ):
        of.make()
        deployment = of.synced()
        first = of.start(deployment)
        of.flow_run(first["id"], "Running")
        second = of.start(deployment)
        waits(of, second["id"], 4, "Scheduled", "Late")
        of.flow_run(first["id"], "Completed")
        of.flow_run(second["id"], "Completed")
        one, two = of.runs()
        assert one.finished_at is not None
        assert two.created_at > one.finished_at


def test_a_running_flow_run_that_is_deleted_there_is_gone_and_its_run_goes_on(
    backend: Backend,
) -> None:
    with slow_workflow(backend, 8, "without a record") as of:
        of.make()
        flow_run = of.start(of.synced())
        of.flow_run(flow_run["id"], "Running")
        backend.send_prefect("DELETE", f"/flow_runs/{flow_run['id']}")
        [run] = of.runs()
        ended = backend.end(run.id)
        assert (ended.run.status, ended.status("slow")) == ("COMPLETED", "COMPLETED")
        assert backend.scripted_model.count("wait 8 say without a record") == 1
        with pytest.raises(httpx.HTTPStatusError, match="404"):
            backend.prefect(f"/flow_runs/{flow_run['id']}")


def test_flow_runs_of_another_installation_are_left_to_it(backend: Backend, of: Scheduled) -> None:
    of.make()
    ours = of.synced()
    foreign = of.make_foreign_deployment(ours, "foreign")
    flow_run = of.start(foreign)
    waits(of, flow_run["id"], 8, "Scheduled", "Late")
    assert (of.runs(), UUID(foreign["id"]) != UUID(ours["id"])) == ([], True)
    backend.send_prefect("DELETE", f"/deployments/{foreign['id']}")
