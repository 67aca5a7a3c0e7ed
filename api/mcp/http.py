"""What serves the protocol over HTTP, by calls of the API within its process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
from litestar import Litestar
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from api.http.strict_json import MAX_GRAPH_BODY_BYTES
from api.mcp.connection import READ_TIMEOUT_SECONDS, ApiConnection
from api.mcp.in_process import AppTransport
from api.mcp.server import Context, make_server
from api.state.app_state import AppState

MAX_BODY_BYTES: Final = MAX_GRAPH_BODY_BYTES + 100_000
"""A graph of the largest size, in the envelope of the protocol."""


def make_endpoint(app: Litestar) -> StreamableHTTPSessionManager:
    """Give what answers requests while its `run` goes on; it keeps no sessions."""
    app_state: AppState = app.state.app_state

    @asynccontextmanager
    async def connect(ctx: Context) -> AsyncGenerator[ApiConnection]:
        request: Any = ctx.request  # Starlette's
        wanted = {name: request.headers.get(name) for name in ("authorization", "host")}
        async with httpx.AsyncClient(
            transport=AppTransport(app, request.scope.get("client")),
            base_url="http://nodeloom",  # the host is that of the request
            headers={name: value for name, value in wanted.items() if value is not None},
            timeout=READ_TIMEOUT_SECONDS,
            trust_env=False,  # or a proxy in the environment would be asked
        ) as http:
            address = f"{request.scope['scheme']}://{wanted['host']}"
            yield ApiConnection(http, address, app_state.stopping.is_set)

    return StreamableHTTPSessionManager(
        make_server(connect), stateless=True, max_request_body_size=MAX_BODY_BYTES
    )
