"""Runs with values for what their workflow declares as inputs, and results by name."""

import base64
from collections.abc import Callable
from typing import Any

from PIL import Image

from schemas.wire.run import RunStatus
from support.api.client import Api, Worker, graph, text_node
from support.database.rows import completed, failed, running
from support.nodes.media import encoded

Workers = Callable[[str], Worker]
INPUTS = [{"name": "topic", "nodeId": "a", "param": "text", "required": True}]
OUTPUTS = [{"name": "post", "nodeId": "b"}]


async def stored(api: Api, *nodes: dict[str, Any], **more: Any) -> str:
    declared = {"inputs": INPUTS, "outputs": OUTPUTS, **more}
    drawn = graph(*(nodes or (text_node("a"), text_node("b"))), **declared)
    answer = await api.post("/api/workflows", json=drawn)
    assert answer.status_code == 201, answer.text
    return f"/api/workflows/{answer.json()['id']}"


async def test_declarations_are_stored_and_versioned(api: Api):
    url = await stored(api)
    read = (await api.get(url)).json()
    assert read["inputs"][0] | INPUTS[0] == read["inputs"][0]
    assert read["outputs"][0] | OUTPUTS[0] == read["outputs"][0]
    sent = await api.put(url, json=read, headers={"If-Match": "1"})
    assert (sent.status_code, sent.json()["inputs"]) == (200, read["inputs"])
    bare = {key: read[key] for key in ("name", "nodes", "edges")}
    without = await api.put(url, json=bare, headers={"If-Match": sent.headers["etag"]})
    assert without.json()["inputs"] == []
    assert (await api.get(f"{url}/versions/1")).json()["inputs"] == read["inputs"]


async def test_a_run_executes_the_values_that_it_was_given(api: Api, worker: Workers):
    url = await stored(api)
    run = (await api.post(f"{url}/runs", json={"inputs": {"topic": "Cats"}})).json()
    assert (run["inputs"], run["outputs"]) == ({"topic": "Cats"}, {"post": None})
    executor = worker(run["id"])
    await executor.claim()
    await executor.change(running("a"), completed("a"), running("b"), completed("b"))
    await executor.finish(RunStatus.COMPLETED)
    ended = (await api.get(f"/api/runs/{run['id']}")).json()
    assert ended["inputs"] == {"topic": "Cats"}
    assert ended["outputs"] == {"post": ended["nodeExecutions"][1]["output"]}
    for _ in range(2):  # the second one is started as the first one was
        again = (await api.post(f"{url}/runs", json={})).json()
        assert (again["inputs"], again["outputs"]) == ({}, {"post": None})
        assert (await api.get(f"/api/runs/{again['id']}")).json()["outputs"] == {"post": None}


async def test_a_run_of_what_failed_is_given_what_the_first_one_was(api: Api, worker: Workers):
    url = await stored(api)
    run = (await api.post(f"{url}/runs", json={"inputs": {"topic": "Cats"}})).json()
    executor = worker(run["id"])
    await executor.claim()
    await executor.change(running("a"), failed("a"), running("b"), completed("b"))
    await executor.finish(RunStatus.FAILED)
    repeated = {"scope": {"kind": "failed", "runId": run["id"]}}
    assert (await api.post(f"{url}/runs", json=repeated)).json()["inputs"] == {"topic": "Cats"}
    bare = graph(text_node("a"), text_node("b"))
    await api.put(url, json=bare, headers={"If-Match": "1"})
    again = await api.post(f"{url}/runs", json=repeated)  # what is declared no more is left out
    assert (again.status_code, again.json()["inputs"]) == (202, {})


async def test_wrong_values_start_nothing(api: Api):
    url = await stored(api)
    for inputs, codes in (
        ({"topic": 7, "style": "x"}, [("unknown_input", "style"), ("bad_input_value", "topic")]),
        ({"Topic": "x"}, [("unknown_input", "Topic")]),
    ):
        answer = await api.post(f"{url}/runs", json={"inputs": inputs})
        assert answer.status_code == 422
        found = [(each["code"], each["input"]) for each in answer.json()["problems"]]
        assert found == codes
        planned = await api.post(f"{url}/plan", json={"inputs": inputs})
        assert (planned.status_code, planned.json()["problems"]) == (422, answer.json()["problems"])
    assert (await api.get(f"{url}/runs")).json()["items"] == []


async def test_a_picture_may_be_given_inside_of_the_request(api: Api):
    photo = {"id": "p", "type": "image", "position": {"x": 0, "y": 0}, "data": {"label": "Photo"}}
    declared = [{"name": "photo", "nodeId": "p", "param": "source", "required": True}]
    url = await stored(api, photo, inputs=declared, outputs=[])
    assert (await api.post(f"{url}/check")).json()["problems"] == []
    missing = (await api.post(f"{url}/runs", json={})).json()
    assert [each["code"] for each in missing["problems"]] == ["missing_source"]
    data = base64.b64encode(encoded(Image.new("RGB", (4, 3)))).decode()
    run = await api.post(f"{url}/runs", json={"inputs": {"photo": {"base64": data}}})
    assert run.status_code == 202, run.text
    asset_id = run.json()["inputs"]["photo"]["assetId"]
    assert (await api.get(f"/api/assets/{asset_id}")).headers["content-type"] == "image/png"
    broken = await api.post(f"{url}/runs", json={"inputs": {"photo": {"base64": "AAAA"}}})
    assert "no file that can be read" in broken.json()["problems"][0]["message"]
