"""The functions of a user as tools: listed, called, and news of those that come and go."""

import hashlib
import json
from collections.abc import AsyncGenerator
from typing import Final
from urllib.parse import quote

import anyio
from mcp_types import CallToolResult, Tool, ToolAnnotations

from api.mcp.connection import ApiConnection, Json, RefusedError
from api.mcp.runs import Progress, present_results, run_to_end

MAX_EXAMPLE_LENGTH: Final = 1_000
"""In characters, of an example and of what an input is without a value."""
CHECK_SECONDS: Final = 5.0
"""Between two looks whether there are other functions, for a client that wants to know."""

_STEPS: Final = 10
"""Of the time between two looks, so that it ends soon after its process is asked to."""
_PASSING: Final = frozenset(
    {"api_unavailable", "database_busy", "database_unavailable", "too_many_requests"}
)
"""Refusals that end by themselves."""


async def list_functions(api: ApiConnection) -> list[Tool]:
    """Give each function as a tool, by name. Raises RefusedError."""
    document = await api.read("/api/functions/openapi.json")
    operations = [methods["post"] for methods in document["paths"].values()]
    return [_tool(each) for each in operations]


def _tool(operation: Json) -> Tool:
    body = operation["requestBody"]["content"]["application/json"]
    inputs = body["schema"]["properties"]
    shown = {name: _without_long_default(schema) for name, schema in inputs.items()}
    result = operation["responses"]["200"]["content"]["application/json"]["schema"]
    example = json.dumps(body["examples"]["call"]["value"], ensure_ascii=False)
    if len(example) > MAX_EXAMPLE_LENGTH:
        example = f"{example[:MAX_EXAMPLE_LENGTH]}…"
    return Tool(
        name=operation["operationId"],
        title=operation["summary"],
        description=f"Runs the published workflow “{operation['summary']}”. Example of its input: {example}",
        input_schema=body["schema"] | {"properties": shown},
        output_schema=result["properties"]["outputs"],
        annotations=ToolAnnotations(destructive_hint=False, open_world_hint=True),
    )


def _without_long_default(schema: Json) -> Json:
    """Leave out what is typed in a node, where that is long: it stands whether a model reads it or not."""
    if len(json.dumps(schema.get("default"))) <= MAX_EXAMPLE_LENGTH:
        return schema
    return {key: value for key, value in schema.items() if key != "default"}


async def call_function(
    api: ApiConnection, name: str, inputs: Json, progress: Progress
) -> CallToolResult:
    """Call a function and give its results by name, with their images. Raises RefusedError."""

    async def start() -> str:
        path = "/api/functions/" + quote(name, safe="", errors="replace")
        started = await api.call("POST", path, body=inputs, idempotent=True)
        return started.json()["runId"]

    run = await run_to_end(api, start, progress)
    return await present_results(api, run, run["outputs"])


async def functions_digest(api: ApiConnection) -> bytes:
    """Give a hash of which functions there are, and what they stand for. Raises RefusedError."""
    items = (await api.read("/api/functions"))["items"]
    return hashlib.sha256(json.dumps(items, sort_keys=True).encode()).digest()


async def function_changes(api: ApiConnection, known: bytes) -> AsyncGenerator[None]:
    """Give something each time there are other functions; ends with the process, or with the credential."""
    while True:
        for _ in range(_STEPS):
            if api.stopping():
                return
            await anyio.sleep(CHECK_SECONDS / _STEPS)
        try:
            found = await functions_digest(api)
        except RefusedError as error:
            if error.document["code"] not in _PASSING:
                return
            continue
        if found != known:
            known = found
            yield
