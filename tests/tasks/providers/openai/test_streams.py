"""What services write around a whole answer: none of it throws the answer away."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from support.servers.openai_server import (
    EVENT_HEADERS,
    JSON_HEADERS,
    OpenaiServer,
    chunk,
    events,
    raw_stream,
)
from support.servers.web_server import answer
from tasks.providers.base import TextResponse

Ask = Callable[..., Awaitable[TextResponse]]
FIRST, LAST = json.dumps(chunk("A fine ")), json.dumps(chunk("teapot.", finish="stop"))
STREAMS = {
    "OpenAI's own": events(chunk("", role="assistant"), chunk("A fine "), chunk("teapot."), chunk(finish="stop")),
    "OpenRouter's comments": f": OPENROUTER PROCESSING\n\ndata: {FIRST}\n\n: OPENROUTER PROCESSING\n\ndata: {LAST}\n\ndata: [DONE]\n\n",
    "names, ids and waits": f"event: message\nid: 1\nretry: 3000\ndata: {FIRST}\n\nevent:end\ndata: {LAST}\n\n",
    "no space": f"data:{FIRST}\n\ndata:{LAST}\n\ndata:[DONE]",
    "no last word": f"data: {FIRST}\n\ndata: {LAST}\n\n",
    "no end": f"data: {FIRST}\n\ndata: {LAST}",
    "no empty lines": f"data: {FIRST}\ndata: {LAST}\n",
    "carriage returns": f"data: {FIRST}\r\rdata: {LAST}\r\r",
    "a byte order mark": f"\ufeffdata: {FIRST}\n\ndata: {LAST}\n\n",
    "several lines": f"data: {FIRST}\n\n" + "".join(
        f"data: {line}\n" for line in json.dumps(json.loads(LAST), indent=2).splitlines()
    ) + "\n",
    "nulls": events({**chunk(), "choices": None, "usage": None}, {**chunk(), "choices": []}, chunk("A fine "), chunk("teapot.", finish="end_turn")),
    "an error after the end": f'data: {FIRST}\n\ndata: {LAST}\n\ndata: {{"error": {{"code": 503}}}}\n\n',
    "junk after the end": f"data: {FIRST}\n\ndata: {LAST}\n\n<html>bye</html>\n",
    "a list instead of events": f"[{FIRST},\r\n{LAST}]",
}  # fmt: skip
WHOLE = {
    "object": "chat.completion",
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "A fine teapot."},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
}


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
async def test_a_whole_answer_is_read_whatever_stands_around_it(
    server: OpenaiServer, ask: Ask, stream: str
) -> None:
    server.respond = answer(200, stream.encode(), EVENT_HEADERS)
    assert (await ask()).text == "A fine teapot."
    assert len(server.asked) == 1


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_characters_may_arrive_in_halves(server: OpenaiServer, ask: Ask, size: int) -> None:
    texts = ["A 🍵 of ", "tee – für ", "神戸"]
    raw = [json.dumps(chunk(text), ensure_ascii=False) for text in texts]
    stream = "".join(f"data: {each}\n\n" for each in raw) + events(chunk(finish="stop"))
    server.respond = raw_stream(stream.encode(), size=size)
    assert (await ask()).text == "A 🍵 of tee – für 神戸"


async def test_halves_of_characters_in_two_events_are_joined(
    server: OpenaiServer, ask: Ask
) -> None:
    halves = ["A\\ud83d", "\\ude00", "B\\ud83d", "", "\\ude01 \\ude01 \\ud83d"]
    raw = [f'data: {{"choices":[{{"delta":{{"content":"{each}"}}}}]}}\n\n' for each in halves]
    stream = "".join(raw) + events(chunk(finish="stop"))
    server.respond = answer(200, stream.encode(), EVENT_HEADERS)
    assert (await ask()).text == "A😀B😁 \ufffd \ufffd"


@pytest.mark.parametrize("indent", [None, 2])
async def test_who_knows_no_streams_gives_the_answer_whole(
    server: OpenaiServer, ask: Ask, indent: int | None
) -> None:
    server.respond = answer(200, json.dumps(WHOLE, indent=indent).encode(), JSON_HEADERS)
    said = await ask()
    assert (said.text, said.usage.total_tokens) == ("A fine teapot.", 12)


@pytest.mark.parametrize(
    ("counted", "tokens"),
    [
        ({"prompt_tokens": 7, "completion_tokens": 5}, (7, 5, 12)),
        ({"prompt_tokens": 7.0, "completion_tokens": None, "total_tokens": -1}, (7, 0, 7)),
        ({"prompt_tokens": "many", "total_tokens": 9}, (0, 0, 9)),
        ({}, (0, 0, 0)),
        (None, (0, 0, 0)),
    ],
)
async def test_a_count_that_is_not_whole_throws_no_answer_away(
    server: OpenaiServer, ask: Ask, counted: Any, tokens: tuple[int, int, int]
) -> None:
    last = {**chunk(), "choices": [], "usage": counted}
    stream = events(chunk("Tea."), chunk(finish="stop"), last)
    server.respond = answer(200, stream.encode(), EVENT_HEADERS)
    said = await ask()
    used = said.usage
    assert said.text == "Tea."
    assert (used.input_tokens, used.output_tokens, used.total_tokens) == tokens
