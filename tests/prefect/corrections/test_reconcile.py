"""Prefect's records agree with our rows again, whatever either of them missed."""

import os
import signal
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.schemas import FlowRun, TaskRun
from prefect.states import Crashed, Running

from db.tables import NodeExecution
from flows.prefect.names import recorded_flow_run_id
from flows.prefect.records.task_events import flow_run_resources, task_run_event
from local.prefect.auth import get_auth_string
from support.product.backend import Backend, EndedRun, edge, eventually, graph, node
from support.product.prefect_server import PrefectServer

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


def flow_run(backend: Backend, id: UUID | str) -> Any:
    return backend.prefect(f"/flow_runs/{id}")


def flow_runs(backend: Backend, run_id: UUID) -> list[Any]:
    tags = {"all_": [f"run:{run_id}"]}
    return backend.prefect("/flow_runs/filter", flow_runs={"tags": tags})


def shown(backend: Backend, run_id: UUID) -> UUID:
    return eventually(lambda: backend.read_run(run_id).run.prefect_flow_run_id)


def has_state(backend: Backend, id: UUID | str, name: str) -> Any:
    def poll() -> Any:
        found = flow_run(backend, id)
        return found if found["state_name"] == name else None

    return poll


def task_states(backend: Backend, flow_run_id: UUID | str, count: int) -> dict[str, str]:
    found = backend.task_runs(UUID(str(flow_run_id)), count)
    return {name: each["state_name"] for name, each in found.items()}


def only_worker(backend: Backend) -> Any:
    """A worker whose runs are all executed inside of Prefect, and a recorder."""
    for other in backend.workers:
        other.stop()
    worker = backend.start_worker(NODELOOM_PREFECT="tasks")
    if not any(each.running for each in backend.recorders):
        backend.start_recorder()
    shown(backend, backend.run(graph([node("a", "text", text="it shows runs from now on")])).run.id)
    return worker


def assert_times(recorded: Any, row: NodeExecution) -> None:
    assert row.started_at is not None
    assert row.finished_at is not None
    for name, moment in (("start_time", row.started_at), ("end_time", row.finished_at)):
        assert abs((datetime.fromisoformat(recorded[name]) - moment).total_seconds()) < 0.1


def test_the_flow_run_of_a_killed_worker_is_crashed_and_names_the_run_that_goes_on(
    backend_without_worker: Backend,
) -> None:
    backend = backend_without_worker
    victim = only_worker(backend)
    slow = "wait 10 say while it died"  # long enough for Prefect to show it on a busy machine
    run_id = backend.start(chain(slow, "killed"))
    eventually(lambda: backend.scripted_model.count(slow))
    first = shown(backend, run_id)
    recorded = {"id": {"any_": [str(first)]}}
    eventually(lambda: len(backend.prefect("/task_runs/filter", flow_runs=recorded)) == 2)
    os.kill(victim.pid, signal.SIGKILL)
    victim.stop()
    backend.start_worker(NODELOOM_PREFECT="tasks")

    ended = backend.end(run_id, 120)
    assert (ended.run.status, ended.run.epoch) == ("COMPLETED", 2)
    crashed = eventually(has_state(backend, first, "Crashed"), 120)
    message = crashed["state"]["message"]
    assert message.startswith(f"Its worker stopped. Run {run_id} ")
    assert task_states(backend, first, 2) == {"First": "Completed", "Slow": "Crashed"}
    second = eventually(lambda: one if (one := shown(backend, run_id)) != first else None)
    eventually(has_state(backend, second, "Completed"))
    done = dict.fromkeys(("First", "Slow", "Last"), "Completed")  # the newest one shows it all
    assert task_states(backend, second, 3) == done
    assert len(flow_runs(backend, run_id)) == 2


def test_what_happened_while_prefect_was_away_is_recorded_when_it_is_back(
    backend: Backend, prefect_server: PrefectServer
) -> None:
    only_worker(backend)
    slow = "wait 3 say over the end"
    began = backend.start(chain(slow, "before"))
    eventually(lambda: backend.scripted_model.count(slow))
    first = shown(backend, began)
    prefect_server.stop()
    try:
        missed = backend.end(backend.start(chain("wait 0.5 say unseen", "missed")))
        failing = graph([node("bad", "llm", userMessage="fail 9", settings={"retries": 0})])
        failed = backend.end(backend.start(failing))
        over = backend.end(began, 20)
    finally:
        prefect_server.start()
    assert [missed.run.status, failed.run.status, over.run.status] == [
        "COMPLETED",
        "FAILED",
        "COMPLETED",
    ]
    assert missed.run.prefect_flow_run_id is None
    assert {row.status for row in over.nodes.values()} == {"COMPLETED"}
    assert backend.scripted_model.count(slow) == 1

    def later(ended: EndedRun, name: str, count: int) -> Any:
        id = eventually(lambda: backend.read_run(ended.run.id).run.prefect_flow_run_id, 120)
        assert id == recorded_flow_run_id(ended.run.id)
        eventually(has_state(backend, id, name), 120)
        tasks = backend.task_runs(id, count)
        for row in ended.nodes.values():
            assert_times(tasks[row.label], row)
        assert len(flow_runs(backend, ended.run.id)) == 1
        return tasks

    tasks = later(missed, "Completed", 3)
    assert {each["state_name"] for each in tasks.values()} == {"Completed"}
    [need] = tasks["Slow"]["task_inputs"]["systemPrompt"]
    assert need["id"] == tasks["First"]["id"]
    assert "llm-execution" in tasks["Slow"]["tags"]
    tasks = later(failed, "Failed", 1)
    assert tasks["Bad"]["state_name"] == "Failed"

    eventually(has_state(backend, first, "Completed"), 120)
    assert set(task_states(backend, first, 3).values()) == {"Completed"}


