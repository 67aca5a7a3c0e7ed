"""Workflows are published as functions, described, and called by name."""

import base64
from collections.abc import Callable
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from PIL import Image

from api.auth.identity import LOCAL_USER
from db.assets import get_asset
from schemas.wire.run import RunError, RunStatus
from support.api.client import Api, Rows, Worker, graph, text_node
from support.database.rows import completed, failed, running
from support.nodes.media import encoded

Workers = Callable[[str], Worker]
INPUTS = [
    {"name": "topic", "nodeId": "a", "param": "text", "required": True},
    {"name": "style", "nodeId": "b", "param": "text"},
]
OUTPUTS = [{"name": "post", "nodeId": "b"}]


async def stored(api: Api, **more: Any) -> str:
    drawn = graph(text_node("a"), text_node("b"), inputs=INPUTS, outputs=OUTPUTS) | more
    answer = await api.post("/api/workflows", json=drawn)
    assert answer.status_code == 201, answer.text
    return f"/api/workflows/{answer.json()['id']}"


async def published(api: Api, name: str = "posts", **more: Any) -> str:
    """Store and publish a workflow; gives its address."""
    url = await stored(api, **more)
    answer = await api.post(f"{url}/publish", json={"name": name})
    assert answer.status_code == 200, answer.text
    return url


async def change(api: Api, url: str, **more: Any) -> None:
    read = await api.get(url)
    body = {key: read.json()[key] for key in ("name", "nodes", "edges", "inputs", "outputs")}
    saved = await api.put(url, json=body | more, headers={"If-Match": read.headers["etag"]})
    assert saved.status_code == 200, saved.text


async def run_to_end(executor: Worker, *ended: Any, error: RunError | None = None) -> None:
    await executor.claim()
    await executor.change(running("a"), completed("a"), running("b"), *ended)
    await executor.finish(RunStatus.FAILED if error else RunStatus.COMPLETED, error)


async def stored_image(rows: Rows, asset_id: str) -> dict[str, Any]:
    """The value that a node gives which has this image."""
    value = await rows(get_asset, LOCAL_USER.id, UUID(asset_id))
    return value.model_dump(mode="json")


