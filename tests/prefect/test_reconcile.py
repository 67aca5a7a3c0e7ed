"""Prefect's records agree with our rows again, whatever either of them missed."""

import os
import signal
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.tables.workflow import NodeExecution
from support.prefect_tier import Server
from support.world import Ended, World, edge, eventually, graph, node

CHAIN = [edge("first", "slow", "systemPrompt"), edge("slow", "last", "systemPrompt")]


def chain(slow: str, word: str) -> Any:
    return graph(
        [
            node("first", "llm", userMessage=f"say first {word}"),
            node("slow", "llm", userMessage=slow),
            node("last", "llm", userMessage=f"say last {word}"),
        ],
        CHAIN,
    )


def flow_run(world: World, id: UUID | str) -> Any:
    return world.prefect(f"/flow_runs/{id}")


def flow_runs(world: World, run_id: UUID) -> list[Any]:
    tags = {"all_": [f"run:{run_id}"]}
    return world.prefect("/flow_runs/filter", flow_runs={"tags": tags})


def shown(world: World, run_id: UUID) -> UUID:
    return eventually(lambda: world.look(run_id).run.prefect_flow_run_id)


def has_state(world: World, id: UUID | str, name: str) -> Any:
    def look() -> Any:
        found = flow_run(world, id)
        return found if found["state_name"] == name else None

    return look


def task_states(world: World, flow_run_id: UUID | str, count: int) -> dict[str, str]:
    found = world.task_runs(UUID(str(flow_run_id)), count)
    return {name: each["state_name"] for name, each in found.items()}


def only_worker(world: World) -> Any:
    others = [each for each in world.workers if each.running]
    worker = world.start_worker()
    for other in others:
        other.stop()
    shown(world, world.run(graph([node("a", "text", text="it shows runs from now on")])).run.id)
    return worker


def assert_times(recorded: Any, row: NodeExecution) -> None:
    assert row.started_at is not None
    assert row.finished_at is not None
    for name, moment in (("start_time", row.started_at), ("end_time", row.finished_at)):
        assert abs((datetime.fromisoformat(recorded[name]) - moment).total_seconds()) < 0.1


def test_the_flow_run_of_a_killed_worker_is_crashed_and_names_the_run_that_goes_on(
    empty_world: World,
) -> None:
    world = empty_world
    victim = only_worker(world)
    slow = "wait 4 say while it died"
    run_id = world.start(chain(slow, "killed"))
    eventually(lambda: world.brain.count(slow))
    first = shown(world, run_id)
    recorded = {"id": {"any_": [str(first)]}}
    eventually(lambda: len(world.prefect("/task_runs/filter", flow_runs=recorded)) == 2)
    os.kill(victim.pid, signal.SIGKILL)
    victim.stop()
    world.start_worker()

    ended = world.end(run_id, 120)
    assert (ended.run.status, ended.run.epoch) == ("COMPLETED", 2)
    crashed = eventually(has_state(world, first, "Crashed"), 120)
    message = crashed["state"]["message"]
    assert message.startswith(f"Its worker stopped. Run {run_id} ")
    assert task_states(world, first, 2) == {"First": "Completed", "Slow": "Crashed"}
    second = eventually(lambda: one if (one := shown(world, run_id)) != first else None)
    eventually(has_state(world, second, "Completed"))
    done = dict.fromkeys(("First", "Slow", "Last"), "Completed")  # the newest one shows it all
    assert task_states(world, second, 3) == done
    assert len(flow_runs(world, run_id)) == 2


