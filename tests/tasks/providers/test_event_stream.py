"""What gateways write around a whole answer: none of it throws the answer away."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncByteStream
from pydantic import SecretStr

from schemas.errors import NodeError
from schemas.settings import ProviderAccess
from support.servers import gemini_server as provider
from support.servers.gemini_server import GeminiServer
from support.servers.web_server import HttpRequest, answer
from tasks.providers import event_stream, text
from tasks.providers.base import TextRequest
from tasks.providers.event_stream import EventStream
from tasks.providers.gemini import ERRORS
from tasks.providers.gemini.client import Gemini
from tasks.providers.text import generate_text

FIRST = json.dumps(provider.text_chunk("A fine "))
LAST = json.dumps(provider.text_chunk("teapot.", finish="STOP", **provider.usage(7, 5)))
STREAMS = {
    "comments": f": keepalive\n\ndata: {FIRST}\n\n:\n\n: ping - 2026\ndata: {LAST}\n\n: bye\n\n",
    "names, ids and waits": f"event: message\nid: 1\nretry: 3000\ndata: {FIRST}\n\nevent:end\ndata: {LAST}\n\n",
    "no space": f"data:{FIRST}\n\ndata:{LAST}\n\n",
    "a last word": f"data: {FIRST}\n\ndata: {LAST}\n\ndata: [DONE]\n\n",
    "a last word in spaces, right after the last event": f"data: {FIRST}\n\ndata: {LAST}\ndata:  [DONE] \n\n",
    "a last word without a space": f"data:{FIRST}\n\ndata:{LAST}\n\ndata:[DONE]",
    "words that are no JSON": f"data: {FIRST}\n\ndata: ping\n\ndata:\n\ndata: {LAST}\n\n",
    "a byte order mark": f"\ufeffdata: {FIRST}\n\ndata: {LAST}\n\n",
    "carriage returns": f"data: {FIRST}\r\rdata: {LAST}\r\r",
    "no empty lines": f"data: {FIRST}\ndata: {LAST}\n",
    "no end": f"data: {FIRST}\n\ndata: {LAST}",
    "several lines": f"data: {FIRST}\n\n" + "".join(
        f"data: {line}\n" for line in json.dumps(json.loads(LAST), indent=2).splitlines()
    ) + "\n",
    "a list instead of events": f"[{FIRST},\r\n{LAST}]",
    "a list over many lines": json.dumps([json.loads(FIRST), json.loads(LAST)], indent=1),
    "an error after the end": f'data: {FIRST}\n\ndata: {LAST}\n\ndata: {{"error": {{"code": 503}}}}\n\n',
    "junk after the end": f"data: {FIRST}\n\ndata: {LAST}\n\n<html>bye</html>\n",
}  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[GeminiServer]:
    async with GeminiServer() as server:
        yield server


@pytest.fixture
async def gemini(server: GeminiServer) -> AsyncIterator[Gemini]:
    access = ProviderAccess(api_key=SecretStr("AIza-not-a-real-key"), base_url=server.url)
    gemini = Gemini(access, ERRORS)
    yield gemini
    await gemini.close()


async def _text(gemini: Gemini) -> str:
    request = TextRequest(model="gemini-x", user_message="Say tea.")
    told: list[str] = []
    said = await generate_text(
        gemini, request, idempotency_key="k", emit=told.append, record_usage=lambda _: None
    )
    assert "".join(told) == said.text
    return said.text


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
async def test_a_whole_answer_is_read_whatever_stands_around_it(
    server: GeminiServer, gemini: Gemini, stream: str
) -> None:
    server.respond = answer(200, stream.encode(), {"content-type": "text/event-stream"})
    assert await _text(gemini) == "A fine teapot."
    assert len(server.asked) == 1


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
async def test_pieces_of_any_size_are_the_same_events(stream: str, size: int) -> None:
    class Pieces(AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            data = stream.encode()
            for start in range(0, len(data), size):
                yield data[start : start + size]

    events = b"".join([piece async for piece in EventStream(Pieces())]).decode()
    found = [json.loads(line[6:]) for line in events.split("\n\n") if line.startswith("data: ")]
    assert found[:2] == [json.loads(FIRST), json.loads(LAST)]


@pytest.mark.parametrize("ends", [True, False])
async def test_after_the_last_word_a_body_is_read_out_for_a_moment(
    monkeypatch: pytest.MonkeyPatch, *, ends: bool
) -> None:
    """So that its connection can be used again; one that stays open keeps nobody."""
    monkeypatch.setattr(event_stream, "END_SECONDS", 60 if ends else 0.05)
    read_to_the_end = False

    class Body(AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal read_to_the_end
            yield f"data: {FIRST}\n\ndata: [DONE]\n\n".encode()
            await asyncio.sleep(0 if ends else 60)
            yield b"data: {}\n\n"
            read_to_the_end = True

    events = b"".join([piece async for piece in EventStream(Body())])
    assert events == f"data: {FIRST}\n\n".encode()
    assert read_to_the_end == ends


async def test_halves_of_characters_are_joined_over_pieces(
    server: GeminiServer, gemini: Gemini
) -> None:
    halves = ["A\\ud83d", "\\ude00", "B\\ud83d", "", "\\ude01 \\ude01 \\ud83d"]
    events = [
        f'data: {{"candidates":[{{"content":{{"parts":[{{"text":"{each}"}}]}}}}]}}'
        for each in halves
    ]
    end = 'data: {"candidates":[{"finishReason":"STOP"}]}'
    server.respond = answer(200, "\n\n".join([*events, end]).encode(), {})
    request = TextRequest(model="gemini-x", user_message="Say tea.")
    said = await generate_text(
        gemini, request, idempotency_key="k", emit=lambda _: None, record_usage=lambda _: None
    )
    assert said.text == "A😀B😁 \ufffd \ufffd"


async def _whole_and_open(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
    """Say everything, and never close the connection."""
    body = f"data: {FIRST}\n\ndata: {LAST}\n\n".encode()
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
    writer.write(
        b"transfer-encoding: chunked\r\n\r\n" + f"{len(body):x}\r\n".encode() + body + b"\r\n"
    )
    await writer.drain()
    await asyncio.sleep(60)


async def test_an_answer_whose_stream_never_ends_is_whole_all_the_same(
    server: GeminiServer, gemini: Gemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "AFTER_FINISH_SECONDS", 0.2)
    server.respond = _whole_and_open
    assert await asyncio.wait_for(_text(gemini), 20) == "A fine teapot."


async def test_a_gateway_that_says_stop_with_every_piece_is_not_believed(
    server: GeminiServer, gemini: Gemini
) -> None:
    pieces = [provider.text_chunk(word, finish="STOP") for word in ("A ", "fine ")]
    server.respond = provider.chunk_stream(*pieces, cut=True)
    with pytest.raises(NodeError) as caught:
        await _text(gemini)
    assert (caught.value.code, caught.value.retryable) == ("provider_unavailable", True)
