"""`/mcp`: the Model Context Protocol over streamable HTTP.

No session is kept here: every request stands for itself, so any process can answer it. What a tool does it
does by calls of this very API, within the process, with the credential of the request: so scopes, ownership,
budgets, turns and deadlines are those of everybody.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final, cast

from litestar import Litestar, Request, post
from litestar.di import NamedDependency
from litestar.types import ASGIApp

from api.auth.credentials import parse_credentials
from api.auth.identity import Identity
from api.state.turns import TURN_KEY, Turn
from schemas.errors import SignInError

_STATE_KEY: Final = "mcp"


@post("/mcp", operation_id="mcp", status_code=200, include_in_schema=False)
async def mcp_endpoint(request: Request[Any, Any, Any], user: NamedDependency[Identity]) -> ASGIApp:
    """Answer one request of the protocol."""
    credentials = parse_credentials(request.scope["headers"])
    if user.signed_in_with == "session" and credentials.bearer is None:
        raise SignInError  # a cookie is for pages
    turn: Turn = request.scope["state"][TURN_KEY]
    turn.end()  # what tools do has turns of its own, and a call may wait long
    server: _ProtocolServer = request.app.state[_STATE_KEY]
    return await server.started()


@asynccontextmanager
async def serving_mcp(app: Litestar) -> AsyncGenerator[None]:
    """Serve the protocol while the application runs."""
    app.state[_STATE_KEY] = server = _ProtocolServer(app)
    try:
        yield
    finally:
        await server.close()


class _ProtocolServer:
    """Starts with the first request: who speaks no MCP does without 30 MB and a second of start."""

    def __init__(self, app: Litestar) -> None:
        self._app = app
        self._lock = asyncio.Lock()
        self._handler: ASGIApp | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def started(self) -> ASGIApp:
        """Give what answers requests."""
        async with self._lock:
            handler = self._handler
            if handler is None:
                await asyncio.to_thread(_load)
                ready: asyncio.Future[ASGIApp] = asyncio.get_running_loop().create_future()
                self._task = asyncio.create_task(self._run(ready))
                handler = self._handler = await ready
        return handler

    async def _run(self, ready: asyncio.Future[ASGIApp]) -> None:
        manager = _load()(self._app)
        async with manager.run():
            ready.set_result(cast("ASGIApp", manager.handle_request))
            await self._stopping.wait()

    async def close(self) -> None:
        """End it, with all that it is answering."""
        self._stopping.set()
        if self._task is not None:
            await self._task


def _load() -> Any:
    """Load what makes the manager of requests."""
    from api.mcp.http import make_endpoint  # noqa: PLC0415 - only where it is used: see above

    return make_endpoint
