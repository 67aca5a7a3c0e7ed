"""An agent with the official client, over both transports: builds the kit, publishes it, calls it."""

import asyncio
import base64
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import ToolListChangedNotification

from local.machine.process import ChildProcess
from support.api.mcp_client import Connect, over_http, over_stdio, text_of, tool_names, until, use
from support.product.backend import Backend, edge, eventually, node

MEDIA = Path(__file__).parents[2] / "examples" / "media"
NEWS_SECONDS = 60
"""Within which a client is told of a function, on a loaded machine; it takes 5 s."""


@pytest.fixture(scope="module")
def api(backend: Backend) -> Iterator[ChildProcess]:
    part = backend.start_api()
    try:
        yield part
    finally:
        part.stop()


@pytest.fixture(params=[over_http, over_stdio], ids=["http", "stdio"])
def connect(request: pytest.FixtureRequest, api: ChildProcess) -> Connect:
    return request.param


def file(name: str, media_type: str) -> dict[str, str]:
    data = base64.b64encode((MEDIA / name).read_bytes()).decode()
    return {"base64": data, "mediaType": media_type}


def kit() -> dict[str, Any]:
    """The Product Marketing Kit as an agent draws it, with two mistakes."""
    nodes = [
        node("photo", "image"),
        node("crop", "crop", xPercent=12, yPercent=3, widthPercent=70, heightPercent=94),
        node("copywriter", "text", text="You write for a shop."),
        node("details", "text", text="say A cup."),
        node("description", "llm"),
        node("film", "video"),
        node("frame", "frame", timestamp="150%"),  # wrong
        node("editor", "text", text="Be short."),
        node("post", "llm"),
    ]
    for each in nodes:
        del each["position"]
    edges = [
        edge("photo", "crop", "image"),
        edge("copywriter", "description", "systemPrompt"),
        edge("details", "description", "userMessage"),
        edge("crop", "description", "images"),
        edge("film", "frame", "film"),  # wrong
        edge("editor", "post", "systemPrompt"),
        edge("description", "post", "userMessage"),
        edge("crop", "post", "images"),
        edge("frame", "post", "images"),
    ]
    inputs = [
        {"name": "photo", "nodeId": "photo", "param": "source", "required": True},
        {"name": "film", "nodeId": "film", "param": "source", "required": True},
        {"name": "details", "nodeId": "details", "param": "text", "required": True},
    ]
    outputs = [{"name": "post", "nodeId": "post"}, {"name": "picture", "nodeId": "crop"}]
    return {"name": "Kit", "nodes": nodes, "edges": edges, "inputs": inputs, "outputs": outputs}


async def build(client: Client) -> int:
    """Find out what there is, draw the kit, and mend what is wrong with it."""
    assert "create-workflow" in (client.instructions or "")
    listed = await use(client, "list-node-types")
    types = {each["id"]: each for each in listed["items"]}
    assert {"image", "crop", "llm", "video", "frame", "text"} <= types.keys()
    read = await use(client, "read-node-type", type="crop")
    assert "widthPercent" in read["params"]["properties"]
    made = await use(client, "create-workflow", **kit())
    id = made["id"]
    wrong = {(each["nodeId"], each["code"]) for each in made["problems"]}
    assert ("frame", "bad_param") in wrong, made
    assert any(code == "unknown_handle" for _, code in wrong), made
    refused = await client.call_tool("run-workflow", {"workflowId": id})
    assert refused.is_error
    assert '"invalid_graph"' in text_of(refused)
    mended = await use(
        client,
        "patch-workflow",
        workflowId=id,
        revision=made["revision"],
        nodes=[{"id": "frame", "data": {"timestamp": "50%"}}],
        edges=[edge("film", "frame", "film") | {"targetHandle": "video"}],
    )
    assert mended["problems"] == [], mended
    stale = {"workflowId": id, "revision": 1, "name": "Other"}
    assert (await client.call_tool("patch-workflow", stale)).is_error
    stored = await use(client, "read-workflow", workflowId=id, nodeIds=["frame"])
    assert [each["data"]["timestamp"] for each in stored["nodes"]] == ["50%"]
    assert len(stored["edges"]) == 2
    return id


async def call_kit(client: Client, name: str, values: dict[str, Any], api_url: str) -> None:
    """Call the kit as a tool, and look at all that comes of it."""
    seen: list[tuple[float, float | None]] = []

    async def report(progress: float, total: float | None, message: str | None) -> None:
        assert message is not None
        seen.append((progress, total))

    called = await client.call_tool(name, values, progress_callback=report)
    assert not called.is_error, called.content
    assert called.structured_content is not None
    assert called.structured_content["post"] == {"kind": "text", "text": "Now in terracotta."}
    picture = called.structured_content["picture"]
    assert picture["url"] == f"{api_url}/api/assets/{picture['assetId']}"
    images = [each for each in called.content if each.type == "image"]
    assert [each.mime_type.partition("/")[0] for each in images] == ["image"]
    assert seen == [(float(number), 9.0) for number in range(1, 10)]
    wrong = await client.call_tool(name, {"details": 7, "more": 1})
    assert wrong.is_error
    for said in ("photo", "film", "details", "more", "input_required"):
        assert f'"{said}"' in text_of(wrong)


