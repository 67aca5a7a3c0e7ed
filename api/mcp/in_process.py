"""Calls of the API within its own process: by the same doors as from outside, without a socket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import unquote

import httpx
from litestar.types import ASGIApp

logger = logging.getLogger("nodeloom.api")

_QUEUED_MESSAGES: Final = 8
"""Of an answer, while nobody reads it."""
_tasks: Final[set[asyncio.Task[None]]] = set()
"""Kept from being collected; each ends with its request."""


class AppTransport(httpx.AsyncBaseTransport):
    """Sends requests to an ASGI application, and gives its answers while they are made.

    The transport of httpx itself gives an answer when it is whole, which a stream of events never is.
    """

    def __init__(self, app: ASGIApp, client: tuple[str, int] | None) -> None:
        """Ask this application, for a client at this address."""
        self._app = app
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; give its answer when that begins."""
        exchange = _Exchange(await request.aread())
        task = asyncio.create_task(exchange.run(self._app, self._scope(request)))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
        try:
            start = await exchange.messages.get()
        except BaseException:
            task.cancel()
            raise
        if start is None:
            raise httpx.ReadError("the request failed", request=request)
        return httpx.Response(
            start["status"], headers=start["headers"], stream=_Body(exchange, task)
        )

    def _scope(self, request: httpx.Request) -> Any:
        path, _, query = request.url.raw_path.partition(b"?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": self._client,
            "server": None,
            "state": {},
        }


class _Exchange:
    """One request and the messages of its answer; None: there are no more."""

    def __init__(self, body: bytes) -> None:
        self.messages: asyncio.Queue[Any] = asyncio.Queue(_QUEUED_MESSAGES)
        self._body: bytes | None = body

    async def run(self, app: ASGIApp, scope: Any) -> None:
        try:
            await app(scope, self._receive, self.messages.put)
        except Exception:  # as a server does: the client sees an answer that was cut off
            logger.exception("a request within this process failed")
        await self.messages.put(None)

    async def _receive(self) -> Any:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await asyncio.Event().wait()  # who goes away cancels the whole request
        return {"type": "http.disconnect"}


class _Body(httpx.AsyncByteStream):
    """The body of an answer, as it comes."""

    def __init__(self, exchange: _Exchange, task: asyncio.Task[None]) -> None:
        self._exchange = exchange
        self._task = task
        self._ended = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._exchange.messages.get()
            if message is None:
                raise httpx.ReadError("the answer was cut off")
            self._ended = not message.get("more_body", False)
            if message.get("body"):
                yield message["body"]
            if self._ended:
                return

    async def aclose(self) -> None:
        if not self._ended:  # else it is about to end by itself
            self._task.cancel()
