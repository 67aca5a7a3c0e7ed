"""What the recorder tells Prefect of runs, read back through Prefect's own API and its graph."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from db.queue.pauses import request_pause, request_resume
from db.tables import NodeExecution
from flows.prefect.names import recorded_flow_run_id
from local.postgres.server import EmbeddedPostgres
from support.product.backend import OWNER, Backend, EndedRun, edge, eventually, graph, node
from support.product.own_backend import backend_of
from support.product.prefect_server import PrefectServer

TOLERANCE_SECONDS = 0.05
RETRY_DELAY_SECONDS = 1.0


@pytest.fixture(scope="module")
def recording(cluster: EmbeddedPostgres, prefect_server: PrefectServer) -> Iterator[Backend]:
    """All runs are executed outside of Prefect, and recorded there."""
    with backend_of(cluster, prefect_server, "record") as backend:
        backend.start_recorder()
        first = backend.run(graph([node("a", "text", text="it records from now on")]))
        recorded(backend, first, 120)
        yield backend


def recorded(backend: Backend, ended: EndedRun, seconds: float = 60) -> Any:
    """Wait for the flow run of a run at its end."""
    id = recorded_flow_run_id(ended.run.id)

    def poll() -> Any:
        found = backend.prefect("/flow_runs/filter", flow_runs={"id": {"any_": [str(id)]}})
        return found[0] if found and found[0]["end_time"] else None

    return eventually(poll, seconds)


def states(backend: Backend, kind: str, id: UUID | str) -> list[dict[str, Any]]:
    return backend.prefect(f"/{kind}_states/?{kind}_id={id}")


def logs(backend: Backend, flow_run_id: str) -> list[dict[str, Any]]:
    body = {"flow_run_id": {"any_": [flow_run_id]}}
    return backend.prefect("/logs/filter", logs=body, sort="TIMESTAMP_ASC", limit=200)


def artifacts(backend: Backend, flow_run_id: str) -> dict[str, Any]:
    body = {"flow_run_id": {"any_": [flow_run_id]}}
    found = backend.prefect("/artifacts/filter", artifacts=body, limit=100)
    return {each["key"].split("-", 2)[2]: each for each in found}


def seconds_between(told: str, moment: datetime | None) -> float:
    assert moment is not None
    return abs((datetime.fromisoformat(told) - moment).total_seconds())


def assert_same_times(told: Any, row: Any) -> None:
    """Prefect's start, end and duration are those of our row."""
    assert seconds_between(told["start_time"], row.started_at) < TOLERANCE_SECONDS
    assert seconds_between(told["end_time"], row.finished_at) < TOLERANCE_SECONDS
    duration = (row.finished_at - row.started_at).total_seconds()
    assert abs(told["total_run_time"] - duration) < TOLERANCE_SECONDS


def task_runs(backend: Backend, flow_run: Any, rows: Sequence[NodeExecution]) -> dict[str, Any]:
    found = backend.task_runs(UUID(flow_run["id"]), len(rows))
    assert len(found) == len(rows)
    return found


def test_a_run_is_shown_while_it_goes_on(recording: Backend) -> None:
    run_id = recording.start(
        graph(
            [
                node("first", "llm", userMessage="say it begins"),
                node("slow", "llm", userMessage="wait 12 say it goes on"),
            ],
            [edge("first", "slow", "systemPrompt")],
        )
    )
    id = recorded_flow_run_id(run_id)
    body = {"flow_runs": {"id": {"any_": [str(id)]}}}

    def running() -> Any:
        found = {
            each["name"].split(" · ")[0]: each["state_name"]
            for each in recording.prefect("/task_runs/filter", **body)
        }
        return found if found == {"First": "Completed", "Slow": "Running"} else None

    eventually(running, 11)
    assert recording.prefect(f"/flow_runs/{id}")["state_name"] == "Running"
    assert artifacts(recording, str(id))["progress"]["data"] == 50
    assert recording.read_run(run_id).run.prefect_flow_run_id == id
    ended = recording.end(run_id)
    flow_run = recorded(recording, ended)
    assert_same_times(flow_run, ended.run)
    assert [each["name"] for each in states(recording, "flow_run", id)] == [
        "Pending",
        "Running",
        "Completed",
    ]


