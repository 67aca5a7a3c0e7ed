"""Prefect's server goes away: runs go on and are recorded, and it catches up when it is back."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.prefect_tier import Server
from support.world import World, edge, eventually, graph, node


@pytest.fixture
def server(prefect_server: Server, world: World) -> Iterator[Server]:
    """The server, which is running again after the test."""
    yield prefect_server
    if prefect_server.part is None:
        prefect_server.start()
    # The worker leaves Prefect alone for a while after it did not answer.
    eventually(lambda: flow_run_of(world, world.start(graph([node("a", "text", text="x")]))))


def flow_run_of(world: World, run_id: Any) -> Any:
    world.end(run_id)
    return world.look(run_id).run.prefect_flow_run_id


def test_a_run_that_starts_while_prefect_is_away_completes(world: World, server: Server) -> None:
    server.stop()

    ended = world.run(graph([node("alone", "llm", userMessage="say still here")]))

    assert ended.run.status == "COMPLETED"
    assert ended.nodes["alone"].output == {"kind": "text", "text": "still here"}
    assert ended.run.prefect_flow_run_id is None


def test_a_run_goes_on_when_prefect_dies_in_the_middle(world: World, server: Server) -> None:
    first = "wait 1.5 say in the middle"
    run_id = world.start(
        graph(
            [node("first", "llm", userMessage=first), node("second", "llm")],
            [edge("first", "second", "systemPrompt")],
        )
    )
    eventually(lambda: world.brain.count(first))
    server.stop()

    ended = world.end(run_id, 15)
    assert ended.run.status == "COMPLETED"
    assert {row.status for row in ended.nodes.values()} == {"COMPLETED"}
    assert world.brain.count(first) == 1
