"""`/mcp` for people who sign in: keys and their scopes, what is another user's, bad requests."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest
from litestar import Litestar

from api.app import create_app
from schemas.settings import Settings
from support.api.client import graph, serving, text_node
from support.api.mcp_client import over_http, text_of, tool_names, until, use
from support.servers.clerk import AUTHORIZED_PARTY, Clerk, bearer, running_clerk

HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
MISSING = "0b9f6a34-51a2-5d0c-8f3e-4a7c2d1e9b60"


@pytest.fixture(scope="module")
def clerk() -> Iterator[Clerk]:
    with running_clerk() as clerk:
        yield clerk


@pytest.fixture
def app(clerk: Clerk, settings: Settings) -> Litestar:
    return create_app(clerk.settings(settings))


@pytest.fixture
async def server(app: Litestar, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(app, settings) as client:
        yield client


MakeKey = Callable[..., Any]


@pytest.fixture
def make_key(server: httpx.AsyncClient, clerk: Clerk) -> MakeKey:
    async def make(user: str, *scopes: str, functions: list[str] | None = None) -> str:
        body = {"name": "Agent", "scopes": scopes, "functions": functions}
        answer = await server.post("/api/keys", json=body, headers=bearer(clerk.token(user)))
        assert answer.status_code == 201, answer.text
        return answer.json()["secret"]

    return make


async def test_tools_are_those_that_the_key_may_use(
    server: httpx.AsyncClient, make_key: MakeKey
) -> None:
    url = str(server.base_url)
    async with over_http(url, await make_key("user_ann", "read", "write", "run")) as client:
        made = await use(client, "create-workflow", **graph(text_node("a")))
        await use(client, "publish-workflow", workflowId=made["id"], name="posts")
        assert {"posts", "create-workflow", "run-workflow", "read-run"} <= await tool_names(client)
    async with over_http(url, await make_key("user_ann", "read")) as client:
        names = await tool_names(client)
        assert "read-workflow" in names
        assert not names & {"posts", "create-workflow", "run-workflow", "publish-workflow"}
        for tool, arguments in (
            ("posts", {}),
            ("create-workflow", graph(text_node("a"))),
            ("run-workflow", {"workflowId": made["id"]}),
        ):
            refused = await client.call_tool(tool, arguments)
            assert refused.is_error
            assert '"scope_missing"' in text_of(refused)


async def test_a_key_for_a_function_has_this_one_as_a_tool(
    server: httpx.AsyncClient, make_key: MakeKey
) -> None:
    url, scopes = str(server.base_url), ("read", "run")
    async with over_http(url, await make_key("user_ann", *scopes, "write")) as client:
        made = await use(client, "create-workflow", **graph(text_node("a"), name="SECRET"))
        for name in ("posts", "private"):
            await use(client, "publish-workflow", workflowId=made["id"], name=name)
        run = await use(client, "run-workflow", workflowId=made["id"], wait=False)
    async with over_http(url, await make_key("user_ann", *scopes, functions=["posts"])) as client:
        assert await tool_names(client) == {"posts", "read-run", "read-image", "cancel-run"}
        for tool, arguments, code in (
            ("private", {}, "function_not_found"),
            ("read-run", {"runId": run["runId"]}, "run_not_found"),
            ("read-workflow", {"workflowId": made["id"]}, "key_not_allowed"),
            ("run-workflow", {"workflowId": made["id"]}, "key_not_allowed"),
        ):
            refused = await client.call_tool(tool, arguments)
            assert (refused.is_error, json.loads(text_of(refused))["code"]) == (True, code)


async def test_what_is_another_users_is_not_there(
    server: httpx.AsyncClient, make_key: MakeKey
) -> None:
    url, scopes = str(server.base_url), ("read", "write", "run")
    async with over_http(url, await make_key("user_ann", *scopes)) as client:
        made = await use(client, "create-workflow", **graph(text_node("a"), name="SECRET"))
        await use(client, "publish-workflow", workflowId=made["id"], name="secret")
        run = await use(client, "run-workflow", workflowId=made["id"], wait=False)
    async with over_http(url, await make_key("user_bob", *scopes)) as client:
        assert "secret" not in await tool_names(client)
        assert (await use(client, "list-workflows"))["items"] == []
        save = {"workflowId": made["id"], "revision": 1}
        for tool, arguments, absent in (
            ("secret", {}, "absent"),
            ("read-workflow", {"workflowId": made["id"]}, {"workflowId": 999_999}),
            ("patch-workflow", save, save | {"workflowId": 999_999}),
            ("run-workflow", {"workflowId": made["id"]}, {"workflowId": 999_999}),
            ("read-run", {"runId": run["runId"]}, {"runId": MISSING}),
            ("cancel-run", {"runId": run["runId"]}, {"runId": MISSING}),
        ):
            foreign = await client.call_tool(tool, arguments)
            if isinstance(absent, str):
                missing = await client.call_tool(absent, arguments)
            else:
                missing = await client.call_tool(tool, absent)
            assert foreign.is_error
            documents = [json.loads(text_of(each)) for each in (foreign, missing)]
            assert documents[0]["code"] == documents[1]["code"]
            assert documents[0]["code"].endswith("_not_found"), tool
            assert "SECRET" not in text_of(foreign)


async def test_only_a_key_or_a_token_opens_it(
    server: httpx.AsyncClient, clerk: Clerk, make_key: MakeKey
) -> None:
    token, run_key = clerk.token("user_ann"), await make_key("user_ann", "run")
    for headers, status in (
        ({}, 401),
        ({"Authorization": "Bearer nlk_wrong"}, 401),
        ({"Cookie": f"__session={token}", "Origin": AUTHORIZED_PARTY}, 401),
        ({"Authorization": f"Bearer {run_key}"}, 403),
        (bearer(token), 200),
        (bearer(token) | {"Origin": "https://elsewhere.example"}, 403),
    ):
        answer = await server.post("/mcp", json=PING, headers=HEADERS | headers)
        assert answer.status_code == status, (headers, answer.text)


async def test_bad_requests_are_refused_and_leave_it_well(
    server: httpx.AsyncClient, clerk: Clerk
) -> None:
    headers = HEADERS | bearer(clerk.token("user_ann"))
    for body, status in (
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"[" * 100_000, 400),
        (b"x" * 11_000_000, 413),
    ):
        answer = await server.post("/mcp", content=body, headers=headers)
        assert answer.status_code == status, (body[:20], answer.text)
    for method in ("GET", "DELETE"):
        assert (await server.request(method, "/mcp", headers=headers)).status_code == 405
    assert (await server.post("/mcp", json=PING, headers=headers)).status_code == 200


async def test_calls_that_wait_hold_no_turn(server: httpx.AsyncClient, make_key: MakeKey) -> None:
    """A user's requests have two places; ten calls that wait take none of them."""
    key = await make_key("user_ann", "read", "write", "run")
    headers = {"Authorization": f"Bearer {key}"}
    async with over_http(str(server.base_url), key) as client:
        made = await use(client, "create-workflow", **graph(text_node("a")))
        runs = f"/api/workflows/{made['id']}/runs"

        async def statuses() -> list[str]:
            listed = (await server.get(runs, headers=headers)).json()
            return [run["status"] for run in listed["items"]]

        async def started() -> bool:
            return len(await statuses()) == 10

        async def cancelled() -> bool:
            return set(await statuses()) == {"CANCELLED"}

        async with anyio.create_task_group() as tasks:
            for _ in range(10):  # nobody executes them
                tasks.start_soon(client.call_tool, "run-workflow", {"workflowId": made["id"]})
            await until(started)
            for _ in range(5):
                assert (await server.get(runs, headers=headers)).status_code == 200
            tasks.cancel_scope.cancel()
        await until(cancelled)
