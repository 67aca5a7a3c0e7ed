"""Parts of a workflow over HTTP: planned, refused with reasons, started with what came before."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from db.queue.node_states import NodeChange
from db.run_inputs import get_run_inputs
from db.runs import get_run
from schemas.wire.run import NodeStatus, RunError, RunStatus
from support.api.client import Api, Rows, Worker, graph, text_node
from support.database.rows import completed, failed, make_run, running

Work = Callable[[str], Worker]


def edge(source: str, target: str, handle: str = "text") -> dict[str, str]:
    return {"id": f"{source}{target}", "source": source, "target": target, "targetHandle": handle}


CHAIN = graph(
    text_node("a"), text_node("b"), text_node("c"), edges=[edge("a", "b"), edge("b", "c")]
)


async def stored(api: Api, document: dict[str, Any] = CHAIN) -> str:
    return f"/api/workflows/{(await api.post('/api/workflows', json=document)).json()['id']}"


async def finished_run(
    api: Api, worker: Work, url: str, *good: str, bad: str = "", **body: Any
) -> str:
    """A run that has ended: some nodes completed, one may have failed."""
    answer = await api.post(f"{url}/runs", json=body)
    assert answer.status_code == 202, answer.text
    executor = worker(answer.json()["id"])
    await executor.claim()
    for id in good:
        output = {"kind": "text", "text": f"{id} gave"}
        await executor.change(running(id), completed(id, output))
    if bad:
        await executor.change(running(bad), failed(bad))
    open_nodes = {node["nodeId"] for node in answer.json()["nodeExecutions"]} - {*good, bad}
    for id in open_nodes:
        error = {"code": "input_missing", "message": "Not run."}
        await executor.change(NodeChange(id, NodeStatus.SKIPPED, error=error))
    ended = RunError(code="nodes_failed", message="No.") if bad else None
    await executor.finish(RunStatus.FAILED if bad else RunStatus.COMPLETED, ended)
    return answer.json()["id"]


def scope_body(kind: str, **more: Any) -> dict[str, Any]:
    return {"scope": {"kind": kind, **more}}


def nodes_of(run: dict[str, Any]) -> list[str]:
    return [node["nodeId"] for node in run["nodeExecutions"]]


async def test_a_run_of_a_part_has_only_its_nodes_and_says_its_scope(api: Api):
    url = await stored(api)
    body = scope_body("until", nodeId="b")
    run = (await api.post(f"{url}/runs", json=body)).json()
    assert nodes_of(run) == ["a", "b"]
    assert (run["scope"], run["counts"]["total"]) == (body["scope"], 2)
    listed = (await api.get(f"{url}/runs")).json()["items"]
    assert listed[0]["scope"] == body["scope"]


async def test_what_was_never_made_refuses_the_run_and_names_both_nodes(api: Api):
    url = await stored(api)
    for call in ("runs", "plan"):
        answer = await api.post(f"{url}/{call}", json=scope_body("from", nodeId="b"))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_graph")
        [problem] = answer.json()["problems"]
        assert problem["code"] == "input_not_available"
        assert (problem["nodeId"], problem["edgeId"], problem["port"]) == ("b", "ab", "text")
        assert "“B” takes the output of “A”" in problem["message"]
    assert (await api.get("/api/runs")).json()["items"] == []


async def test_the_newest_output_enters_a_part(api: Api, rows: Rows, worker: Work):
    url = await stored(api)
    await finished_run(api, worker, url, "a", "b", "c")
    answer = await api.post(f"{url}/runs", json=scope_body("nodes", nodeIds=["c"]))
    assert answer.status_code == 202
    run_id = UUID(answer.json()["id"])
    kept = await rows(get_run_inputs, [run_id])
    assert [(each.node_id, each.output["text"]) for each in kept[run_id]] == [("b", "b gave")]


async def test_what_failed_is_run_again_with_what_that_run_had_made(
    api: Api, rows: Rows, worker: Work
):
    url = await stored(api)
    first = await finished_run(api, worker, url, "a", bad="b")
    await finished_run(api, worker, url, "a", scope={"kind": "until", "nodeId": "a"})  # newer
    ids = [first]
    for _ in range(2):  # the second time, what had entered the first retry enters again
        retry = await api.post(f"{url}/runs", json=scope_body("failed", runId=ids[-1]))
        assert retry.status_code == 202, retry.text
        assert nodes_of(retry.json()) == ["b", "c"]
        ids.append(retry.json()["id"])
        run_id = UUID(ids[-1])
        kept = await rows(get_run_inputs, [run_id])
        assert [(each.node_id, str(each.run_id)) for each in kept[run_id]] == [("a", first)]
        row = await rows(get_run, "local", run_id)
        assert str(row.parent_run_id) == ids[-2]
        assert (await api.post(f"/api/runs/{run_id}/cancel")).status_code == 202


async def test_a_run_that_is_still_going_cannot_be_repeated(api: Api):
    url = await stored(api)
    run = (await api.post(f"{url}/runs")).json()
    answer = await api.post(f"{url}/runs", json=scope_body("failed", runId=run["id"]))
    assert (answer.status_code, answer.json()["code"]) == (409, "run_not_ended")


async def test_a_run_in_which_all_completed_leaves_nothing_to_run(api: Api, worker: Work):
    url = await stored(api)
    run_id = await finished_run(api, worker, url, "a", "b", "c")
    answer = await api.post(f"{url}/runs", json=scope_body("failed", runId=run_id))
    assert [each["code"] for each in answer.json()["problems"]] == ["nothing_to_run"]


@pytest.mark.parametrize("call", ["runs", "plan"])
async def test_somebody_elses_run_cannot_be_told_from_none(api: Api, rows: Rows, call: str):
    url = await stored(api)
    theirs = str(await rows(make_run))
    nobodys = "00000000-0000-4000-8000-000000000000"
    foreign = await api.post(f"{url}/{call}", json=scope_body("failed", runId=theirs))
    missing = await api.post(f"{url}/{call}", json=scope_body("failed", runId=nobodys))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["code"] == "run_not_found"
    assert foreign.text.replace(theirs, nobodys) == missing.text


async def test_a_run_of_another_workflow_is_refused(api: Api, worker: Work):
    other = await finished_run(api, worker, await stored(api), "a", bad="b")
    answer = await api.post(f"{await stored(api)}/runs", json=scope_body("failed", runId=other))
    assert (answer.status_code, answer.json()["code"]) == (422, "run_of_another_workflow")


async def test_a_node_that_is_not_there_is_a_problem(api: Api):
    url = await stored(api)
    answer = await api.post(f"{url}/runs", json=scope_body("until", nodeId="nowhere"))
    assert answer.status_code == 422
    assert [each["code"] for each in answer.json()["problems"]] == ["unknown_node"]


async def test_a_broken_node_elsewhere_does_not_refuse_a_part(api: Api):
    lonely = {"id": "x", "type": "crop", "position": {"x": 0, "y": 0}, "data": {}}
    lost = {
        "id": "y",
        "type": "image",
        "position": {"x": 0, "y": 0},
        "data": {"source": {"kind": "asset", "assetId": "6f1e0d4e-2f1c-5b0a-9a37-1d8f6a0c2b11"}},
    }
    url = await stored(api, graph(text_node("a"), lonely, lost))
    assert (await api.post(f"{url}/runs", json=scope_body("until", nodeId="a"))).status_code == 202
    answer = await api.post(f"{url}/runs", json=scope_body("all"))
    assert {each["nodeId"] for each in answer.json()["problems"]} == {"x", "y"}


async def test_a_plan_tells_of_every_node_and_starts_nothing(api: Api, worker: Work):
    url = await stored(api)
    await finished_run(api, worker, url, "a", "b", "c")
    answer = await api.post(f"{url}/plan", json=scope_body("from", nodeId="b"))
    steps = {step.pop("nodeId"): step for step in answer.json()["steps"]}
    assert list(steps) == ["b", "c", "a"]
    assert steps["b"]["action"] == steps["c"]["action"] == "run"
    assert steps["a"] == {
        "action": "skip",
        "reason": "It is outside of the run's scope; what it gave in an earlier run is used.",
    }
    assert len((await api.get("/api/runs")).json()["items"]) == 1


@pytest.mark.parametrize("name", ["\u0000", "\ud800", "”quoted“ " * 14, "x" * 128])
async def test_no_name_of_a_node_makes_a_door_fail(api: Api, name: str):
    url = await stored(api)
    for call in ("runs", "plan"):
        for body in (scope_body("from", nodeId=name), scope_body("nodes", nodeIds=["a", name])):
            text = json.dumps(body)
            headers = {"Content-Type": "application/json"}
            answer = await api.post(f"{url}/{call}", content=text, headers=headers)
            assert answer.status_code in (400, 422), answer.text
            assert answer.json()["code"] in ("invalid_graph", "invalid_json", "invalid_request")


async def test_a_bad_scope_says_which_field_is_wrong(api: Api):
    url = await stored(api)
    answer = await api.post(f"{url}/runs", json=scope_body("nodes", nodeIds=[]))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert "nodeIds" in str(answer.json()["errors"])
    answer = await api.post(f"{url}/runs", json=scope_body("sideways"))
    assert "'all', 'nodes', 'from', 'until', 'failed'" in str(answer.json()["errors"])
