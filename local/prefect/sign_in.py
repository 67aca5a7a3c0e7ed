"""A sign-in page in front of Prefect's own pages, and a check of the host name before all of them.

Prefect's UI keeps the password in the browser's local storage and asks for it in a form that does
not say where it comes from. So a browser that has not been here is sent to a page of ours, which
takes the password from the part of a link behind #, or explains where it is. The pages
themselves hold nothing; Prefect's API and websockets ask for the password whatever a browser
shows here.
"""

from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

from local.machine.ports import LOCAL_HOSTS
from local.prefect.auth import SIGN_IN_PATH, password_file, session_marker
from local.prefect.own_requests import Message, Send, only_own_requests, without_encoding

Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_LOGIN_PATHS: Final = frozenset({"/login", "/v2/login"})
"""Prefect's own forms. It goes there by itself when it has dropped the password, as it does when a
page is left while it is asking for the first time; whoever loads it again gets our page."""
_PAGE: Final = Template(Path(__file__).with_name("sign_in.html").read_text("utf-8"))
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class SignInMiddleware:
    """Prefect's application behind the two doors."""

    def __init__(self, app: App, home: Path, auth: str | None, *, any_host: bool = False) -> None:
        """Ask for nothing where `auth` is None.

        Without `any_host` only names of this machine are answered. With it the password is what
        keeps others out: a browser keeps it for one name, and has none for another that leads here.
        """
        self._app = app
        self._home = home
        self._any_host = any_host
        self._session_marker = session_marker(auth) if auth else None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if not self._any_host and not _is_local_host(host):
            await _reject_host(scope, send)
        elif scope["type"] == "http" and self._session_marker and scope["path"] == SIGN_IN_PATH:
            await self._page(send, _cookie_name(host))
        elif self._needs_sign_in(scope, headers, host):
            await _redirect(send, f"{SIGN_IN_PATH}?to={quote(_target_page(scope), safe='/')}")
        else:
            await self._app(without_encoding(scope), receive, only_own_requests(send, host))

    def _needs_sign_in(self, scope: Message, headers: dict[bytes, str], host: str) -> bool:
        """Whether a browser that has not signed in, or no more, wants to see a page of Prefect's."""
        if self._session_marker is None or scope["type"] != "http" or scope["method"] != "GET":
            return False
        if scope["path"].startswith("/api/") or "text/html" not in headers.get(b"accept", ""):
            return False
        signed_in = f"{_cookie_name(host)}={self._session_marker}" in headers.get(
            b"cookie", ""
        ).split("; ")
        return not signed_in or scope["path"] in _LOGIN_PATHS

    async def _page(self, send: Send, cookie: str) -> None:
        text = _PAGE.substitute(
            file=escape(str(password_file(self._home))), cookie=cookie, mark=self._session_marker
        )
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-security-policy", _POLICY.encode()),
            (b"referrer-policy", b"no-referrer"),
            (b"cache-control", b"no-store"),
        ]
        await _respond(send, 200, headers, text.encode())


def _is_local_host(host: str) -> bool:
    """Whether this is a name of this machine: no other page's name may lead here."""
    try:
        return urlsplit(f"//{host}").hostname in LOCAL_HOSTS
    except ValueError:
        return False


def _target_page(scope: Message) -> str:
    """Give the page that somebody wants to see: behind a form, the one that it leads to."""
    if scope["path"] not in _LOGIN_PATHS:
        return scope["path"]
    return parse_qs(scope["query_string"].decode("latin-1")).get("redirect", ["/"])[0]


def _cookie_name(host: str) -> str:
    """Name the mark by port: cookies know none, and there may be two servers on a machine."""
    return f"nodeloom-prefect-{urlsplit(f'//{host}').port or 80}"


async def _reject_host(scope: Message, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    text = b"Prefect's server answers only as localhost or 127.0.0.1.\n"
    await _respond(send, 403, [(b"content-type", b"text/plain; charset=utf-8")], text)


async def _redirect(send: Send, to: str) -> None:
    headers = [(b"location", to.encode("latin-1", "replace")), (b"cache-control", b"no-store")]
    await _respond(send, 302, headers, b"")


async def _respond(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
