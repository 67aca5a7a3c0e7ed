"""`/mcp`: the Model Context Protocol over streamable HTTP.

No session is kept here: every request stands for itself, so any process can answer it. What a tool does it
does by calls of this very API, within the process, with the credential of the request: so scopes, ownership,
budgets, turns and deadlines are those of everybody.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import httpx
from litestar import Litestar, Request, post
from litestar.di import NamedDependency
from litestar.types import ASGIApp
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from api.auth.credentials import parse_credentials
from api.auth.identity import Identity
from api.http.strict_json import MAX_GRAPH_BODY_BYTES
from api.mcp.connection import READ_TIMEOUT_SECONDS, ApiConnection
from api.mcp.in_process import AppTransport
from api.mcp.server import Context, make_server
from api.state.app_state import AppState
from api.state.turns import TURN_KEY, Turn
from schemas.errors import SignInError

MAX_BODY_BYTES: Final = MAX_GRAPH_BODY_BYTES + 100_000
"""A graph of the largest size, in the envelope of the protocol."""


@post("/mcp", operation_id="mcp", status_code=200, include_in_schema=False)
async def mcp_endpoint(request: Request[Any, Any, Any], user: NamedDependency[Identity]) -> ASGIApp:
    """Answer one request of the protocol."""
    credentials = parse_credentials(request.scope["headers"])
    if user.signed_in_with == "session" and credentials.bearer is None:
        raise SignInError  # a cookie is for pages
    turn: Turn = request.scope["state"][TURN_KEY]
    turn.end()  # what tools do has turns of its own, and a call may wait long
    manager: StreamableHTTPSessionManager = request.app.state.mcp
    return cast("ASGIApp", manager.handle_request)


@asynccontextmanager
async def serving_mcp(app: Litestar) -> AsyncGenerator[None]:
    """Serve the protocol while the application runs."""
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
        ) as http:
            address = f"{request.scope['scheme']}://{wanted['host']}"
            yield ApiConnection(http, address, app_state.stopping.is_set)

    manager = StreamableHTTPSessionManager(
        make_server(connect), stateless=True, max_request_body_size=MAX_BODY_BYTES
    )
    app.state.mcp = manager
    async with manager.run():
        yield
