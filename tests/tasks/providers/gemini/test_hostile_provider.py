"""S-16: a provider that answers wrongly, endlessly, slowly or not at all.

Whatever it does, the node's time is the limit, memory stays bounded, and there is no answer
that nobody gave.
"""

import asyncio
import gzip
import json
import resource
import time
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.errors import NodeError
from schemas.settings import ProviderAccess
from support.servers import gemini_server as provider
from support.servers.gemini_server import GeminiServer
from support.servers.web_server import HttpRequest, Respond, WebServer, answer, hang
from tasks.providers import response_limit
from tasks.providers.base import TextRequest
from tasks.providers.gemini import ERRORS
from tasks.providers.gemini.client import Gemini
from tasks.providers.text import MAX_CHUNKS, generate_text

KEY = "AIza-not-a-real-key"


def access(url: str) -> ProviderAccess:
    return ProviderAccess(api_key=SecretStr(KEY), base_url=url)


NODE_SECONDS = 2.0
GRACE_SECONDS = 5.0
GROWTH = 200 * 1024**2
"""Of the worker's memory: the longest answer that is read, as bytes and as text."""
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
)


def pieces(piece: bytes, count: int, *, pause: float = 0) -> Respond:
    """Send the same bytes again and again."""
    framed = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"

    async def respond(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        for _ in range(count):
            writer.write(framed)
            await writer.drain()
            await asyncio.sleep(pause)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return respond


def event(chunk: object) -> bytes:
    return b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n"


async def reset(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
    """Break off in the middle of a chunk."""
    body = event(provider.text_chunk("A fine "))
    writer.write(HEAD + f"{len(body) + 99:x}\r\n".encode() + body)
    await writer.drain()
    writer.transport.abort()


async def drip_headers(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x-a: b\r\n")
        await writer.drain()
        await asyncio.sleep(0.1)


def body(content: bytes, **headers: str) -> Respond:
    return answer(200, content, {"content-type": "text/event-stream", **headers})


TEXT = event(provider.text_chunk("a"))
NOTHING = event({"candidates": []})
LONG = provider.text_chunk("x" * 20_000_000)
DEEP = b"data: " + b'{"candidates":' + b"[" * 100_000 + b"]" * 100_000 + b"}\r\n\r\n"
PACKED = {"content-encoding": "gzip"}


@cache
def packed_gigabyte() -> bytes:
    """A gigabyte of nothing; it takes seconds, so that not every process makes it."""
    return gzip.compress(bytes(10**9), 1)


async def bomb(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
    await body(packed_gigabyte(), **PACKED)(asked, writer)


BEHAVIOURS: dict[str, tuple[Respond, set[str]]] = {
    "hangs": (hang, {"timed_out"}),
    "a byte at a time": (pieces(b"d", 10**6, pause=0.1), {"timed_out"}),
    "headers without end": (drip_headers, {"timed_out", "provider_unavailable"}),
    "resets": (reset, {"provider_unavailable"}),
    "20 MB in one piece": (provider.chunk_stream(LONG), {"answer_too_long"}),
    "one line without end": (pieces(b"d" * 65_536, 10**6), {"answer_too_long", "timed_out"}),
    "a million words": (pieces(TEXT * 1000, 1000), {"answer_too_long", "timed_out"}),
    "a million nothings": (pieces(NOTHING * 1000, 1000), {"answer_too_long", "timed_out"}),
    "nothings without end": (pieces(NOTHING, 10**7), {"answer_too_long", "timed_out"}),
    "a bomb": (bomb, {"provider_unavailable"}),
    "a refusal of 40 MB": (answer(400, b"{" + b" " * 40_000_000), {"answer_too_long"}),
    "a failure without end": (
        answer(500, b'{"error": "' + b"x" * 40_000_000, {}),
        {"answer_too_long"},
    ),
    "too deep": (body(DEEP), {"provider_unavailable"}),
    "no candidates": (body(NOTHING), {"empty_answer"}),
    "no body": (body(b""), {"empty_answer"}),
    "null": (body(event(None)), {"provider_unavailable", "empty_answer"}),
    "a number": (body(event(7)), {"provider_unavailable", "empty_answer"}),
    "a list": (body(event([1, 2])), {"provider_unavailable", "empty_answer"}),
    "parts of another shape": (
        body(event({"candidates": [{"content": {"parts": "hello"}}]})),
        {"provider_unavailable", "empty_answer"},
    ),
    "another provider's shape": (
        body(event({"choices": [{"delta": {"content": "hi"}}]})),
        {"empty_answer"},
    ),
    "a call of a function": (
        body(
            event(
                {
                    "candidates": [
                        {
                            "content": {"parts": [{"functionCall": {"name": "f", "args": {}}}]},
                            "finishReason": "STOP",
                        }
                    ]
                }
            )
        ),
        {"empty_answer"},
    ),
    "no text at all": (body(b"\xff\xfe\x00\x80" * 100), {"provider_unavailable", "empty_answer"}),
    "a thousand headers": (
        body(TEXT, **{f"x-{number}": "y" * 1000 for number in range(1000)}),
        {"provider_unavailable"},
    ),
    "a wrong length": (body(TEXT, **{"content-length": "999999"}), {"provider_unavailable"}),
    "a refusal of a page": (answer(403, b"<html>" * 1000), {"wrong_key"}),
    "blocked": (provider.BLOCKED_ANSWER, {"blocked"}),
    "busy": (provider.error_response(429, "RESOURCE_EXHAUSTED", "Slow."), {"rate_limited"}),
    "broken": (provider.error_response(500, "INTERNAL", "Oops."), {"provider_unavailable"}),
}


@pytest.fixture
async def server() -> AsyncIterator[GeminiServer]:
    async with GeminiServer() as server:
        yield server


@pytest.fixture
async def gemini(server: GeminiServer) -> AsyncIterator[Gemini]:
    gemini = Gemini(access(server.url), ERRORS)
    await gemini.prepare()
    yield gemini
    await gemini.close()


async def _outcome(gemini: Gemini) -> str:
    """Ask as a node does, with the node's deadline; give the code of what came of it.

    `told`: the error holds the key, or is a book.
    """
    request = TextRequest(model="gemini-x", user_message="Say tea.")
    deadline = asyncio.timeout(NODE_SECONDS)
    try:
        async with deadline:
            await generate_text(
                gemini,
                request,
                idempotency_key="key",
                emit=lambda _: None,
                record_usage=lambda _: None,
            )
    except TimeoutError:
        assert deadline.expired()
        return "timed_out"
    except NodeError as error:
        return error.code if KEY not in error.message and len(error.message) < 3000 else "told"
    return "answered"


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.parametrize("name", list(BEHAVIOURS))
async def test_a_hostile_provider_costs_its_node_and_nothing_else(
    server: GeminiServer, gemini: Gemini, name: str
) -> None:
    server.respond, expected = BEHAVIOURS[name]
    if server.respond is bomb:
        packed_gigabyte()
    before, started = _memory(), time.perf_counter()

    assert await _outcome(gemini) in expected
    assert time.perf_counter() - started < NODE_SECONDS + GRACE_SECONDS
    assert _memory() - before < GROWTH

    server.respond = provider.text_stream("Fine again.")
    assert (
        await generate_text(
            gemini,
            TextRequest(model="gemini-x", user_message="Still there?"),
            idempotency_key="key",
            emit=lambda _: None,
            record_usage=lambda _: None,
        )
    ).text == "Fine again."


async def test_others_are_served_while_a_provider_floods(
    server: GeminiServer, gemini: Gemini
) -> None:
    server.respond = pieces(NOTHING * 1000, 1000)
    late: list[float] = []

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.01)
            late.append(time.perf_counter() - began)

    ticking = asyncio.create_task(tick())
    await _outcome(gemini)
    ticking.cancel()
    assert max(late) < 1.0


async def test_more_chunks_than_an_answer_has_tokens_are_not_read(
    server: GeminiServer, gemini: Gemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.providers.text.MAX_CHUNKS", 100)
    assert MAX_CHUNKS > 65_536
    server.respond = provider.chunk_stream(*[{"candidates": []}] * 101)
    assert await _outcome(gemini) == "answer_too_long"
    server.respond = provider.chunk_stream(*[{"candidates": []}] * 99)
    assert await _outcome(gemini) == "empty_answer"


async def test_only_so_many_bytes_of_an_answer_are_read(
    server: GeminiServer, gemini: Gemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_limit, "MAX_RESPONSE_BYTES", 1000)
    server.respond = body(b": comment\r\n" * 100 + TEXT)
    assert await _outcome(gemini) == "answer_too_long"
    assert server.asked[0].headers["accept-encoding"] == "identity"
    assert server.asked[0].headers["idempotency-key"] == "key"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_provider_cannot_send_the_key_elsewhere(
    server: GeminiServer, gemini: Gemini, status: int
) -> None:
    async with WebServer(answer(200, TEXT)) as elsewhere:
        server.respond = answer(status, b"", {"location": f"http://127.0.0.1:{elsewhere.port}/"})
        assert await _outcome(gemini) == "provider_unavailable"
        assert elsewhere.connections == 0
