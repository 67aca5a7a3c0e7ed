"""Limits by tag, set as Prefect's page sets them, hold for all workers together."""

import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.orm import Session

from db.limits.concurrency import get_concurrency_limits
from db.queue.recovery import request_cancel
from local.machine.process import ChildProcess
from local.prefect.auth import get_auth_string
from support.product.backend import Backend, edge, eventually, graph, node
from support.product.prefect_server import PrefectServer

CALL_SECONDS = 0.4


class Limits:
    """The page of limits by tag."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def set(self, tag: str, places: int) -> None:
        self.backend.prefect("/concurrency_limits/", tag=tag, concurrency_limit=places)
        eventually(lambda: self.known().get(tag) == places, 60)
        eventually(self.everybody_knows, 60)

    def everybody_knows(self) -> bool:
        """Whether every worker has said that it keeps the limits as they are now."""
        said = [each.output().rpartition("limits by tag: ")[2] for each in self.running_workers()]
        return all(text.startswith(str(self.known())) for text in said)

    def running_workers(self) -> list[ChildProcess]:
        return [each for each in self.backend.workers if each.running]

    def remove(self, tag: str) -> None:
        auth = httpx.BasicAuth(*(get_auth_string(self.backend.home) or ":").split(":", 1))
        url = f"{self.backend.prefect_api_url}/concurrency_limits/tag/{tag}"
        assert httpx.delete(url, auth=auth, timeout=60).status_code in (200, 204, 404)
        eventually(lambda: tag not in self.known(), 60)

    def known(self) -> dict[str, int]:
        """As our database has them."""
        with Session(self.backend.engine) as session:
            return get_concurrency_limits(session)


@pytest.fixture
def limits(backend: Backend) -> Iterator[Limits]:
    limits = Limits(backend)
    yield limits
    for tag in limits.known():
        limits.remove(tag)


@pytest.fixture(scope="module")
def two_workers(backend: Backend) -> Iterator[Backend]:
    worker = backend.start_worker()
    yield backend
    worker.stop()


def start(backend: Backend, many: int, name: str) -> list[UUID]:
    message = f"wait {CALL_SECONDS} say {name}"
    return [backend.start(llm(f"{message} {number}")) for number in range(many)]


def llm(message: str) -> Any:
    return graph([node("a", "llm", userMessage=message)])


def claimers(backend: Backend, runs: list[UUID]) -> set[str]:
    """Who has taken them."""
    return {run.executor_id for run_id in runs if (run := backend.read_run(run_id).run).executor_id}


def arrivals(backend: Backend, name: str) -> list[float]:
    """When the calls came at the provider."""
    called = zip(backend.scripted_model.calls, backend.scripted_model.times, strict=True)
    return sorted(at for (message, _), at in called if f"say {name}" in message)


def test_two_workers_keep_a_limit_together_and_work_on_when_prefect_is_away(
    two_workers: Backend, limits: Limits, prefect_server: PrefectServer
) -> None:
    backend = two_workers
    limits.set("llm", 2)
    runs = start(backend, 12, "limited")
    while len(claimers(backend, runs)) < 2:  # one that is busier than the other takes less
        assert len(runs) < 60, "one worker takes everything"
        runs += start(backend, 3, f"limited {len(runs)}")
        time.sleep(0.5)
    ended = [backend.end(run_id, 60).run for run_id in runs]
    assert {run.status for run in ended} == {"COMPLETED"}
    came = arrivals(backend, "limited")
    assert (
        min(later - first for first, later in zip(came, came[2:], strict=False))
        > 0.9 * CALL_SECONDS
    )
    # And places are not left empty: all were used up to the end, however slow the machine is.
    assert came[-1] - came[0] < 12 * CALL_SECONDS * len(came) / 2

    prefect_server.stop()
    try:
        for run_id in start(backend, 4, "away"):
            assert backend.end(run_id, 60).run.status == "COMPLETED"
    finally:
        prefect_server.start()
    came = arrivals(backend, "away")
    assert (
        min(later - first for first, later in zip(came, came[2:], strict=False))
        > 0.9 * CALL_SECONDS
    )


def test_nothing_begins_at_a_limit_of_zero_until_it_is_taken_away(
    backend: Backend, limits: Limits
) -> None:
    limits.set("model:gemini-2.5-pro", 0)
    assert backend.run(llm("say quick")).run.status == "COMPLETED"
    held = graph(
        [
            node("task", "text", text="say held"),
            node("pro", "llm", model="gemini-2.5-pro"),
        ],
        [edge("task", "pro", "userMessage")],
    )
    run_id = backend.start(held)
    eventually(lambda: backend.read_run(run_id).status("task") == "COMPLETED")
    with pytest.raises(AssertionError, match="not within"):
        eventually(lambda: backend.read_run(run_id).status("pro") != "PENDING", 3)
    limits.remove("model:gemini-2.5-pro")
    assert backend.end(run_id, 20).run.status == "COMPLETED"
    assert backend.scripted_model.count("say held") == 1


def test_a_run_that_waits_for_a_place_is_cancelled_at_once(
    backend: Backend, limits: Limits
) -> None:
    limits.set("llm", 0)
    run_id = backend.start(llm("say never with no place"))
    eventually(lambda: backend.read_run(run_id).run.status == "RUNNING")
    with Session(backend.engine) as session, session.begin():
        request_cancel(session, "ann", run_id)
    assert backend.end(run_id, 5).run.status == "CANCELLED"
    assert backend.scripted_model.count("say never with no place") == 0


def test_images_that_are_computed_are_limited_by_their_tag(
    backend: Backend, limits: Limits
) -> None:
    image = node("pic", "image", source={"kind": "base64", "mediaType": "image/png", "data": DOT})
    nodes = [image, *(node(f"r{i}", "resize", width=37 + i, height=8) for i in range(6))]
    edges = [edge("pic", f"r{i}", "image") for i in range(6)]
    limits.set("image-processing", 1)
    ended = backend.run(graph(nodes, edges))
    assert ended.run.status == "COMPLETED"
    worked = sorted(
        (row.started_at, row.finished_at)
        for row in ended.nodes.values()
        if row.node_type == "resize" and row.started_at and row.finished_at
    )
    assert len(worked) == 6
    assert all(before[1] <= after[0] for before, after in pairwise(worked))


DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
