"""Limits by tag, set as Prefect's page sets them, hold for all workers together."""

import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.orm import Session

from db.limits.concurrency import limits_of_tags
from db.queue.recovery import request_cancel
from flows.limits.concurrency import REFRESH_SECONDS
from local.prefect.auth import auth_string
from support.prefect_tier import Server
from support.world import World, edge, eventually, graph, node

CALL_SECONDS = 0.4


class Limits:
    """The page of limits by tag."""

    def __init__(self, world: World) -> None:
        self.world = world

    def set(self, tag: str, places: int) -> None:
        self.world.prefect("/concurrency_limits/", tag=tag, concurrency_limit=places)
        eventually(lambda: self.known().get(tag) == places, 60)
        time.sleep(2 * REFRESH_SECONDS)  # until each worker has looked

    def remove(self, tag: str) -> None:
        auth = httpx.BasicAuth(*(auth_string(self.world.home) or ":").split(":", 1))
        url = f"{self.world.prefect_api_url}/concurrency_limits/tag/{tag}"
        assert httpx.delete(url, auth=auth, timeout=60).status_code in (200, 204, 404)
        eventually(lambda: tag not in self.known(), 60)

    def known(self) -> dict[str, int]:
        """As our database has them."""
        with Session(self.world.engine) as session:
            return limits_of_tags(session)


@pytest.fixture
def limits(world: World) -> Iterator[Limits]:
    limits = Limits(world)
    yield limits
    for tag in limits.known():
        limits.remove(tag)


@pytest.fixture(scope="module")
def two_workers(world: World) -> Iterator[World]:
    worker = world.start_worker()
    yield world
    worker.stop()


def start(world: World, many: int, name: str) -> list[UUID]:
    message = f"wait {CALL_SECONDS} say {name}"
    return [world.start(llm(f"{message} {number}")) for number in range(many)]


def llm(message: str) -> Any:
    return graph([node("a", "llm", userMessage=message)])


def claimers(world: World, runs: list[UUID]) -> set[str]:
    """Who has taken them."""
    return {run.executor_id for run_id in runs if (run := world.look(run_id).run).executor_id}


def arrivals(world: World, name: str) -> list[float]:
    """When the calls came at the provider."""
    called = zip(world.brain.calls, world.brain.times, strict=True)
    return sorted(at for (message, _), at in called if f"say {name}" in message)


def test_two_workers_keep_a_limit_together_and_work_on_when_prefect_is_away(
    two_workers: World, limits: Limits, prefect_server: Server
) -> None:
    world = two_workers
    limits.set("llm", 2)
    runs = start(world, 12, "limited")
    while len(claimers(world, runs)) < 2:  # one that is busier than the other takes less
        assert len(runs) < 60, "one worker takes everything"
        runs += start(world, 3, f"limited {len(runs)}")
        time.sleep(0.5)
    ended = [world.end(run_id, 60).run for run_id in runs]
    assert {run.status for run in ended} == {"COMPLETED"}
    came = arrivals(world, "limited")
    assert (
        min(later - first for first, later in zip(came, came[2:], strict=False))
        > 0.9 * CALL_SECONDS
    )
    # And places are not left empty: all were used up to the end, however slow the machine is.
    assert came[-1] - came[0] < 12 * CALL_SECONDS * len(came) / 2

    prefect_server.stop()
    try:
        for run_id in start(world, 4, "away"):
            assert world.end(run_id, 60).run.status == "COMPLETED"
    finally:
        prefect_server.start()
    came = arrivals(world, "away")
    assert (
        min(later - first for first, later in zip(came, came[2:], strict=False))
        > 0.9 * CALL_SECONDS
    )


def test_nothing_begins_at_a_limit_of_zero_until_it_is_taken_away(
    world: World, limits: Limits
) -> None:
    limits.set("model:gemini-2.5-pro", 0)
    assert world.run(llm("say quick")).run.status == "COMPLETED"
    held = graph(
        [
            node("task", "text", text="say held"),
            node("pro", "llm", model="gemini-2.5-pro"),
        ],
        [edge("task", "pro", "userMessage")],
    )
    run_id = world.start(held)
    eventually(lambda: world.look(run_id).status("task") == "COMPLETED")
    with pytest.raises(AssertionError, match="not within"):
        eventually(lambda: world.look(run_id).status("pro") != "PENDING", 3)
    limits.remove("model:gemini-2.5-pro")
    assert world.end(run_id, 20).run.status == "COMPLETED"
    assert world.brain.count("say held") == 1


def test_a_run_that_waits_for_a_place_is_cancelled_at_once(world: World, limits: Limits) -> None:
    limits.set("llm", 0)
    run_id = world.start(llm("say never with no place"))
    eventually(lambda: world.look(run_id).run.status == "RUNNING")
    with Session(world.engine) as session, session.begin():
        request_cancel(session, "ann", run_id)
    assert world.end(run_id, 5).run.status == "CANCELLED"
    assert world.brain.count("say never with no place") == 0


def test_pictures_that_are_computed_are_limited_by_their_tag(world: World, limits: Limits) -> None:
    picture = node("pic", "image", source={"kind": "base64", "mediaType": "image/png", "data": DOT})
    nodes = [picture, *(node(f"r{i}", "resize", width=37 + i, height=8) for i in range(6))]
    edges = [edge("pic", f"r{i}", "image") for i in range(6)]
    limits.set("image-processing", 1)
    ended = world.run(graph(nodes, edges))
    assert ended.run.status == "COMPLETED"
    worked = sorted(
        (row.started_at, row.finished_at)
        for row in ended.nodes.values()
        if row.node_type == "resize" and row.started_at and row.finished_at
    )
    assert len(worked) == 6
    assert all(before[1] <= after[0] for before, after in pairwise(worked))


DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
