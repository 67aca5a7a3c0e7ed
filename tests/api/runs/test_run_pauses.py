"""Runs paused, resumed and deleted over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from schemas.wire.run import RunStatus
from support.api.client import Api, Rows, Worker, graph, read_events, text_node
from support.database.rows import completed, make_run, running

Start = Callable[..., Awaitable[dict[str, Any]]]
Work = Callable[[str], Worker]


async def ask(api: Api, run: dict[str, Any], what: str) -> dict[str, Any]:
    answer = await api.post(f"/api/runs/{run['id']}/{what}")
    assert answer.status_code == 202, answer.text
    return answer.json()


async def ended_run(start: Start, worker: Work) -> dict[str, Any]:
    run = await start()
    executor = worker(run["id"])
    await executor.claim()
    await executor.change(running("a"), completed("a"))
    await executor.finish(RunStatus.COMPLETED)
    return run


async def test_a_run_that_has_not_begun_is_paused_at_once_and_resumed(api: Api, start: Start):
    run = await start()
    assert run["pauseRequestedAt"] is None
    for _ in range(2):
        paused = await ask(api, run, "pause")
        assert (paused["status"], paused["durationMs"]) == ("WAITING", None)
        assert paused["pauseRequestedAt"].endswith("Z")
        assert paused["counts"]["pending"] == 1
    (listed,) = (await api.get("/api/runs", params={"status": "WAITING"})).json()["items"]
    assert listed["id"] == run["id"]
    assert (await api.get("/api/runs", params={"status": "PENDING"})).json()["items"] == []
    for _ in range(2):
        resumed = await ask(api, run, "resume")
        assert (resumed["status"], resumed["pauseRequestedAt"]) == ("PENDING", None)


async def test_a_running_run_is_paused_when_its_nodes_have_ended(
    api: Api, start: Start, worker: Work
):
    run = await start(text_node("a"), text_node("b"))
    executor = worker(run["id"])
    await executor.claim()
    await executor.change(running("a"))
    asked = await ask(api, run, "pause")
    assert (asked["status"], asked["pauseRequestedAt"] is None) == ("RUNNING", False)
    await executor.change(completed("a"))
    await executor.release()
    (workflow,) = (await api.get("/api/workflows")).json()["items"]
    assert workflow["lastRun"]["status"] == "WAITING"
    await ask(api, run, "resume")
    await executor.claim()
    await executor.change(running("b"), completed("b"))
    await executor.finish(RunStatus.COMPLETED)
    ended = (await api.get(f"/api/runs/{run['id']}")).json()
    assert (ended["status"], ended["pauseRequestedAt"]) == ("COMPLETED", None)


async def test_the_event_stream_of_a_paused_run_goes_on(api: Api, start: Start):
    """Here it ends because the run is cancelled after a pause, which is no end."""
    run = await start()
    for what in ("pause", "resume", "pause", "cancel"):
        await ask(api, run, what)
    answer = await api.get(f"/api/runs/{run['id']}/events")
    told = [event["data"] for event in read_events(answer.text) if event["event"] == "run"]
    words = ("PENDING", "WAITING", "PENDING", "WAITING", "CANCELLED")
    assert [word for word, data in zip(words, told, strict=True) if word in data] == list(words)


async def test_an_ended_run_is_neither_paused_nor_resumed(api: Api, start: Start):
    run = await start()
    await ask(api, run, "cancel")
    for what in ("pause", "resume"):
        answer = await api.post(f"/api/runs/{run['id']}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (409, "run_ended")


async def test_a_paused_run_is_not_repeated_or_deleted(api: Api, start: Start):
    run = await start()
    await ask(api, run, "pause")
    repeat = {"scope": {"kind": "failed", "runId": run["id"]}}
    answer = await api.post(f"/api/workflows/{run['workflowId']}/runs", json=repeat)
    assert (answer.status_code, answer.json()["code"]) == (409, "run_not_ended")
    answer = await api.delete(f"/api/runs/{run['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "run_not_ended")


async def test_an_ended_run_is_deleted_with_all_that_is_its(
    api: Api, start: Start, worker: Work, rows: Rows
):
    run = await ended_run(start, worker)
    repeat = {"scope": {"kind": "all"}}
    path = f"/api/workflows/{run['workflowId']}/runs"
    later = (await api.post(path, json=repeat)).json()
    answer = await api.delete(f"/api/runs/{run['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    for gone in ("", "/events", "/nodes/a"):
        assert (await api.get(f"/api/runs/{run['id']}{gone}")).status_code == 404
    assert (await api.delete(f"/api/runs/{run['id']}")).status_code == 404
    assert [each["id"] for each in (await api.get(path)).json()["items"]] == [later["id"]]

    def left(session: Any) -> list[int]:
        tables = ("node_executions", "run_events")
        query = "select count(*) from {} where run_id = '{}'"
        connection = session.connection()
        return [
            connection.exec_driver_sql(query.format(table, run["id"])).scalar_one()
            for table in tables
        ]

    assert await rows(left) == [0, 0]


async def test_a_result_that_was_taken_over_outlives_the_run_it_is_from(
    api: Api, start: Start, worker: Work
):
    run = await ended_run(start, worker)
    later = (await api.post(f"/api/workflows/{run['workflowId']}/runs", json={})).json()
    executor = worker(later["id"])
    await executor.claim()
    await executor.change(completed("a", reused=True, reused_from=run["id"]))
    await executor.finish(RunStatus.COMPLETED)
    assert (await api.delete(f"/api/runs/{run['id']}")).status_code == 204
    (node,) = (await api.get(f"/api/runs/{later['id']}")).json()["nodeExecutions"]
    assert (node["reused"], node["reusedFrom"]) == (True, run["id"])
    assert node["output"] == {"kind": "text", "text": "hello"}


@pytest.mark.parametrize("call", ["POST /pause", "POST /resume", "DELETE "])
async def test_somebody_elses_run_looks_like_none(api: Api, rows: Rows, call: str):
    theirs = str(await rows(make_run))
    nobodys = "00000000-0000-4000-8000-000000000000"
    method, path = call.split(" ")
    foreign = await api.request(method, f"/api/runs/{theirs}{path}")
    missing = await api.request(method, f"/api/runs/{nobodys}{path}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text.replace(theirs, nobodys) == missing.text


async def test_a_workflow_with_a_paused_run_can_be_deleted_and_the_run_be_cancelled(
    api: Api, start: Start
):
    run = await start()
    await ask(api, run, "pause")
    assert (await api.delete(f"/api/workflows/{run['workflowId']}")).status_code == 204
    assert (await ask(api, run, "cancel"))["status"] == "CANCELLED"
    stored = (await api.post("/api/workflows", json=graph())).json()
    assert stored["revision"] == 1
