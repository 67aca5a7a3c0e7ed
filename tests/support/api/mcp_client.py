"""The official client of the Model Context Protocol, by either transport."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult

from support.product.nodeloom import environment

Connect = Callable[..., AbstractAsyncContextManager[Client]]
"""Takes the address of the API and perhaps a key, `mode` and whatever else the client takes."""


@asynccontextmanager
async def over_http(api_url: str, key: str | None = None, **options: Any) -> AsyncGenerator[Client]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx2.AsyncClient(headers=headers, timeout=120, trust_env=False) as http:
        transport = streamable_http_client(f"{api_url}/mcp", http_client=http)
        async with Client(transport, **options) as client:
            yield client


@asynccontextmanager
async def over_stdio(
    api_url: str, key: str | None = None, **options: Any
) -> AsyncGenerator[Client]:
    variables = environment(**({"NODELOOM_API_KEY": key} if key else {}))
    program = StdioServerParameters(
        command=str(Path(sys.executable).with_name("nodeloom")),
        args=["mcp", "--api", api_url],
        env=variables,
    )
    async with Client(program, **options) as client:
        yield client


async def tool_names(client: Client) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools}


async def use(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool gives that succeeds."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


async def until(poll: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Ask again until it is so."""
    async with asyncio.timeout(seconds):
        while True:
            if await poll():
                return
            await asyncio.sleep(0.2)


def text_of(result: CallToolResult) -> str:
    (first, *_) = result.content
    assert first.type == "text"
    return first.text
