"""Runs inside of Prefect's tasks: what its pages say is what happened, and its absence hurts nobody."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from db.queue.pauses import request_pause, request_resume
from db.queue.recovery import request_cancel
from support.product.backend import OWNER, Backend, EndedRun, edge, eventually, graph, node
from support.product.prefect_server import PrefectServer

TOLERANCE = timedelta(milliseconds=50)


def flow_run_of(backend: Backend, run_id: UUID) -> Any:
    """The flow run of a run, once it has ended."""
    id = eventually(lambda: backend.read_run(run_id).run.prefect_flow_run_id)

    def poll() -> Any:
        found = backend.prefect(f"/flow_runs/{id}")
        return found if found["end_time"] else None

    return eventually(poll)


def states_of(backend: Backend, task_run_id: str) -> list[dict[str, Any]]:
    return backend.prefect(f"/task_run_states/?task_run_id={task_run_id}")


def log_of(backend: Backend, flow_run_id: str, task_run_id: str | None = None) -> list[Any]:
    return backend.prefect(
        "/logs/filter",
        logs={"flow_run_id": {"any_": [flow_run_id]}}
        | ({"task_run_id": {"any_": [task_run_id]}} if task_run_id else {}),
        sort="TIMESTAMP_ASC",
        limit=200,
    )


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_times_in_prefect_are_those_of_the_work(hosted: Backend) -> None:
    hosted.run(graph([node("first", "text", text="it imports what Prefect's engine needs")]))
    waits = {f"n{index}": f"wait 0.{index + 2} say {index}" for index in range(6)}
    nodes = [node(id, "llm", userMessage=message) for id, message in waits.items()]
    nodes.append(node("join", "llm", userMessage="say joined"))
    ended = hosted.run(graph(nodes, [edge(id, "join", "systemPrompt") for id in waits]))
    assert ended.run.status == "COMPLETED"
    flow_run = flow_run_of(hosted, ended.run.id)
    tasks = hosted.task_runs(UUID(flow_run["id"]), 7)
    for id, row in ended.nodes.items():
        shown = tasks[id.title()]
        assert row.started_at is not None
        assert row.finished_at is not None
        assert abs(moment(shown["start_time"]) - row.started_at) < TOLERANCE, id
        assert abs(moment(shown["end_time"]) - row.finished_at) < TOLERANCE, id
        assert shown["total_run_time"] >= 0.2 or id == "join"


def test_each_attempt_is_a_state_and_prefect_waits_between_them(hosted: Backend) -> None:
    message = "limit 1.2 say patient"
    settings = {"retries": 2, "retryDelaySeconds": 0.1}
    ended = hosted.run(graph([node("flaky", "llm", userMessage=message, settings=settings)]))
    assert ended.nodes["flaky"].attempt == 2
    flow_run = flow_run_of(hosted, ended.run.id)
    task = hosted.task_runs(UUID(flow_run["id"]), 1)["Flaky"]
    assert task["run_count"] == 2
    policy = task["empirical_policy"]
    assert (policy["retries"], policy["retry_delay"]) == (2, 0.1)  # its page shows no list
    assert {"llm", "llm-execution", f"run:{ended.run.id}"} <= set(task["tags"])

    def recorded() -> Any:
        found = states_of(hosted, task["id"])
        return found if len(found) == 4 else None

    running, awaiting, retrying, completed = eventually(recorded)
    names = [each["name"] for each in (running, awaiting, retrying, completed)]
    assert names == ["Running", "AwaitingRetry", "Retrying", "Completed"]
    due = moment(awaiting["state_details"]["scheduled_time"])
    assert due - moment(awaiting["timestamp"]) >= timedelta(seconds=1.1)  # what the model asked for
    assert timedelta(0) <= moment(retrying["timestamp"]) - due < timedelta(seconds=1)
    assert awaiting["message"] is None or "PROMPT" not in awaiting["message"]


def test_log_lines_are_written_when_things_happen(hosted: Backend) -> None:
    settings = {"retries": 1, "retryDelaySeconds": 0.4}
    message = "fail 1 wait 0.5 say logged"
    ended = hosted.run(graph([node("teller", "llm", userMessage=message, settings=settings)]))
    flow_run = flow_run_of(hosted, ended.run.id)
    task = hosted.task_runs(UUID(flow_run["id"]), 1)["Teller"]

    def lines() -> Any:
        found = log_of(hosted, flow_run["id"], task["id"])
        return found if any("Finished" in each["message"] for each in found) else None

    found = eventually(lines)
    words = ["Attempt 1 of 2 begins", "Attempt 1 failed", "will start", "Attempt 2 of 2 begins"]
    places = [
        next(place for place, each in enumerate(found) if word in each["message"])
        for word in [*words, "Done after", "Finished in state"]
    ]
    assert places == sorted(places)
    assert not any("Traceback" in each["message"] for each in found)
    at = [moment(found[place]["timestamp"]) for place in places]
    row = ended.nodes["teller"]
    assert row.started_at is not None
    assert row.finished_at is not None
    assert abs(at[0] - row.started_at) < TOLERANCE
    assert abs(at[4] - row.finished_at) < TOLERANCE
    assert at[3] - at[1] >= timedelta(seconds=0.25)  # the wait between the attempts


def test_each_workflow_is_a_flow_of_its_own_versioned_by_revision(hosted: Backend) -> None:
    document = graph([node("a", "text", text="one")]) | {"name": "Tea / <fine>"}
    workflow_id = hosted.store(document)
    first = hosted.run_stored(workflow_id)
    hosted.save(workflow_id, graph([node("a", "text", text="two")]) | {"name": "Tea / <fine>"})
    second = hosted.run_stored(workflow_id)
    shown = [flow_run_of(hosted, each.run.id) for each in (first, second)]
    assert [each["flow_version"] for each in shown] == ["1", "2"]
    [flow_id] = {each["flow_id"] for each in shown}
    assert hosted.prefect(f"/flows/{flow_id}")["name"] == f"Tea _ _fine_ · {workflow_id}"


def test_what_was_made_before_is_cached_and_what_failed_says_why(hosted: Backend) -> None:
    document = graph(
        [node("same", "text", text="the same"), node("bad", "llm", userMessage="refuse")]
    )
    workflow_id = hosted.store(document)
    hosted.run_stored(workflow_id)
    ended = hosted.run_stored(workflow_id)
    assert ended.nodes["same"].reused
    flow_run = flow_run_of(hosted, ended.run.id)
    assert flow_run["state_name"] == "Failed"
    assert flow_run["state"]["message"] == "1 of 2 nodes completed, 1 failed"
    tasks = hosted.task_runs(UUID(flow_run["id"]), 2)
    assert tasks["Same"]["state_name"] == "Cached"
    assert tasks["Bad"]["state_name"] == "Failed"
    assert tasks["Bad"]["state"]["message"].startswith("wrong_key: ")
    assert tasks["Bad"]["run_count"] == 1


@pytest.mark.parametrize("message", ["hang", "fail 9 say never"])
def test_a_cancelled_run_ends_its_tasks_as_cancelled(hosted: Backend, message: str) -> None:
    """In the middle of an attempt, and while Prefect waits for the next one."""
    settings = {"retries": 3, "retryDelaySeconds": 30}
    run_id = hosted.start(graph([node("stuck", "llm", userMessage=message, settings=settings)]))
    eventually(lambda: hosted.scripted_model.count(message) == 1)
    with Session(hosted.engine) as session, session.begin():
        request_cancel(session, OWNER, run_id)
    assert hosted.end(run_id).run.status == "CANCELLED"
    flow_run = flow_run_of(hosted, run_id)
    assert flow_run["state_type"] == "CANCELLED"

    def cancelled() -> bool:
        tasks = hosted.task_runs(UUID(flow_run["id"]), 1)
        return tasks["Stuck"]["state_name"] == "Cancelled"

    eventually(cancelled)


@pytest.mark.parametrize("suspended", [False, True], ids=["here", "in Prefect"])
def test_a_paused_run_says_so_in_prefect(hosted: Backend, suspended: bool) -> None:
    """Its flow run is suspended, by whomever, and shows how it goes on."""
    slow = f"wait 1.5 say before the pause {suspended}"
    nodes = [node("slow", "llm", userMessage=slow), node("after", "llm", userMessage="say after")]
    run_id = hosted.start(graph(nodes, [edge("slow", "after", "systemPrompt")]))
    eventually(lambda: hosted.scripted_model.count(slow))
    id = eventually(lambda: hosted.read_run(run_id).run.prefect_flow_run_id)
    with Session(hosted.engine) as session, session.begin():
        request_pause(session, OWNER, run_id)
    if suspended:
        state = {"type": "PAUSED", "name": "Suspended"}
        hosted.prefect(f"/flow_runs/{id}/set_state", state=state, force=True)
    eventually(lambda: hosted.read_run(run_id).run.status == "WAITING")
    eventually(lambda: hosted.prefect(f"/flow_runs/{id}")["state_name"] == "Suspended")
    with Session(hosted.engine) as session, session.begin():
        request_resume(session, OWNER, run_id)
    ended = hosted.end(run_id)
    assert_completed(ended)
    assert hosted.scripted_model.count(slow) == 1
    again = flow_run_of(hosted, run_id)
    assert again["id"] == str(id)
    assert set(hosted.task_runs(UUID(again["id"]), 2)) == {"Slow", "After"}


def test_a_run_goes_on_when_prefect_is_killed_in_the_middle(
    hosted: Backend, prefect_server: PrefectServer
) -> None:
    slow = "wait 3 say through the night"
    settings = {"retries": 2, "retryDelaySeconds": 0.5}
    nodes = [
        node("slow", "llm", userMessage=slow),
        node("after", "llm", userMessage="fail 1 say {{input}}", settings=settings),
    ]
    run_id = hosted.start(graph(nodes, [edge("slow", "after", "userMessage")]))
    eventually(lambda: hosted.scripted_model.count(slow))
    eventually(lambda: hosted.read_run(run_id).run.prefect_flow_run_id)
    prefect_server.kill()
    try:
        ended = hosted.end(run_id, 20)
        assert ended.run.status == "COMPLETED"
        assert (ended.nodes["slow"].attempt, ended.nodes["after"].attempt) == (1, 2)
        assert hosted.scripted_model.count(slow) == 1
        # The next one begins without Prefect, and at once.
        assert_completed(hosted.run(graph([node("direct", "llm", userMessage="say alone")])))
    finally:
        prefect_server.start()
    flow_run = flow_run_of(hosted, run_id)
    assert flow_run["state_type"] == "COMPLETED"
    tasks = hosted.task_runs(UUID(flow_run["id"]), 2)
    assert {each["state_name"] for each in tasks.values()} == {"Completed"}


def assert_completed(ended: EndedRun) -> None:
    assert ended.run.status == "COMPLETED"