async def test_an_agent_builds_the_kit_publishes_and_calls_it(
    backend: Backend, connect: Connect
) -> None:
    name = f"kit_{connect.__name__}"
    values = {
        "photo": file("coffee.jpg", "image/jpeg"),
        "film": file("product.mp4", "video/mp4"),
        "details": "say say Now in terracotta.",
    }
    async with connect(backend.api_url) as client:
        id = await build(client)
        plan = await use(client, "plan-workflow", workflowId=id, inputs=values)
        assert {step["action"] for step in plan["steps"]} <= {"run", "reuse"}
        run = await use(client, "run-workflow", workflowId=id, inputs=values)
        assert run["status"] == "COMPLETED"
        assert run["outputs"]["post"]["text"] == "Now in terracotta."
        assert await use(client, "read-run", runId=run["id"]) == run
        whole = await use(client, "read-node", runId=run["id"], nodeId="description")
        assert whole["output"]["text"] == "say Now in terracotta."

        published = await use(client, "publish-workflow", workflowId=id, name=name)
        assert published["tool"] == name
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert sorted(tools[name].input_schema["required"]) == ["details", "film", "photo"]
        assert tools[name].output_schema is not None
        await call_kit(client, name, values, backend.api_url)

        await use(client, "unpublish-function", name=name)
        assert name not in await tool_names(client)
        gone = await client.call_tool(name, values)
        assert gone.is_error
        assert '"function_not_found"' in text_of(gone)


async def stored(client: Client, message: str) -> int:
    """Store a workflow of one node that asks the scripted model."""
    nodes = [node("a", "llm", userMessage=message, settings={"retries": 0})]
    outputs = [{"name": "answer", "nodeId": "a"}]
    made = await use(client, "create-workflow", name="Asks", nodes=nodes, outputs=outputs)
    assert made["problems"] == []
    return made["id"]


@pytest.mark.parametrize("tool", ["run-workflow", "function"])
async def test_a_call_that_is_cancelled_cancels_its_run(
    backend: Backend, connect: Connect, tool: str
) -> None:
    message = f"hang say {connect.__name__} {tool}"
    async with connect(backend.api_url) as client:
        id = await stored(client, message)
        arguments: dict[str, Any] = {"workflowId": id}
        if tool == "function":
            tool, arguments = f"hangs_{connect.__name__}", {}
            await use(client, "publish-workflow", workflowId=id, name=tool)
        calling = asyncio.create_task(client.call_tool(tool, arguments))
        await asyncio.to_thread(eventually, lambda: message in dict(backend.scripted_model.calls))
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)

        async def cancelled() -> bool:
            runs = await use(client, "list-runs", workflowId=id)
            return runs["items"][0]["status"] == "CANCELLED"

        await until(cancelled)


async def test_a_run_that_fails_is_an_error_that_says_why(
    backend: Backend, connect: Connect
) -> None:
    name = f"refused_{connect.__name__}"
    async with connect(backend.api_url) as client:
        id = await stored(client, f"refuse {name}")
        await use(client, "publish-workflow", workflowId=id, name=name)
        failed = await client.call_tool(name, {})
        assert failed.is_error
        assert '"status": "FAILED"' in text_of(failed)
        assert '"nodeId": "a"' in text_of(failed)


async def test_a_client_that_listens_is_told_of_functions(
    backend: Backend, connect: Connect
) -> None:
    name = f"news_{connect.__name__}"
    async with connect(backend.api_url) as client:
        id = await stored(client, "say news")
        async with client.listen(tools_list_changed=True) as news, asyncio.timeout(NEWS_SECONDS):
            await use(client, "publish-workflow", workflowId=id, name=name)
            await anext(aiter(news))
        assert name in await tool_names(client)


async def test_a_client_of_an_older_protocol_is_served_too(
    backend: Backend, connect: Connect
) -> None:
    name, told = f"older_{connect.__name__}", asyncio.Event()

    async def receive(message: Any) -> None:
        if isinstance(message, ToolListChangedNotification):
            told.set()

    async with connect(backend.api_url, mode="legacy", message_handler=receive) as client:
        id = await stored(client, f"say {name}")
        for number in range(4):  # the first one may have been there when it looked first
            await use(client, "publish-workflow", workflowId=id, name=f"{name}_{number}")
            if connect is over_http:  # it would need a session
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), NEWS_SECONDS / 4)
                break
        assert told.is_set() == (connect is over_stdio)
        called = await use(client, f"{name}_0")
        assert called["answer"]["text"] == name


async def test_a_call_ends_with_its_api_and_leaves_the_run_alone(
    backend: Backend, api: ChildProcess
) -> None:
    before, message = backend.api_url, "hang say stopped"
    stopped = backend.start_api(NODELOOM_DRAIN_SECONDS="5")
    address, backend.api_url = backend.api_url, before
    async with over_http(address) as client:
        id = await stored(client, message)
        calling = asyncio.create_task(client.call_tool("run-workflow", {"workflowId": id}))
        await asyncio.to_thread(eventually, lambda: message in dict(backend.scripted_model.calls))
        stopped.process.terminate()
        answer = json.loads(text_of(await asyncio.wait_for(calling, 60)))
    assert answer["problem"]["detail"].startswith("The run goes on"), answer
    await asyncio.to_thread(stopped.stop)
    async with over_http(before) as client:
        run = await use(client, "read-run", runId=answer["id"])
        assert run["status"] == "RUNNING"
        await use(client, "cancel-run", runId=run["id"])
