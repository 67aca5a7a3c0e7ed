"""The Model Context Protocol over standard input and output, as `nodeloom mcp` serves it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
from mcp.server.lowlevel import NotificationOptions
from mcp.server.stdio import stdio_server
from mcp_types import NotificationParams
from pydantic import SecretStr

from api.mcp.connection import READ_TIMEOUT_SECONDS, ApiConnection
from api.mcp.server import Context, make_server, notify_changes


def serve_stdio(address: str, key: SecretStr | None) -> None:
    """Serve one client, with the API at an address, until it closes standard input."""
    anyio.run(_serve, address, key.get_secret_value() if key else None)


async def _serve(address: str, key: str | None) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        httpx.AsyncClient(
            base_url=address, headers=headers, timeout=READ_TIMEOUT_SECONDS, trust_env=False
        ) as http,
        anyio.create_task_group() as tasks,
    ):
        api = ApiConnection(http, address)

        @asynccontextmanager
        async def connect(_: Context) -> AsyncGenerator[ApiConnection]:
            yield api

        async def initialized(ctx: Context, _: NotificationParams) -> None:
            tasks.start_soon(notify_changes, api, ctx.session)

        server = make_server(connect)
        server.add_notification_handler(
            "notifications/initialized", NotificationParams, initialized
        )
        options: Any = server.create_initialization_options(NotificationOptions(tools_changed=True))
        async with stdio_server() as (read, write):
            await server.run(read, write, options)
        tasks.cancel_scope.cancel()
