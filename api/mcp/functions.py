"""The functions of a user as tools: listed, called, and news of those that come and go."""

import hashlib
import json
from collections.abc import AsyncGenerator
from typing import Any, Final
from urllib.parse import quote

import anyio
from mcp_types import CallToolResult, Tool, ToolAnnotations

from api.mcp.connection import ApiConnection, Json, RefusedError
from api.mcp.runs import Progress, present_results, run_to_end

CHECK_SECONDS: Final = 5.0
"""Between two looks whether there are other functions, for a client that wants to know."""


async def list_functions(api: ApiConnection) -> list[Tool]:
    """Give each function as a tool, by name. Raises RefusedError."""
    document = await api.read("/api/functions/openapi.json")
    operations = [methods["post"] for methods in document["paths"].values()]
    return [_tool(each) for each in operations]


def _tool(operation: Json) -> Tool:
    body = operation["requestBody"]["content"]["application/json"]
    result = operation["responses"]["200"]["content"]["application/json"]["schema"]
    example = json.dumps(body["examples"]["call"]["value"], ensure_ascii=False)
    return Tool(
        name=operation["operationId"],
        title=operation["summary"],
        description=f"Runs the published workflow “{operation['summary']}”. Example of its input: {example}",
        input_schema=body["schema"],
        output_schema=result["properties"]["outputs"],
        annotations=ToolAnnotations(destructive_hint=False, open_world_hint=True),
    )


async def call_function(
    api: ApiConnection, name: str, inputs: Json, progress: Progress
) -> CallToolResult:
    """Call a function and give its results by name, with their images. Raises RefusedError."""

    async def start() -> str:
        path = f"/api/functions/{quote(name, safe='')}"
        started = await api.call("POST", path, body=inputs, idempotent=True)
        return started.json()["runId"]

    run = await run_to_end(api, start, progress)
    return await present_results(api, run, run["outputs"])


async def function_changes(api: ApiConnection) -> AsyncGenerator[None]:
    """Give something each time functions were published or taken back; ends with the process, or the credential."""
    known: Any = None
    while not api.stopping():
        try:
            items = (await api.read("/api/functions"))["items"]
        except RefusedError as error:
            if error.document["code"] not in _PASSING:
                return
        else:
            found = hashlib.sha256(json.dumps(items, sort_keys=True).encode()).digest()
            if known not in {None, found}:
                yield
            known = found
        await anyio.sleep(CHECK_SECONDS)


_PASSING: Final = frozenset(
    {"api_unavailable", "database_busy", "database_unavailable", "too_many_requests"}
)
"""Refusals that end by themselves."""