def test_each_attempt_is_a_state_with_its_own_log_lines(recording: Backend) -> None:
    settings = {"retries": 2, "retryDelaySeconds": RETRY_DELAY_SECONDS}
    bad = node("bad", "llm", userMessage="fail 9", settings={**settings, "retries": 1})
    ended = recording.end(
        recording.start(
            graph([node("good", "llm", userMessage="fail 2 say at last", settings=settings), bad])
        )
    )

    flow_run = recorded(recording, ended)
    assert flow_run["state_name"] == "Failed"
    assert "1 of 2 nodes completed, 1 failed" in flow_run["state"]["message"]
    tasks = task_runs(recording, flow_run, list(ended.nodes.values()))
    told = states(recording, "task_run", tasks["Good"]["id"])
    attempts = ["Running", "AwaitingRetry", "Retrying", "AwaitingRetry", "Retrying", "Completed"]
    assert [each["name"] for each in told] == attempts
    assert told[1]["message"].startswith("provider_")
    assert tasks["Good"]["run_count"] == 3
    assert_same_times(tasks["Good"], ended.nodes["good"])
    assert tasks["Bad"]["state_name"] == "Failed"
    lines = logs(recording, flow_run["id"])
    assert [each["timestamp"] for each in lines] == sorted(each["timestamp"] for each in lines)
    of_good = [each["message"] for each in lines if each["task_run_id"] == tasks["Good"]["id"]]
    assert [message.split(" ")[0:2] for message in of_good] == [
        ["Attempt", "1"],
        ["Attempt", "1"],
        ["Attempt", "2"],
        ["Attempt", "2"],
        ["Attempt", "3"],
        ["Done", "after"],
    ]


def test_what_happened_while_prefect_was_away_is_recorded_whole(
    recording: Backend, prefect_server: PrefectServer
) -> None:
    began = recording.start(graph([node("slow", "llm", userMessage="wait 4 say over the end")]))
    eventually(lambda: recording.read_run(began).run.prefect_flow_run_id, 10)
    prefect_server.stop()
    try:
        missed = [
            recording.run(
                graph(
                    [
                        node("first", "llm", userMessage=f"say unseen {place}"),
                        node("last", "llm", userMessage="wait 0.3 say {{input}}"),
                    ],
                    [edge("first", "last", "userMessage")],
                )
            )
            for place in range(3)
        ]
        ended = recording.end(began, 20)
        assert {each.run.prefect_flow_run_id for each in missed} == {None}
    finally:
        prefect_server.start()

    for each in [*missed, ended]:
        flow_run = recorded(recording, each, 120)
        assert_same_times(flow_run, each.run)
        tasks = task_runs(recording, flow_run, list(each.nodes.values()))
        for row in each.nodes.values():
            assert_same_times(tasks[row.label], row)
        lines = logs(recording, flow_run["id"])
        assert len(lines) >= 2 + 2 * len(each.nodes)
        for line in lines:
            moment = datetime.fromisoformat(line["timestamp"])
            assert each.run.created_at <= moment
            assert each.run.finished_at is not None
            assert moment <= each.run.finished_at
        assert {"run", "nodes"} <= artifacts(recording, flow_run["id"]).keys()
    assert recording.read_run(missed[0].run.id).run.prefect_flow_run_id == recorded_flow_run_id(
        missed[0].run.id
    )


def test_two_recorders_and_one_that_is_killed_record_each_run_once(recording: Backend) -> None:
    second = recording.start_recorder()
    workflow = recording.store(
        graph([node(f"n{place}", "text", text=f"once {place}") for place in range(5)])
    )
    runs = [recording.start_stored(workflow, reuse="never") for _ in range(30)]
    ended = [recording.end(each) for each in runs[:10]]
    for each in recording.recorders[:-1]:  # in the middle of it
        if each.running:
            os.kill(each.pid, signal.SIGKILL)
            each.stop()
    ended += [recording.end(each, 60) for each in runs[10:]]

    for each in ended:
        flow_run = recorded(recording, each, 90)
        assert_same_times(flow_run, each.run)
        task_runs(recording, flow_run, list(each.nodes.values()))
        tags = {"all_": [f"run:{each.run.id}"]}
        assert len(recording.prefect("/flow_runs/filter", flow_runs={"tags": tags})) == 1
    assert second.running


