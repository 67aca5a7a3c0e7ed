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

from api.state import Parts
from telemetry.context import RequestFacts, request_facts
from telemetry.metrics import metrics
from telemetry.traces import Span, tracer

logger = logging.getLogger("nodeloom.access")

REQUEST_ID: Final = b"x-request-id"
NO_ROUTE: Final = "none"
PROBES: Final = frozenset({"/health/live", "/health/ready"})
"""Asked every few seconds: in the log only with DEBUG, or when they fail."""
_SANE: Final = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
_TRACEPARENT: Final = re.compile(r"[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}")
_ASSETS: Final = "/api/assets/"


@dataclass
class _Answer:
    """What has been answered so far, and to what."""

    method: str
    path: str
    route: str = NO_ROUTE
    status: int = 0
    sent: int = 0
    seconds: float = 0


class Observed:
    """An ASGI application, observed."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        """Observe this one; `parts` knows whether the process wants to end."""
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and tell of it; everything else passes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request = RequestFacts(request_id(headers.get(REQUEST_ID)))
        with (
            request_facts(request),
            tracer().span(scope["method"], "server", _traceparent(headers)) as span,
        ):
            await self._answer(scope, receive, send, request, span)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, request: RequestFacts, span: Span
    ) -> None:
        found: Any = scope
        began, answer = perf_counter(), _Answer(found["method"], found["path"])

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                message["headers"] = [*message["headers"], *self._more_headers(request)]
            elif message["type"] == "http.response.body":
                answer.sent += len(message["body"])
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            answer.seconds = perf_counter() - began
            answer.status = answer.status or 499  # the client was gone before there was an answer
            answer.route = found.get("path_template") or NO_ROUTE
            _tell_span(span, answer)
            # Behind the answer, which uvloop writes once nothing else is to be done.
            asyncio.get_running_loop().call_soon(_tell, answer)

    def _more_headers(self, request: RequestFacts) -> list[tuple[bytes, bytes]]:
        headers = [(REQUEST_ID, request.id.encode())]
        if self._parts.stopping.is_set():
            # Whoever comes again shall come to another process; none waits on this connection.
            headers.append((b"connection", b"close"))
        return headers


def request_id(given: bytes | None) -> str:
    """Give the client's id of a request, or a new one where there is none or an odd one."""
    return given.decode() if given and _SANE.fullmatch(given) else uuid4().hex


def _traceparent(headers: dict[bytes, bytes]) -> str | None:
    given = headers.get(b"traceparent", b"").decode("latin-1")
    return given if _TRACEPARENT.fullmatch(given) else None


def _tell_span(span: Span, answer: _Answer) -> None:
    span.set(
        http__request__method=answer.method,
        http__route=answer.route,
        http__response__status_code=answer.status,
    )
    if answer.status >= 500:
        span.fail(str(answer.status))


def _tell(answer: _Answer) -> None:
    metrics().request(answer.method, answer.route, answer.status, answer.seconds)
    if answer.route.startswith(_ASSETS):
        metrics().bytes_served(answer.sent)
    level = logging.DEBUG if answer.route in PROBES and answer.status < 400 else logging.INFO
    if logger.isEnabledFor(level):
        extra = {
            "method": answer.method,
            "route": answer.route,
            "path": answer.path,
            "status": answer.status,
            "duration_ms": round(answer.seconds * 1000, 1),
            "bytes": answer.sent,
        }
        said = (answer.method, answer.route, answer.status)
        logger.log(level, "%s %s %d", *said, extra=extra)
