"""Keeps other web pages out, and tells browsers to be strict.

Without sign-in, whoever reaches the API is its user. A page on another site can make a
browser send requests here, under its own origin or, by DNS rebinding, under its own host
name: so only names of this machine are answered, and writes only from our own pages.

With sign-in any name is answered, since a name proves nothing any more, and the pages of the
origins in the settings may call from elsewhere, with a token; cookies are only for our own.
"""

from collections.abc import Collection
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
EXPOSED_HEADERS: Final = "ETag, Location, Retry-After, WWW-Authenticate"
PREFLIGHT_HEADERS: Final = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-Match,"
    " If-None-Match, Last-Event-ID, Range",
    "Access-Control-Max-Age": "600",
}


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


def check_origin(method: str, headers: Headers, origins: Collection[str] = frozenset()) -> None:
    """Refuse writes that a page of another site makes. Raises InvalidInputError."""
    origin = headers.get("origin")
    if method in SAFE_METHODS or (origin is not None and origin in origins):
        return
    if (origin is not None and origin.lower() not in _own(headers)) or headers.get(
        "sec-fetch-site"
    ) == "cross-site":
        raise _foreign()


def check_cookie_origin(method: str, headers: Headers, origins: Collection[str]) -> None:
    """Refuse writes whose only proof is a cookie, unless the browser says that our page made them.

    Browsers send cookies along whoever asks. Raises InvalidInputError.
    """
    origin = headers.get("origin")
    ours = origin is not None and (origin in origins or origin.lower() in _own(headers))
    if method not in SAFE_METHODS and not ours and headers.get("sec-fetch-site") != "same-origin":
        raise _foreign()


def _own(headers: Headers) -> set[str]:
    host = headers.get("host", "")
    return {f"http://{host}".lower(), f"https://{host}".lower()}


def _foreign() -> InvalidInputError:
    return InvalidInputError(
        "origin_not_allowed",
        "A page of another site tried to change something here; only Nodeloom's own pages"
        " and programs outside a browser may.",
    )


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


class Guard(ASGIMiddleware):
    """The checks above in front of every route, and `DEFAULT_HEADERS` on its answers."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, origins: Collection[str] | None = None) -> None:
        """Allow pages of these origins; None: there is no sign-in, and only this machine asks."""
        self._local = origins is None
        self._origins = origins or frozenset[str]()

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Check the request, then add headers to the answer."""
        method = scope["method"] if scope["type"] == "http" else "GET"
        headers = Headers.from_scope(scope)
        added = DEFAULT_HEADERS | cross_origin_headers(method, headers, self._origins)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableScopeHeaders.from_message(message)
                for name, value in added.items():
                    answered.setdefault(name, value)
            await send(message)

        if self._local:
            check_host(headers.get("host", ""))
        check_origin(method, headers, self._origins)
        await next_app(scope, receive, send_with_headers)
