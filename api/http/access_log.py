"""Around everything the API answers: request ids, one line in the log, a figure, a span.

It stands outside of Litestar, so that it also sees what no route takes.
"""

import asyncio
import logging
import re
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from telemetry.context import RequestContext, request_context
from telemetry.metrics import metrics
from telemetry.traces import Span, fail_span, set_attributes, start_span

logger = logging.getLogger("nodeloom.access")

REQUEST_ID: Final = b"x-request-id"
NO_ROUTE: Final = "none"
HEALTH_CHECK_PATHS: Final = frozenset({"/health/live", "/health/ready"})
"""Asked every few seconds: in the log only with DEBUG, or when they fail."""
_VALID_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_TRACEPARENT: Final = re.compile(r"[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}")
_ASSETS_PREFIX: Final = "/api/assets/"


@dataclass
class _ResponseRecord:
    """What has been answered so far, and to what."""

    method: str
    path: str
    route: str = NO_ROUTE
    status: int = 0
    sent: int = 0
    seconds: float = 0
    client: str | None = None
    """Who asked, as the last proxy of ours says."""


class AccessLogMiddleware:
    """An ASGI application, observed."""

    def __init__(self, app: ASGIApp, stopping: asyncio.Event) -> None:
        """Wrap an application; `stopping` is set when the process wants to end."""
        self._app = app
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and tell of it; everything else passes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request = RequestContext(request_id(headers.get(REQUEST_ID)))
        with (
            request_context(request),
            start_span(scope["method"], "SERVER", _traceparent(headers)) as span,
        ):
            await self._run_app(scope, receive, send, request, span)

    async def _run_app(
        self, scope: Scope, receive: Receive, send: Send, request: RequestContext, span: Span
    ) -> None:
        http_scope: Any = scope
        began, record = perf_counter(), _ResponseRecord(http_scope["method"], http_scope["path"])

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                message["headers"] = [*message["headers"], *self._response_headers(request)]
            elif message["type"] == "http.response.body":
                record.sent += len(message["body"])
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            record.seconds = perf_counter() - began
            record.status = record.status or 499  # the client was gone before there was an answer
            record.route = http_scope.get("path_template") or NO_ROUTE
            record.client = http_scope["client"][0] if http_scope["client"] else None
            _set_span_attributes(span, record)
            # Behind the answer, which uvloop writes once nothing else is to be done.
            asyncio.get_running_loop().call_soon(_record_response, record)

    def _response_headers(self, request: RequestContext) -> list[tuple[bytes, bytes]]:
        headers = [(REQUEST_ID, request.id.encode())]
        if self._stopping.is_set():
            # Whoever comes again shall come to another process; none waits on this connection.
            headers.append((b"connection", b"close"))
        return headers


def request_id(given: bytes | None) -> str:
    """Give the client's id of a request, or a new one where there is none or an odd one."""
    return given.decode() if given and _VALID_REQUEST_ID.fullmatch(given) else uuid4().hex


def _traceparent(headers: dict[bytes, bytes]) -> str | None:
    given = headers.get(b"traceparent", b"").decode("latin-1")
    return given if _TRACEPARENT.fullmatch(given) else None


def _set_span_attributes(span: Span, record: _ResponseRecord) -> None:
    set_attributes(
        span,
        http__request__method=record.method,
        http__route=record.route,
        http__response__status_code=record.status,
    )
    if record.status >= 500:
        fail_span(span, str(record.status))


def _record_response(record: _ResponseRecord) -> None:
    metrics().request(record.method, record.route, record.status, record.seconds)
    if record.route.startswith(_ASSETS_PREFIX):
        metrics().bytes_served(record.sent)
    level = (
        logging.DEBUG
        if record.route in HEALTH_CHECK_PATHS and record.status < 400
        else logging.INFO
    )
    if logger.isEnabledFor(level):
        extra = {
            "method": record.method,
            "route": record.route,
            "path": record.path,
            "status": record.status,
            "duration_ms": round(record.seconds * 1000, 1),
            "bytes": record.sent,
            "client": record.client,
        }
        values = (record.method, record.route, record.status)
        logger.log(level, "%s %s %d", *values, extra=extra)