def test_what_happened_while_prefect_was_away_is_recorded_when_it_is_back(
    world: World, prefect_server: Server
) -> None:
    if not any(each.running for each in world.workers):
        world.start_worker()
    slow = "wait 3 say over the end"
    began = world.start(chain(slow, "before"))
    eventually(lambda: world.brain.count(slow))
    first = shown(world, began)
    prefect_server.stop()
    try:
        missed = world.end(world.start(chain("wait 0.5 say unseen", "missed")))
        failing = graph([node("bad", "llm", userMessage="fail 9", settings={"retries": 0})])
        failed = world.end(world.start(failing))
        over = world.end(began, 20)
        # Who tells Prefect of the first one waits for it a while, and would show it when it is back.
        given_up = f"run {missed.run.id} is not shown now"
        eventually(lambda: any(given_up in each.log.read_text() for each in world.workers))
    finally:
        prefect_server.start()
    assert [missed.run.status, failed.run.status, over.run.status] == [
        "COMPLETED",
        "FAILED",
        "COMPLETED",
    ]
    assert missed.run.prefect_flow_run_id is None
    assert {row.status for row in over.nodes.values()} == {"COMPLETED"}
    assert world.brain.count(slow) == 1

    def later(ended: Ended, name: str, count: int) -> Any:
        id = eventually(lambda: world.look(ended.run.id).run.prefect_flow_run_id, 120)
        recorded = eventually(has_state(world, id, name), 120)
        assert "recorded-later" in recorded["tags"]
        assert recorded["state"]["message"].startswith(f"Recorded later: {ended.run.status}, ")
        tasks = world.task_runs(id, count)
        for row in ended.nodes.values():
            assert_times(tasks[row.label], row)
        assert len(flow_runs(world, ended.run.id)) == 1
        return tasks

    tasks = later(missed, "Completed", 3)
    assert {each["state_name"] for each in tasks.values()} == {"Completed"}
    [need] = tasks["Slow"]["task_inputs"]["systemPrompt"]
    assert need["id"] == tasks["First"]["id"]
    assert "llm-execution" in tasks["Slow"]["tags"]
    tasks = later(failed, "Failed", 1)
    assert tasks["Bad"]["state_name"] == "Failed"

    eventually(has_state(world, first, "Completed"), 120)
    assert set(task_states(world, first, 3).values()) == {"Completed"}


@pytest.mark.parametrize("state", ["CANCELLING", "CANCELLED"])
def test_a_run_that_is_cancelled_in_prefect_is_cancelled(world: World, state: str) -> None:
    if not any(each.running for each in world.workers):
        world.start_worker()
    run_id = world.start(graph([node("slow", "llm", userMessage="hang")]))
    id = shown(world, run_id)
    eventually(has_state(world, id, "Running"))
    world.prefect(f"/flow_runs/{id}/set_state", state={"type": state}, force=True)

    ended = world.end(run_id, 15)
    assert ended.run.status == "CANCELLED"
    assert ended.status("slow") == "CANCELLED"
    eventually(has_state(world, id, "Cancelled"), 120)


def test_what_is_not_ours_or_has_not_begun_is_left_alone(world: World) -> None:
    """A flow run of another installation, and one that waits for a worker of Prefect's."""
    if not any(each.running for each in world.workers):
        world.start_worker()
    shown(world, world.run(graph([node("a", "text", text="the flow is known from now on")])).run.id)
    [flow] = [
        each for each in world.prefect("/flows/filter", limit=200) if each["name"] == "run-workflow"
    ]

    def make(state: str, *tags: str) -> str:
        body = {"flow_id": flow["id"], "tags": ["nodeloom", *tags], "state": {"type": state}}
        return world.prefect("/flow_runs/", **body)["id"]

    foreign = make("RUNNING", f"run:{uuid4()}", "claim:1")
    scheduled = make("SCHEDULED")
    submitted = make("PENDING")
    # A run of ours that Prefect wrongly holds to be going on shows that a round has passed.
    run_id = world.run(graph([node("a", "text", text="x")])).run.id
    wrong = make("RUNNING", f"run:{run_id}", "claim:0")
    lost = make("PENDING", f"run:{run_id}", "claim:1")
    state = {"type": "FAILED", "name": "Lost"}  # what an executor says that lost the run at its end
    world.prefect(f"/flow_runs/{lost}/set_state", state=state, force=True)
    eventually(has_state(world, wrong, "Crashed"), 120)
    eventually(has_state(world, lost, "Completed"), 120)

    states = {id: flow_run(world, id)["state_type"] for id in (foreign, scheduled, submitted)}
    assert states == {foreign: "RUNNING", scheduled: "SCHEDULED", submitted: "PENDING"}
