"""A provider that speaks Gemini's protocol and says what a test tells it to."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from support.servers.web_server import HttpRequest, Respond, WebServer, answer

Json = Mapping[str, Any]


def text_chunk(text: str, *, finish: str | None = None, **more: Any) -> Json:
    """Give one piece of an answer."""
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": [{"text": text}]}}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], **more}


def usage(question: int, spoken: int, *, thoughts: int = 0) -> Json:
    """Give the count of tokens that comes with the last piece."""
    return {
        "usageMetadata": {
            "promptTokenCount": question,
            "candidatesTokenCount": spoken,
            "thoughtsTokenCount": thoughts,
            "totalTokenCount": question + spoken + thoughts,
        },
        "modelVersion": "gemini-real-name",
    }


def text_stream(*pieces: str, finish: str = "STOP") -> Respond:
    """Stream an answer in pieces."""
    chunks = [text_chunk(piece) for piece in pieces[:-1]]
    return chunk_stream(*chunks, text_chunk(pieces[-1], finish=finish, **usage(11, 5)))


def chunk_stream(*chunks: Json, cut: bool = False) -> Respond:
    """Stream JSON chunks; `cut`: the connection breaks after them."""
    events = b"".join(b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n" for chunk in chunks)

    async def respond(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        )
        writer.write(f"{len(events):x}\r\n".encode() + events + b"\r\n")
        writer.write(b"" if cut else b"0\r\n\r\n")
        await writer.drain()

    return respond


def slow_text_stream(pause: float, *pieces: str, used: Json | None = None) -> Respond:
    """Stream an answer with a pause before each piece but the first."""

    async def respond(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        )
        for number, piece in enumerate(pieces):
            last = number == len(pieces) - 1
            chunk = (
                text_chunk(piece, finish="STOP", **(used or usage(11, 5)))
                if last
                else text_chunk(piece)
            )
            event = b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n"
            writer.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0 if last else pause)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return respond


def error_response(code: int, status: str, message: str, *details: Json) -> Respond:
    """Answer with an error as Google writes them."""
    error = {"code": code, "status": status, "message": message, "details": list(details)}
    return answer(code, json.dumps({"error": error}).encode(), {"content-type": "application/json"})


def retry_info(delay: str) -> Json:
    """Ask to wait."""
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


WRONG_KEY = error_response(
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"},
)
BLOCKED_QUESTION = chunk_stream({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
BLOCKED_ANSWER = chunk_stream(
    text_chunk("Well, "), {"candidates": [{"content": {"parts": []}, "finishReason": "SAFETY"}]}
)


@dataclass
class GeminiServer(WebServer):
    """The provider; set `respond` to change what it says next."""

    respond: Respond = field(default_factory=lambda: text_stream("A fine ", "teapot."))

    @property
    def url(self) -> str:
        """What GEMINI_BASE_URL would be."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def request(self) -> dict[str, Any]:
        """The JSON of the latest request."""
        return json.loads(self.asked[-1].body)
