"""A provider that speaks OpenAI's chat API and says what a test tells it to."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.servers.web_server import HttpRequest, Respond, WebServer, answer

Json = Mapping[str, Any]
JSON_HEADERS = {"content-type": "application/json"}
EVENT_HEADERS = {"content-type": "text/event-stream"}


def chunk(text: str | None = None, *, finish: str | None = None, **delta: Any) -> Json:
    """Give one piece of an answer."""
    said = {"content": text, **delta} if text is not None else delta
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_796_000_000,
        "model": "gpt-real-name",
        "choices": [{"index": 0, "delta": said, "finish_reason": finish}],
    }


def usage(question: int, spoken: int) -> Json:
    """Give the count of tokens, which comes last, without a choice."""
    counted = {
        "prompt_tokens": question,
        "completion_tokens": spoken,
        "total_tokens": question + spoken,
    }
    return {**chunk(), "choices": [], "usage": counted}


def events(*chunks: Json, end: str = "data: [DONE]\n\n") -> str:
    """Write pieces as OpenAI does."""
    return "".join(f"data: {json.dumps(each)}\n\n" for each in chunks) + end


def text_stream(*pieces: str, finish: str = "stop") -> Respond:
    """Stream an answer in pieces, the first of them without a text."""
    return raw_stream(
        events(
            chunk("", role="assistant"),
            *(chunk(piece) for piece in pieces),
            chunk(finish=finish),
            usage(11, 5),
        ).encode()
    )


def raw_stream(data: bytes, *, size: int = 0, cut: bool = False) -> Respond:
    """Stream bytes, each so many of them by themselves; `cut`: the connection breaks after them."""
    pieces = [data[at : at + size] for at in range(0, len(data), size)] if size else [data]

    async def respond(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        )
        for piece in pieces:
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await writer.drain()
        writer.write(b"" if cut else b"0\r\n\r\n")
        await writer.drain()

    return respond


def error_response(
    status: int, message: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Respond:
    """Answer with an error as OpenAI writes them."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    body = json.dumps({"error": {**error, **more}}).encode()
    return answer(status, body, {**JSON_HEADERS, **(headers or {})})


def refusing(*fields: str, status: int = 400) -> Respond:
    """Answer only questions without these fields, as a model or a server does that does not know them."""

    async def respond(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        sent = [name for name in fields if name in json.loads(asked.body)]
        refused = [
            error_response(
                status,
                f"Unsupported parameter: '{name}' is not supported with this model.",
                param=name,
                code="unsupported_parameter",
            )
            for name in sent
        ]
        await (refused or [text_stream("A fine ", "teapot.")])[0](asked, writer)

    return respond


def model_list(*names: str) -> Respond:
    """Answer with the models that there are."""
    page = {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}
    return answer(200, json.dumps(page).encode(), JSON_HEADERS)


@dataclass
class OpenaiServer(WebServer):
    """The provider; set `respond` to change what it says next."""

    respond: Respond = field(default_factory=lambda: text_stream("A fine ", "teapot."))

    @property
    def url(self) -> str:
        """What OPENAI_BASE_URL would be."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def requests(self) -> Sequence[dict[str, Any]]:
        """The JSON of all questions."""
        return [json.loads(each.body) for each in self.asked]
