"""API keys for functions: they call these, follow what they started, and see nothing else."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from api.auth.api_key_scopes import FUNCTION_KEY_SCOPES, PUBLIC_PATHS, SESSION_ONLY_OPERATIONS
from api.auth.links import LINK_PATH
from api.openapi.document import openapi_document
from schemas.settings import Settings
from schemas.wire.run import RunStatus
from support.api.client import Api, Worker, graph, read_events, text_node
from support.database.rows import completed, running
from support.servers.clerk import bearer

Workers = Callable[[str], Worker]
SECRET = "what the node gives"


async def publish(api: Api, name: str) -> None:
    drawn = graph(text_node("a"), outputs=[{"name": "post", "nodeId": "a"}])
    id = (await api.post("/api/workflows", json=drawn)).json()["id"]
    answer = await api.post(f"/api/workflows/{id}/publish", json={"name": name})
    assert answer.status_code == 200, answer.text


async def make_key(api: Api, *functions: str, **more: Any) -> dict[str, str]:
    body = {"name": "A shop", "scopes": ["read", "run"], "functions": functions} | more
    answer = await api.post("/api/keys", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["functions"] == sorted(functions)
    return bearer(answer.json()["secret"])


async def test_it_reads_and_calls_its_functions_and_no_other(api: Api) -> None:
    for name in ("posts", "slogans", "private"):
        await publish(api, name)
    headers = await make_key(api, "slogans", "posts")
    me = (await api.get("/api/me", headers=headers)).json()
    assert (me["functions"], me["scopes"]) == (["posts", "slogans"], ["read", "run"])
    assert (await api.get("/api/me")).json()["functions"] is None
    listed = (await api.get("/api/functions", headers=headers)).json()["items"]
    assert [each["name"] for each in listed] == ["posts", "slogans"]
    document = (await api.get("/api/functions/openapi.json", headers=headers)).json()
    assert document["paths"].keys() == {"/api/functions/posts", "/api/functions/slogans"}
    assert (await api.get("/api/functions/posts", headers=headers)).status_code == 200
    assert (await api.post("/api/functions/posts", headers=headers)).status_code == 202
    for method in ("GET", "POST"):
        foreign = await api.request(method, "/api/functions/private", headers=headers)
        missing = await api.request(method, "/api/functions/nothing", headers=headers)
        assert (foreign.status_code, foreign.json()["code"]) == (404, "function_not_found")
        assert foreign.text.replace("private", "nothing") == missing.text
    listed = (await api.get("/api/keys")).json()["items"]
    assert listed[0]["functions"] == ["posts", "slogans"]


async def test_it_follows_the_runs_that_it_started_without_their_nodes(
    api: Api, worker: Workers
) -> None:
    await publish(api, "posts")
    headers, other = await make_key(api, "posts"), await make_key(api, "posts")
    called = (await api.post("/api/functions/posts", headers=headers)).json()
    run = f"/api/runs/{called['runId']}"
    for method, path in (("GET", run), ("GET", f"{run}/events"), ("POST", f"{run}/cancel")):
        answer = await api.request(method, path, headers=other)
        assert (answer.status_code, answer.json()["code"]) == (404, "run_not_found")
    executor = worker(called["runId"])
    await executor.claim()
    await executor.change(running("a"), completed("a", {"kind": "text", "text": SECRET}))
    await executor.finish(RunStatus.COMPLETED)

    own, shown = (await api.get(run)).json(), (await api.get(run, headers=headers)).json()
    assert shown == own | {"nodeExecutions": []}
    assert own["nodeExecutions"][0]["output"]["text"] == SECRET
    assert shown["outputs"]["post"]["text"] == SECRET
    assert own["startedBy"] == {"kind": "api_key", "name": "A shop"}
    told = {
        who: (await api.get(f"{run}/events", headers=sent)).text
        for who, sent in (("owner", {}), ("key", headers))
    }
    assert SECRET in told["owner"]
    assert SECRET not in told["key"]
    names = [[event["id"] for event in read_events(text)] for text in told.values()]
    assert names[0] == names[1]


async def test_it_cancels_what_it_started(api: Api) -> None:
    await publish(api, "posts")
    headers = await make_key(api, "posts")
    called = (await api.post("/api/functions/posts", headers=headers)).json()
    answer = await api.post(f"/api/runs/{called['runId']}/cancel", headers=headers)
    assert (answer.status_code, answer.json()["nodeExecutions"]) == (202, [])
    own = (await api.post("/api/functions/posts")).json()
    answer = await api.post(f"/api/runs/{own['runId']}/cancel", headers=headers)
    assert answer.status_code == 404


async def test_scopes_hold_for_it_too(api: Api) -> None:
    await publish(api, "posts")
    headers = await make_key(api, "posts", scopes=["read"])
    assert (await api.get("/api/functions/posts", headers=headers)).status_code == 200
    answer = await api.post("/api/functions/posts", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_every_other_operation_is_closed_to_it(api: Api) -> None:
    await publish(api, "posts")
    headers = await make_key(api, "posts")
    settings = Settings().model_copy(update={"database_url": None, "auth": "local"})
    names = {"mcp"}
    for path, operations in openapi_document(settings)["paths"].items():
        for method, operation in operations.items():
            names.add(operation["operationId"])
            if path in PUBLIC_PATHS or operation["operationId"] in FUNCTION_KEY_SCOPES:
                continue
            for parameter in operation.get("parameters", ()):
                kind = parameter["schema"].get("format", parameter["schema"].get("type"))
                value = {"uuid": str(uuid4()), "integer": "1"}.get(kind, "posts")
                path = path.replace(f"{{{parameter['name']}}}", value)  # noqa: PLW2901
            answer = await api.request(method, path, headers=headers)
            found = (answer.status_code, answer.json()["code"])
            is_shared = path.startswith(
                LINK_PATH
            )  # who has a link needs no key, and a key is no link
            expected = (404, "link_not_found") if is_shared else (403, "key_not_allowed")
            assert found == expected, (method, path)
    assert names >= FUNCTION_KEY_SCOPES.keys(), "an operation has another name now"
    assert not FUNCTION_KEY_SCOPES.keys() & SESSION_ONLY_OPERATIONS


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"functions": []}, 422),
        ({"functions": ["Posts"]}, 422),
        ({"functions": ["posts"] * 21}, 422),
        ({"functions": ["posts"], "scopes": ["read", "write"]}, 422),
        ({"functions": "posts"}, 422),
        ({"functions": ["nothing"]}, 404),
    ],
)
async def test_what_is_no_key_for_functions_is_refused(
    api: Api, more: dict[str, Any], status: int
) -> None:
    await publish(api, "posts")
    answer = await api.post("/api/keys", json={"name": "x", "scopes": ["run"]} | more)
    assert answer.status_code == status, answer.text


async def test_what_is_taken_back_can_be_called_no_more(api: Api) -> None:
    await publish(api, "posts")
    headers = await make_key(api, "posts")
    await api.delete("/api/functions/posts")
    assert (await api.get("/api/functions", headers=headers)).json()["items"] == []
    assert (await api.post("/api/functions/posts", headers=headers)).status_code == 404
