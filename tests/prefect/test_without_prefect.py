"""Prefect's server goes away: runs go on and are recorded, and it catches up when it is back."""

import time
from collections.abc import Iterator

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
    eventually(lambda: is_shown(world), 60)


def is_shown(world: World) -> bool:
    """Start a run and see whether Prefect has it within a second."""
    run_id = world.run(graph([node("a", "text", text="x")])).run.id
    for _ in range(20):
        if world.look(run_id).run.prefect_flow_run_id:
            return True
        time.sleep(0.05)
    return False


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
