"""A Gemini-compatible endpoint that answers late and keeps a ledger of every call."""

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from chaos.stack.in_thread import run_in_thread

_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {}\r\n\r\n"


@dataclass(frozen=True)
class Call:
    """One call: `key` is its idempotency key, `began` a Unix time."""

    number: int
    key: str
    started_at: float


@dataclass
class Provider:
    """The ledger of real effects; an answer's text is `answer <number of the call>`."""

    seconds: tuple[float, float]
    """How long an answer takes, at least and at most."""
    url: str = ""
    calls: list[Call] = field(default_factory=list[Call])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                await reader.readexactly(int(_header(head, "content-length") or 0))
                call = Call(len(self.calls) + 1, _header(head, "idempotency-key"), time.time())
                self.calls.append(call)
                await asyncio.sleep(random.uniform(*self.seconds))
                body = _answer(f"answer {call.number}")
                writer.write(_HEAD.format(len(body)).encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()


@contextmanager
def serve_provider(seconds: tuple[float, float]) -> Generator[Provider]:
    """Serve from a thread."""
    with run_in_thread(_served(Provider(seconds))) as provider:
        yield provider


@asynccontextmanager
async def _served(provider: Provider) -> AsyncGenerator[Provider]:
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0, backlog=256)
    provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield provider
    finally:
        server.close()


def _header(head: str, name: str) -> str:
    return head.partition(f"\r\n{name}:")[2].partition("\r\n")[0].strip()


def _answer(text: str) -> bytes:
    document = {
        "candidates": [
            {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"}
        ],
        "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2},
        "modelVersion": "chaos",
    }
    return b"data: " + json.dumps(document).encode() + b"\r\n\r\n"
