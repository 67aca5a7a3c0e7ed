"""Answers of tools are bounded, and what is cut says so."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from mcp import Client, MCPError

from api.mcp.answers import (
    MAX_ANSWER_BYTES,
    MAX_TEXT_LENGTH,
    answer,
    cut_texts,
    with_addresses,
)
from api.mcp.connection import ApiConnection, RefusedError
from api.mcp.server import EDITING_TOOLS, make_server
from support.api.mcp_client import text_of


def test_an_answer_is_text_and_structure() -> None:
    given = answer({"name": "Tee für zwei"})
    assert given.structured_content == {"name": "Tee für zwei"}
    assert json.loads(text_of(given)) == given.structured_content
    with pytest.raises(RefusedError) as refused:
        answer({"text": "ü" * (MAX_ANSWER_BYTES // 2)})
    assert refused.value.document["code"] == "tool_answer_too_long"
    answer({"text": "\ud800"})  # half of a pair, as a model may write


def test_long_texts_are_cut_wherever_they_stand() -> None:
    value = {"a": [{"text": "x" * (MAX_TEXT_LENGTH + 1)}], "b": 7, "c": "x" * MAX_TEXT_LENGTH}
    cut = cut_texts(value)
    assert cut["a"][0]["text"].endswith("x… (cut: it has 40,001 characters)")
    assert (cut["b"], cut["c"]) == (7, value["c"])


def test_addresses_can_be_opened_by_their_reader() -> None:
    value = {"photo": {"url": "/api/assets/1"}, "source": [{"url": "https://example.com/a.jpg"}]}
    assert with_addresses(value, "https://here.example") == {
        "photo": {"url": "https://here.example/api/assets/1"},
        "source": [{"url": "https://example.com/a.jpg"}],
    }


@asynccontextmanager
async def nothing(_: Any) -> AsyncGenerator[Any]:
    yield None  # what is refused asks the API for nothing


@pytest.mark.parametrize(
    ("tool", "arguments", "places"),
    [
        ("read-run", {"runId": "../me"}, ["runId"]),
        ("read-workflow", {}, [""]),
        ("read-workflow", {"workflowId": "1", "more": 1}, ["workflowId", ""]),
        ("patch-workflow", {"workflowId": 1, "revision": 1, "nodes": [7]}, ["nodes.0"]),
        ("create-workflow", {"name": "A", "nodes": [{}] * 2_001}, ["nodes"]),
        ("unpublish-function", {"name": ".."}, ["name"]),
        ("read-node", {"runId": "a" * 36, "nodeId": "x" * 129}, ["nodeId"]),
    ],
)
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_arguments_that_do_not_fit_are_all_said(
    mode: str, tool: str, arguments: dict[str, Any], places: list[str]
) -> None:
    async with Client(make_server(nothing), mode=mode) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    document = json.loads(text_of(result))
    assert document["code"] == "invalid_request"
    assert sorted(each["field"] for each in document["errors"]) == sorted(places)
    assert all(len(each["message"]) <= 300 for each in document["errors"])


async def test_a_list_of_tools_is_cut_where_it_grows_too_long() -> None:
    def function(name: str) -> dict[str, Any]:
        field = {"type": "string", "description": "x" * 2_000, "default": "y" * 2_000}
        inputs = {"type": "object", "properties": {f"field_{i}": field for i in range(20)}}
        body = {"schema": inputs, "examples": {"call": {"value": {"field_0": "z" * 2_000}}}}
        result = {"properties": {"outputs": {"type": "object", "properties": {}}}}
        return {
            "operationId": name,
            "summary": name,
            "requestBody": {"content": {"application/json": body}},
            "responses": {"200": {"content": {"application/json": {"schema": result}}}},
        }

    names = [f"function_{number:03}" for number in range(60)]
    paths = {f"/api/functions/{name}": {"post": function(name)} for name in names}
    answers = {
        "/api/me": {"scopes": ["read", "run"], "functions": None},
        "/api/functions/openapi.json": {"paths": paths},
    }
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, json=answers[request.url.path])
    )

    @asynccontextmanager
    async def connect(_: Any) -> AsyncGenerator[ApiConnection]:
        async with httpx.AsyncClient(transport=transport, base_url="http://nodeloom") as http:
            yield ApiConnection(http, "http://nodeloom")

    seen: list[str] = []
    async with Client(make_server(connect)) as client:
        cursor, pages = None, 0
        while pages == 0 or cursor:
            page = await client.list_tools(cursor=cursor)
            assert len(page.model_dump_json()) < 2 * MAX_ANSWER_BYTES
            seen += [tool.name for tool in page.tools if "-" not in tool.name]
            cursor, pages = page.next_cursor, pages + 1
    assert (seen, pages > 4) == (names, True)


async def test_a_list_that_is_refused_says_why() -> None:
    document = {"code": "not_signed_in", "detail": "Sign in."}
    transport = httpx.MockTransport(lambda _: httpx.Response(401, json=document))

    @asynccontextmanager
    async def connect(_: Any) -> AsyncGenerator[ApiConnection]:
        async with httpx.AsyncClient(transport=transport, base_url="http://nodeloom") as http:
            yield ApiConnection(http, "http://nodeloom")

    async with Client(make_server(connect)) as client:
        with pytest.raises(MCPError) as refused:
            await client.list_tools()
    assert (refused.value.error.message, refused.value.error.data) == ("Sign in.", document)


def test_tools_are_told_from_functions_by_their_names() -> None:
    assert all("-" in name for name in EDITING_TOOLS)
    for tool in EDITING_TOOLS.values():
        assert set(tool.required) <= set(tool.parameters)
