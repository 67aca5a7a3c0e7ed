"""Keeps Prefect's pages from asking anybody but the server that they come from."""

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

_SCRIPT: Final = Path(__file__).with_name("same_origin.js").read_bytes()
_HEAD: Final = b"<head>"
_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval';"
    " style-src 'self' 'unsafe-inline'; connect-src 'self' ws://{host} wss://{host};"
    " worker-src 'self' blob:; font-src 'self' data:;"
    " img-src 'self' data: blob: http://127.0.0.1:* http://localhost:*; base-uri 'self';"
    " form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
"""Images in what we record are ours, from the API on another port of this machine."""


def without_encoding(scope: Message) -> Message:
    """Give the request of a page as of a browser that takes no compressed ones."""
    headers = scope["headers"]
    if not any(name == b"accept" and b"text/html" in value for name, value in headers):
        return scope
    return {**scope, "headers": [pair for pair in headers if pair[0] != b"accept-encoding"]}


def only_own_requests(send: Send, host: str) -> Send:
    """Give a `send` that tells browsers so, and the pages' scripts, which would try all the same."""
    start: Message = {}
    body = b""

    async def sending(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start" and _is_page(message["headers"]):
            start = message
        elif not start or message["type"] != "http.response.body":
            await send(message)
        else:
            body += message.get("body", b"")
            if not message.get("more_body", False):
                await _send_page(send, start, body, host)

    return sending


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    names = {name.lower(): value for name, value in headers}
    return b"text/html" in names.get(b"content-type", b"")


async def _send_page(send: Send, start: Message, body: bytes, host: str) -> None:
    script = _HEAD + b"<script>" + _SCRIPT + b"</script>"
    body = body.replace(_HEAD, script, 1)
    headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
    headers += [
        (b"content-length", str(len(body)).encode()),
        (b"content-security-policy", _POLICY.format(host=host).encode("latin-1", "replace")),
    ]
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
