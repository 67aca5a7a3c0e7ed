"""The outermost layer: whom it answers at all, and what every answer tells browsers.

It stands before the router, so that what the router refuses (404, 405) is kept to the same
rules. HEAD and OPTIONS are answered here for every address.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from litestar import Litestar
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from api.http.allowed_methods import allowed_methods
from api.http.errors import (
    MAX_HEAD_BYTES,
    PROBLEM_MEDIA_TYPE,
    headers_too_large,
    problem_document,
    status_of,
)
from api.http.origins import Network, check_host, check_origin, forwarded_request
from api.http.rate_limit import rate_limit_headers
from schemas.errors import AppError
from schemas.settings import Settings

DEFAULT_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
"""Set on every answer whose handler did not set its own."""
EXPOSED_HEADERS: Final = (
    "ETag, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate,"
    " X-Request-Id"
)
PREFLIGHT_HEADERS: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-Match,"
    " If-None-Match, Last-Event-ID, Nodeloom-Webhook, Prefer, Range",
    "Access-Control-Max-Age": "600",
}


def cross_origin_headers(method: str, headers: Headers, origins: Collection[str]) -> dict[str, str]:
    """Give what lets a page of one of these origins, compared letter by letter, call the API.

    Never with cookies: such a page sends a token.
    """
    origin = headers.get("origin")
    if not origins:
        return {}
    if origin is None or origin not in origins:
        return {"Vary": "Origin"}
    found = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Origin",
    }
    if method == "OPTIONS" and "access-control-request-method" in headers:
        found |= PREFLIGHT_HEADERS
    return found


class EdgeMiddleware:
    """Wraps the whole application."""

    def __init__(self, app: Litestar, settings: Settings, origins: Collection[str]) -> None:
        """Take the place of the application's own handler; pages of these origins may call."""
        self._inner: ASGIApp = app.asgi_handler
        self._app = app
        self._local = settings.auth == "local"
        self._origins = origins
        self._proxies: Sequence[Network] = settings.proxy_networks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, pass it on, and complete its answer."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        # `from_scope` remembers them: not before a proxy was heard.
        headers = Headers(scope["headers"]) if self._proxies else Headers.from_scope(scope)
        method = scope["method"]
        sender = _ResponseSender(scope, send, cross_origin_headers(method, headers, self._origins))
        try:
            headers = self._check_request(scope, headers)
            check_origin(method, headers, self._origins)
        except AppError as error:
            await sender.send_error(error)
            return
        allowed = allowed_methods(self._app.routes, scope["path"]) if method == "OPTIONS" else ()
        if allowed:
            await sender.send_response(204, {"Allow": ", ".join(sorted(allowed))}, b"")
        elif method == "HEAD":
            get_scope: HTTPScope = {**scope, "method": "GET"}  # the server must know it as it came
            try:
                await self._inner(
                    get_scope, sender.receive_until_headers_sent(receive), sender.send_head
                )
            finally:
                scope.update({**get_scope, "method": "HEAD"})
        else:
            await self._inner(scope, receive, sender.send)

    def _check_request(self, scope: HTTPScope, headers: Headers) -> Headers:
        """Refuse what nobody may ask; give the headers as our proxy wants them to be understood.

        Raises:
            InvalidInputError: `headers_too_large`, `host_not_allowed`.
        """
        check_head_size(scope)
        client = scope["client"]
        forwarded = forwarded_request(
            scope["scheme"], client[0] if client else None, headers, self._proxies
        )
        host = headers.get("host", "")
        if self._local:
            check_host(host)
            check_host(forwarded.host)
        scope["scheme"] = forwarded.scheme
        if forwarded.client is not None and client is not None:
            scope["client"] = (forwarded.client, client[1])
        if forwarded.host == host:
            return headers
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [(b"host", forwarded.host.encode("latin-1")), *others]
        return Headers.from_scope(scope)


def check_head_size(scope: HTTPScope) -> None:
    """Refuse more headers than allowed: they are let pass where they come in one piece.

    Raises:
        InvalidInputError: `headers_too_large`.
    """
    size = len(scope["raw_path"]) + len(scope["query_string"])
    size += sum(len(name) + len(value) for name, value in scope["headers"])
    if size > MAX_HEAD_BYTES:
        raise headers_too_large()


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


_DEFAULTS: Final = _raw(DEFAULT_HEADERS)


class _ResponseSender:
    """Sends one answer, with the headers that every answer has."""

    def __init__(self, scope: HTTPScope, send: Send, cross_origin: dict[str, str]) -> None:
        self._scope = scope
        self._send = send
        self._head_only = scope["method"] == "HEAD"
        self._cross_origin = cross_origin
        self._headers_sent = False

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            if self._cross_origin:
                self._set_cross_origin_headers(MutableScopeHeaders.from_message(message))
            set_names = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(header for header in _DEFAULTS if header[0] not in set_names),
                *(
                    (name.encode(), value.encode())
                    for name, value in rate_limit_headers(self._scope)
                ),
            ]
        await self._send(message)

    def _set_cross_origin_headers(self, headers: MutableScopeHeaders) -> None:
        for name, value in self._cross_origin.items():
            headers.setdefault(name, value)
        if "origin" not in headers["Vary"].lower():
            headers["Vary"] += ", Origin"

    async def send_head(self, message: Message) -> None:
        """Pass a message on without its body."""
        if message["type"] == "http.response.body":
            if self._headers_sent:
                return
            self._headers_sent = True
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self.send(message)

    def receive_until_headers_sent(self, receive: Receive) -> Receive:
        """Give a `receive` that says the client has gone once the headers are sent."""

        async def receive_or_disconnect() -> Message:
            if self._headers_sent:
                return {"type": "http.disconnect"}
            return await receive()  # pyright: ignore[reportReturnType]

        return receive_or_disconnect  # pyright: ignore[reportReturnType]

    async def send_error(self, error: AppError) -> None:
        """Answer with an error."""
        status = status_of(error)
        error_body = problem_document(status, error.code, error.message).model_dump(
            mode="json", exclude_none=True
        )
        headers = {"Content-Type": PROBLEM_MEDIA_TYPE, "Cache-Control": "no-store"}
        await self.send_response(status, headers, json.dumps(error_body).encode())

    async def send_response(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Send all of an answer."""
        if status != 204:
            headers |= {"Content-Length": str(len(body))}
        if self._head_only:
            body = b""
        raw = _raw(headers)
        await self.send({"type": "http.response.start", "status": status, "headers": raw})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})