def spoil(backend: Backend, fault: str, flow_run_id: UUID) -> None:
    """Have Prefect show the end of a task run wrongly."""
    task_run = TaskRun.model_validate(backend.task_runs(flow_run_id, 3)["Slow"])
    path = f"/task_runs/{task_run.id}"
    if fault == "lost":
        backend.send_prefect("DELETE", path)
        return
    state = Running() if fault == "stray" else Crashed()
    changed = task_run.model_copy(update={"state": state, "end_time": None})
    resources = flow_run_resources(FlowRun.model_validate(flow_run(backend, flow_run_id)))
    event = task_run_event(changed, task_run.state, resources)
    auth = httpx.BasicAuth(*(get_auth_string(backend.home) or ":").split(":", 1))
    httpx.post(f"{backend.prefect_api_url}/events", json=[event], auth=auth).raise_for_status()
    eventually(lambda: backend.prefect(path)["state_name"] == state.name)


def test_task_runs_of_an_ended_flow_run_show_the_ends_of_their_nodes(backend: Backend) -> None:
    """Also where Prefect lost one that it was told of, or a worker that was stopped told of its own later."""
    only_worker(backend)
    for each in backend.recorders:
        each.stop()
    faults = ("lost", "stray", "wrong")
    runs = [backend.run(chain("say slow", fault)) for fault in faults]
    ids = [shown(backend, ended.run.id) for ended in runs]
    for fault, id in zip(faults, ids, strict=True):
        eventually(has_state(backend, id, "Completed"))
        spoil(backend, fault, id)
    backend.start_recorder()
    done = dict.fromkeys(("First", "Slow", "Last"), "Completed")
    for ended, id in zip(runs, ids, strict=True):
        eventually(lambda id=id: task_states(backend, id, 3) == done, 120)
        assert_times(backend.task_runs(id, 3)["Slow"], ended.nodes["slow"])


@pytest.mark.parametrize("state", ["CANCELLING", "CANCELLED"])
def test_a_run_that_is_cancelled_in_prefect_is_cancelled(backend: Backend, state: str) -> None:
    if not any(each.running for each in backend.workers):
        backend.start_worker()
    run_id = backend.start(graph([node("slow", "llm", userMessage="hang")]))
    id = shown(backend, run_id)
    eventually(has_state(backend, id, "Running"))
    backend.prefect(f"/flow_runs/{id}/set_state", state={"type": state}, force=True)

    ended = backend.end(run_id, 15)
    assert ended.run.status == "CANCELLED"
    assert ended.status("slow") == "CANCELLED"
    eventually(has_state(backend, id, "Cancelled"), 120)


def test_what_is_not_ours_or_has_not_begun_is_left_alone(backend: Backend) -> None:
    """A flow run of another installation, and one that waits for a worker of Prefect's."""
    if not any(each.running for each in backend.workers):
        backend.start_worker()
    shown(
        backend,
        backend.run(graph([node("a", "text", text="the flow is known from now on")])).run.id,
    )
    flow = backend.prefect("/flows/", name="run-workflow")  # the one that is there, or a new one

    def make(state: str, *tags: str) -> str:
        body = {"flow_id": flow["id"], "tags": ["nodeloom", *tags], "state": {"type": state}}
        return backend.prefect("/flow_runs/", **body)["id"]

    foreign = make("RUNNING", f"run:{uuid4()}", "claim:1")
    scheduled = make("SCHEDULED")
    submitted = make("PENDING")
    # A run of ours that Prefect wrongly holds to be going on shows that a round has passed.
    run_id = backend.run(graph([node("a", "text", text="x")])).run.id
    wrong = make("RUNNING", f"run:{run_id}", "claim:0")
    lost = make("PENDING", f"run:{run_id}", "claim:1")
    state = {"type": "FAILED", "name": "Lost"}  # what an executor says that lost the run at its end
    backend.prefect(f"/flow_runs/{lost}/set_state", state=state, force=True)
    eventually(has_state(backend, wrong, "Crashed"), 120)
    eventually(has_state(backend, lost, "Completed"), 120)

    states = {id: flow_run(backend, id)["state_type"] for id in (foreign, scheduled, submitted)}
    assert states == {foreign: "RUNNING", scheduled: "SCHEDULED", submitted: "PENDING"}