async def test_a_function_says_what_it_takes_and_gives(api: Api) -> None:
    url = await published(api)
    read = (await api.get("/api/functions/posts")).json()
    assert (read["name"], read["url"], read["revision"]) == ("posts", "/api/functions/posts", 1)
    assert (read["inputs"]["required"], read["nodeCount"]) == (["topic"], 2)
    assert set(read["outputs"]["properties"]) == {"post"}
    jsonschema.Draft202012Validator(read["inputs"]).validate(read["example"])
    assert (await api.post("/api/functions/posts", json=read["example"])).status_code == 202
    (listed,) = (await api.get("/api/functions")).json()["items"]
    assert listed == {key: read[key] for key in listed}
    assert (await api.delete("/api/functions/posts")).status_code == 204
    for answer in (
        await api.get("/api/functions/posts"),
        await api.delete("/api/functions/posts"),
        await api.post("/api/functions/posts", json={"topic": "x"}),
        await api.get("/api/functions/No%00thing"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "function_not_found")
    assert (await api.get(url)).status_code == 200


async def test_calls_run_the_published_version_until_another_is_published(
    api: Api, worker: Workers
) -> None:
    url = await published(api)
    await change(api, url, nodes=[text_node("a"), text_node("b", "Changed")])
    call = await api.post("/api/functions/posts", json={"topic": "Cats"})
    assert (call.status_code, call.json()["status"]) == (202, "PENDING"), call.text
    assert call.json()["outputs"] == {"post": None}
    assert call.headers["location"] == f"/api/runs/{call.json()['runId']}"
    run = (await api.get(call.headers["location"])).json()
    assert (run["revision"], run["inputs"]) == (1, {"topic": "Cats"})
    ran = (await api.get(f"/api/runs/{run['id']}/graph")).json()
    assert [each["data"]["text"] for each in ran["nodes"]] == ["Cats", "Hello"]
    version = (await api.get(f"{url}/versions")).json()["items"][0]
    for body in ({"name": "posts"}, {"name": "posts", "versionId": version["id"]}):
        again = await api.post(f"{url}/publish", json=body)
        assert (again.status_code, again.json()["revision"]) == (200, 2), again.text
    await run_to_end(worker(run["id"]), completed("b"))
    second = (await api.post("/api/functions/posts", json={"topic": "Dogs"})).json()
    ran = (await api.get(f"/api/runs/{second['runId']}/graph")).json()
    assert [each["data"]["text"] for each in ran["nodes"]] == ["Dogs", "Changed"]
    assert (await api.get(f"/api/runs/{second['runId']}")).json()["revision"] == 2


async def test_wrong_values_are_all_said_by_name_and_start_nothing(api: Api) -> None:
    await published(api)
    for body, problems in (
        ({}, [("input_required", "topic")]),
        ({"topic": None}, [("input_required", "topic")]),
        (
            {"style": 7, "Topic": "x"},
            [("unknown_input", "Topic"), ("input_required", "topic"), ("bad_input_value", "style")],
        ),
    ):
        answer = await api.post("/api/functions/posts", json=body)
        assert answer.status_code == 422, answer.text
        found = [(each["code"], each["input"]) for each in answer.json()["problems"]]
        assert found == problems
    for body in ([], "x", 7, {f"n{number}": 1 for number in range(101)}):
        answer = await api.post("/api/functions/posts", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "inputs_not_an_object")
    assert (await api.post("/api/functions/posts")).json()["problems"][0]["input"] == "topic"
    assert (await api.get("/api/runs")).json()["items"] == []


async def test_the_same_key_is_the_same_run(api: Api, worker: Workers) -> None:
    url = await published(api)
    headers = {"Idempotency-Key": "once"}
    first = (await api.post("/api/functions/posts", json={"topic": "x"}, headers=headers)).json()
    await run_to_end(worker(first["runId"]), completed("b"))
    await change(api, url, outputs=[])
    forced = {"name": "posts", "force": True}
    assert (await api.post(f"{url}/publish", json=forced)).status_code == 200
    again = await api.post("/api/functions/posts", json={"topic": "x"}, headers=headers)
    assert (again.status_code, again.json()["runId"]) == (200, first["runId"])
    assert again.json()["outputs"]["post"]["kind"] == "text"
    other = await api.post("/api/functions/posts", json={"topic": "y"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len((await api.get("/api/runs")).json()["items"]) == 1


async def test_a_call_whose_run_failed_says_why(api: Api, worker: Workers) -> None:
    await published(api)
    headers = {"Idempotency-Key": "once"}
    call: dict[str, Any] = {"json": {"topic": "x"}, "headers": headers}
    first = (await api.post("/api/functions/posts", **call)).json()
    await run_to_end(
        worker(first["runId"]), failed("b"), error=RunError(code="node_failed", message="No.")
    )
    ended = await api.post("/api/functions/posts", **call)
    assert ended.status_code == 200
    result = ended.json()
    assert (result["status"], result["outputs"]) == ("FAILED", {"post": None})
    assert result["error"] == {"code": "node_failed", "message": "No."}


async def test_a_graph_with_problems_is_not_published(api: Api) -> None:
    empty = {"id": "c", "type": "image", "position": {"x": 0, "y": 0}, "data": {}}
    url = await stored(api, nodes=[text_node("a"), text_node("b"), empty])
    answer = await api.post(f"{url}/publish", json={"name": "posts"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_graph")
    assert [each["code"] for each in answer.json()["problems"]] == ["missing_source"]
    assert "nothing was published" in answer.json()["detail"]
    for name in ("", "Posts", "1a", "a-b", "a" * 64, "a\n", "pösts"):
        refused = await api.post(f"{url}/publish", json={"name": name})
        assert refused.status_code == 422, name
    missing = "0b9f6a34-51a2-5d0c-8f3e-4a7c2d1e9b60"
    for path, body in (
        (f"{url}/publish", {"name": "posts", "versionId": missing}),
        ("/api/workflows/999999/publish", {"name": "posts"}),
    ):
        assert (await api.post(path, json=body)).status_code == 404
    assert (await api.get("/api/functions")).json()["items"] == []


async def test_what_would_break_callers_is_published_by_force_alone(api: Api) -> None:
    url = await published(api)
    await change(api, url, inputs=[INPUTS[1] | {"required": True}], outputs=[])
    refused = await api.post(f"{url}/publish", json={"name": "posts"})
    assert (refused.status_code, refused.json()["code"]) == (409, "function_breaks_callers")
    assert [(each["code"], each.get("input")) for each in refused.json()["problems"]] == [
        ("breaks_callers", "topic"),
        ("breaks_callers", "style"),
        ("breaks_callers", None),
    ]
    assert (await api.get("/api/functions/posts")).json()["revision"] == 1
    assert (await api.post(f"{url}/publish", json={"name": "other"})).status_code == 200
    forced = await api.post(f"{url}/publish", json={"name": "posts", "force": True})
    assert (forced.status_code, forced.json()["revision"]) == (200, 2)


async def test_a_name_is_of_one_workflow_until_that_is_deleted(api: Api) -> None:
    first, second = await published(api), await stored(api)
    refused = await api.post(f"{second}/publish", json={"name": "posts"})
    assert (refused.status_code, len(refused.json()["problems"])) == (409, 1)
    assert (await api.delete(first)).status_code == 204
    assert (await api.get("/api/functions")).json()["items"] == []
    called = await api.post("/api/functions/posts", json={"topic": "x"})
    assert (called.status_code, called.json()["code"]) == (404, "function_not_found")
    assert "was deleted" in called.json()["detail"]
    taken = await api.post(f"{second}/publish", json={"name": "posts"})
    assert (taken.status_code, taken.json()["workflowId"]) == (200, int(second.rsplit("/")[-1]))


async def test_an_image_is_given_inside_of_the_answer(
    api: Api, worker: Workers, rows: Rows
) -> None:
    photo = {"id": "p", "type": "image", "position": {"x": 0, "y": 0}, "data": {"label": "Photo"}}
    await published(
        api,
        "photos",
        nodes=[photo],
        inputs=[{"name": "photo", "nodeId": "p", "param": "source", "required": True}],
        outputs=[{"name": "photo", "nodeId": "p"}],
    )
    file = encoded(Image.new("RGB", (4, 3)))
    body = {"photo": {"base64": base64.b64encode(file).decode(), "mediaType": "image/png"}}
    call: dict[str, Any] = {"json": body, "headers": {"Idempotency-Key": "k"}}
    first = await api.post("/api/functions/photos", **call)
    assert first.status_code == 202, first.text
    run = (await api.get(first.headers["location"])).json()
    asset = (await api.get("/api/assets")).json()["items"][0]
    assert run["inputs"]["photo"] == {"assetId": asset["id"]}
    executor = worker(run["id"])
    await executor.claim()
    await executor.change(running("p"), completed("p", await stored_image(rows, asset["id"])))
    await executor.finish(RunStatus.COMPLETED)
    plain = (await api.post("/api/functions/photos", **call)).json()["outputs"]["photo"]
    assert plain["url"] == f"/api/assets/{asset['id']}"
    inline = (await api.post("/api/functions/photos?inline=1", **call)).json()["outputs"]["photo"]
    assert inline == plain | {"url": "data:image/png;base64," + body["photo"]["base64"]}


async def test_every_function_is_an_operation_of_one_document(api: Api) -> None:
    empty = (await api.get("/api/functions/openapi.json")).json()
    assert empty["paths"] == {}
    await published(api)
    await published(api, "summaries")
    document = (await api.get("/api/functions/openapi.json")).json()
    assert list(document["paths"]) == ["/api/functions/posts", "/api/functions/summaries"]
    operation = document["paths"]["/api/functions/posts"]["post"]
    read = (await api.get("/api/functions/posts")).json()
    content = operation["requestBody"]["content"]["application/json"]
    assert (operation["operationId"], content["schema"]) == ("posts", read["inputs"])
    answer = await api.post("/api/functions/posts", json=content["examples"]["call"]["value"])
    schema = operation["responses"]["202"]["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator(schema).validate(answer.json())


@pytest.mark.parametrize("scopes", [["read"], ["run"], ["write"]])
async def test_keys_call_functions_by_the_scope_for_runs(api: Api, scopes: list[str]) -> None:
    url = await published(api)
    key = (await api.post("/api/keys", json={"name": "K", "scopes": scopes})).json()["secret"]
    headers = {"Authorization": f"Bearer {key}"}
    for allowed, method, path, body in (
        ("read", "GET", "/api/functions", None),
        ("read", "GET", "/api/functions/posts", None),
        ("read", "GET", "/api/functions/openapi.json", None),
        ("run", "POST", "/api/functions/posts", {"topic": "x"}),
        ("write", "POST", f"{url}/publish", {"name": "posts"}),
        ("write", "DELETE", "/api/functions/posts", None),
    ):
        answer = await api.request(method, path, json=body, headers=headers)
        assert (answer.status_code != 403) == (allowed in scopes), (method, path)
        assert answer.is_success or answer.status_code == 403, answer.text
