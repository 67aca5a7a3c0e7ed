"""Keeps other web pages out, and tells browsers to be strict.

Without sign-in, whoever reaches the API is its user. A page on another site can make a
browser send requests here, under its own origin or, by DNS rebinding, under its own host
name: so only names of this machine are answered, and writes only from our own pages.
"""

from typing import Final
from urllib.parse import urlsplit

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.identity import is_loopback
from schemas.errors import InvalidInputError

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
DEFAULT_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
"""Set on every answer whose handler did not set its own."""


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def check_host(host: str) -> None:
    """Refuse host names that are not this machine's. Raises InvalidInputError."""
    name = _host_name(host)
    if name is None or not is_loopback(name):
        raise InvalidInputError(
            "host_not_allowed",
            "In local mode Nodeloom answers only under localhost, 127.0.0.1 and [::1]; open it"
            " under one of these.",
        )


def check_origin(method: str, headers: Headers) -> None:
    """Refuse writes that a page of another site makes. Raises InvalidInputError."""
    if method in SAFE_METHODS:
        return
    origin, host = headers.get("origin"), headers.get("host", "")
    own = {f"http://{host}".lower(), f"https://{host}".lower()}
    if (origin is not None and origin.lower() not in own) or headers.get(
        "sec-fetch-site"
    ) == "cross-site":
        raise InvalidInputError(
            "origin_not_allowed",
            "A page of another site tried to change something here; only Nodeloom's own pages"
            " and programs outside a browser may.",
        )


class Guard(ASGIMiddleware):
    """The checks above in front of every route, and `DEFAULT_HEADERS` on its answers."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Check the request, then add headers to the answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for name, value in DEFAULT_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers.from_scope(scope)
        check_host(headers.get("host", ""))
        check_origin(scope["method"] if scope["type"] == "http" else "GET", headers)
        await next_app(scope, receive, send_with_headers)
