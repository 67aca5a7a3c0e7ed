"""The endpoint: the calls of the Gemini API that Google's own client makes, as a bare ASGI app.

`GET models`, `GET models/…`, `POST models/…:generateContent`, `:streamGenerateContent`,
`:countTokens`, under `/v1` and `/v1beta`, for any name of a model.
"""

import hmac
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qs

from pydantic import ValidationError

from local.demo_model.chat import attachment_notice, own_limit_notice, to_chat
from local.demo_model.engine import CONTEXT_TOKENS, CompletionEnd, Engine
from local.demo_model.protocol import (
    MODEL_VERSION,
    GenerateRequest,
    ProtocolError,
    ReplyBuilder,
    bad_request,
    describe_model,
    invalid_key,
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_MAX_BYTES: Final = 100_000_000  # Google's own limit of a request with pictures inside
_PATH: Final = re.compile(r"/v1(?:beta|alpha)?/models(?:/([^:]+?)(?::(\w+))?)?")
_log = logging.getLogger(__name__)


class ModelApp:
    """The ASGI app."""

    def __init__(self, key: str, engine: Engine | None = None) -> None:
        """Take the key that every request must carry."""
        self._key = key
        self._engine = engine or Engine()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._route(scope, receive, send_on)
        except Exception as error:  # noqa: BLE001 - every failure is told in Google's form
            protocol_error = _as_protocol_error(error)
            if started:  # in mid-stream an error travels as an event
                await send(_event(protocol_error.body, more=False))
            else:
                await _send_json(send, protocol_error.body, protocol_error.code)

    async def _route(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["path"] == "/health":
            return await _send_json(send, {"status": "ok"})
        path = _PATH.fullmatch(scope["path"])
        if path is None:
            raise ProtocolError(404, "NOT_FOUND", "The demo model does not know this address.")
        self._check_key(scope)
        model, call = path.groups()
        if scope["method"] == "GET" and call is None:
            description = describe_model(model or MODEL_VERSION, CONTEXT_TOKENS)
            return await _send_json(send, description if model else {"models": [description]})
        request = _parse(await _body(receive))
        if call == "generateContent":
            return await _send_json(send, await self._complete(request))
        if call == "streamGenerateContent":
            return await self._stream(request, send)
        if call == "countTokens":
            count = await self._engine.count(to_chat(request))
            return await _send_json(send, {"totalTokens": count})
        raise ProtocolError(404, "NOT_FOUND", f"The demo model does not offer the call {call}.")

    def _check_key(self, scope: Message) -> None:
        sent = dict(scope["headers"]).get(b"x-goog-api-key", b"").decode("latin-1")
        sent = sent or parse_qs(scope["query_string"].decode()).get("key", [""])[0]
        if not hmac.compare_digest(sent.encode(), self._key.encode()):
            raise invalid_key()

    async def _chunks(self, request: GenerateRequest) -> AsyncIterator[str | CompletionEnd]:
        if first := attachment_notice(request):
            yield first
        async for chunk in self._engine.complete(to_chat(request)):
            if (
                isinstance(chunk, CompletionEnd)
                and chunk.finish == "MAX_TOKENS"
                and (notice := own_limit_notice(request))
            ):
                yield notice
                yield replace(chunk, finish="STOP")
            else:
                yield chunk

    async def _complete(self, request: GenerateRequest) -> dict[str, Any]:
        text, end = "", CompletionEnd("STOP", 0, 0)
        async for chunk in self._chunks(request):
            if isinstance(chunk, CompletionEnd):
                end = chunk
            else:
                text += chunk
        return ReplyBuilder().final_chunk(
            text, end.finish, end.prompt_tokens, end.completion_tokens
        )

    async def _stream(self, request: GenerateRequest, send: Send) -> None:
        reply, started = ReplyBuilder(), False
        async for chunk in self._chunks(request):
            if not started:  # only now: a refusal before the first piece keeps its status
                await _send_head(send, 200, b"text/event-stream")
                started = True
            if isinstance(chunk, CompletionEnd):
                body = reply.final_chunk(
                    "", chunk.finish, chunk.prompt_tokens, chunk.completion_tokens
                )
                await send(_event(body, more=False))
            elif chunk:
                await send(_event(reply.chunk(chunk), more=True))


async def _lifespan(receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > _MAX_BYTES:
            raise bad_request("Request payload size exceeds the limit: 100 MB.")
        if not message.get("more_body"):
            return bytes(body)


def _parse(body: bytes) -> GenerateRequest:
    try:
        return GenerateRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        location = ".".join(str(step) for step in first["loc"]) or "the body"
        raise bad_request(f"Invalid value at {location}: {first['msg']}.") from error


def _as_protocol_error(error: Exception) -> ProtocolError:
    if isinstance(error, ProtocolError):
        return error
    _log.error("The demo model failed.", exc_info=error)
    return ProtocolError(500, "INTERNAL", f"The built-in demo model failed: {error}")


async def _send_json(send: Send, body: dict[str, Any], status: int = 200) -> None:
    await _send_head(send, status, b"application/json; charset=UTF-8")
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def _send_head(send: Send, status: int, kind: bytes) -> None:
    headers = [(b"content-type", kind)]
    await send({"type": "http.response.start", "status": status, "headers": headers})


def _event(body: dict[str, Any], *, more: bool) -> Message:
    line = b"data: " + json.dumps(body).encode() + b"\r\n\r\n"
    return {"type": "http.response.body", "body": line, "more_body": more}