def test_a_run_that_another_worker_goes_on_with_is_one_flow_run(recording: Backend) -> None:
    victim = recording.workers[-1]
    run_id = recording.start(graph([node("slow", "llm", userMessage="wait 5 say it was lost")]))
    id = eventually(lambda: recording.read_run(run_id).run.prefect_flow_run_id)
    os.kill(victim.pid, signal.SIGKILL)
    victim.stop()
    recording.start_worker(NODELOOM_PREFECT="record")
    ended = recording.end(run_id, 60)
    assert (ended.run.status, ended.run.epoch) == ("COMPLETED", 2), ended.run.epoch

    flow_run = recorded(recording, ended)
    assert flow_run["id"] == str(id)
    names = [each["name"] for each in states(recording, "flow_run", id)]
    assert names == ["Pending", "Running", "Pending", "Running", "Completed"]
    [task] = task_runs(recording, flow_run, list(ended.nodes.values())).values()
    names = [each["name"] for each in states(recording, "task_run", task["id"])]
    assert names == ["Running", "Pending", "Running", "Completed"]
    assert_same_times(task, ended.nodes["slow"])
    assert any("was lost" in each["message"] for each in logs(recording, flow_run["id"]))


@pytest.mark.parametrize("state", ["CANCELLING", "CANCELLED"])
def test_a_recorded_run_that_is_cancelled_in_prefect_is_cancelled(
    recording: Backend, state: str
) -> None:
    run_id = recording.start(graph([node("slow", "llm", userMessage="hang")]))
    id = eventually(lambda: recording.read_run(run_id).run.prefect_flow_run_id)
    recording.prefect(f"/flow_runs/{id}/set_state", state={"type": state}, force=True)

    ended = recording.end(run_id, 20)
    assert (ended.run.status, ended.status("slow")) == ("CANCELLED", "CANCELLED")
    assert recorded(recording, ended)["state_name"] == "Cancelled"


def test_recorded_runs_are_paused_and_resumed_in_one_flow_run_each(recording: Backend) -> None:
    """One by us, one by an operator in Prefect, at the same time."""
    messages = [
        (f"wait 12 say paused by {by}", f"wait 12 say resumed after {by}")
        for by in ("us", "an operator")
    ]
    ours, theirs = runs = [
        recording.start(
            graph(
                [node("slow", "llm", userMessage=slow), node("after", "llm", userMessage=after)],
                [edge("slow", "after", "systemPrompt")],
            )
        )
        for slow, after in messages
    ]
    for slow, _ in messages:
        eventually(lambda slow=slow: recording.scripted_model.count(slow))

    def flow_run_id(run_id: UUID) -> UUID | None:
        return recording.read_run(run_id).run.prefect_flow_run_id

    with Session(recording.engine) as session, session.begin():
        request_pause(session, OWNER, ours)
    state = {"type": "PAUSED", "name": "Suspended"}
    id = eventually(lambda: flow_run_id(theirs))
    recording.prefect(f"/flow_runs/{id}/set_state", state=state, force=True)

    def shown(run_id: UUID, name: str) -> bool:
        state = recording.prefect(f"/flow_runs/{flow_run_id(run_id)}")["state"]
        says = "paused" in (state["message"] or "") or name != "Suspended"
        return state["name"] == name and says

    def is_waiting(run_id: UUID) -> bool:
        return recording.read_run(run_id).run.status == "WAITING"

    for run_id in runs:
        eventually(lambda run_id=run_id: is_waiting(run_id))
        eventually(lambda run_id=run_id: shown(run_id, "Suspended"))
    ids = [flow_run_id(run_id) for run_id in runs]
    time.sleep(6)
    assert all(map(is_waiting, runs))
    with Session(recording.engine) as session, session.begin():
        for run_id in runs:
            request_resume(session, OWNER, run_id)
    for run_id in runs:
        eventually(lambda run_id=run_id: shown(run_id, "Running"))
    for run_id, id, said in zip(runs, ids, messages, strict=True):
        ended = recording.end(run_id, 60)
        assert (ended.run.status, ended.run.prefect_flow_run_id) == ("COMPLETED", id)
        assert recorded(recording, ended)["id"] == str(id)
        assert [recording.scripted_model.count(each) for each in said] == [1, 1]
