"""A provider for tests with a real worker: it does what the user message says.

`say X` answers X · `wait 0.5 say X` answers late · `fail 2 say X` answers 503 twice first ·
`hang` never answers · `refuse` answers that the key is wrong · `speak 0.2 A fine cup` says a
word each 0.2 s · `limit 1.5 say X` answers 429 once, to come back in 1.5 s · `break 1 say X` says
half of it once and breaks off, with a count of tokens · `cut X` says X and that it is cut · `flood 30` sends
30 MB that are one word and does not end · `echo` refuses, and repeats all headers of the request. It keeps a ledger of calls.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chaos.stack.in_thread import run_in_thread
from support.servers.gemini_server import (
    WRONG_KEY,
    GeminiServer,
    chunk_stream,
    error_response,
    retry_info,
    slow_text_stream,
    text_chunk,
    text_stream,
    usage,
)
from support.servers.web_server import HttpRequest, Respond

OVERLOADED = error_response(503, "UNAVAILABLE", "The model is overloaded.")


@dataclass
class ScriptedModel:
    """The ledger: user messages with the idempotency keys of their calls, in order."""

    url: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    times: list[float] = field(default_factory=list[float])
    """When the calls came, by `time.monotonic`."""
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    broken_off: int = 0
    """Calls whose caller went away before the answer."""
    _failures: Counter[str] = field(default_factory=Counter[str])

    async def respond(self, asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        """Do what the message says."""
        request = json.loads(asked.body)
        message = "".join(
            part.get("text", "") for part in request["contents"][-1]["parts"] if "text" in part
        )
        self.calls.append((message, asked.headers.get("idempotency-key", "")))
        self.times.append(time.monotonic())
        self.requests.append(request)
        words = list[str](message.split())
        while words and words[0] in ("wait", "hang"):
            if words.pop(0) == "hang":
                await self._hang(writer)
            await asyncio.sleep(float(words.pop(0)))
        if words == ["echo"]:
            said = f"Bad request; it came with {dict(asked.headers)}"
            await error_response(400, "INVALID_ARGUMENT", said)(asked, writer)
            return
        await self._answer(message, words)(asked, writer)

    def _answer(self, message: str, words: Sequence[str]) -> Respond:
        """Give the answer, or what goes wrong the first times."""
        trouble: Respond | None = None
        match words:
            case ["speak", pause, *said]:
                return slow_text_stream(float(pause), *(f"{word} " for word in said))
            case ["cut", *said]:
                return text_stream(" ".join(said), finish="MAX_TOKENS")
            case ["refuse", *_]:
                return WRONG_KEY
            case ["flood", megabytes, *_]:
                return _flood(int(megabytes))
            case ["limit", delay, *_]:
                slow = error_response(429, "RESOURCE_EXHAUSTED", "Slow.", retry_info(f"{delay}s"))
                trouble = slow if self._fails(message, 1) else None
            case ["break", times, *_]:
                half = chunk_stream(text_chunk("half", **usage(11, 2)), cut=True)
                trouble = half if self._fails(message, int(times)) else None
            case ["fail", times, *_]:
                trouble = OVERLOADED if self._fails(message, int(times)) else None
            case _:
                return text_stream(" ".join(words[1:]) or "nothing")
        return trouble or self._answer(message, words[2:])

    def count(self, message: str) -> int:
        """Say how many calls had this message."""
        return sum(1 for said, _ in self.calls if said == message)

    def keys(self, message: str) -> set[str]:
        """Give the idempotency keys that came with this message."""
        return {key for said, key in self.calls if said == message}

    def forget(self) -> None:
        """Fail again as often as each message says."""
        self._failures.clear()

    def _fails(self, message: str, times: int) -> bool:
        self._failures[message] += 1
        return self._failures[message] <= times

    async def _hang(self, writer: asyncio.StreamWriter) -> None:
        """Never answer; interim responses tell when the caller has gone away."""
        try:
            while True:
                writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            self.broken_off += 1
            raise


def _flood(megabytes: int) -> Respond:
    """Send so much of one word, with pauses, and then nothing more."""

    async def respond(_asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
            b'data: {"candidates": [{"content": {"parts": [{"text": "'
        )
        for _ in range(megabytes):
            writer.write(b"x" * 1_000_000)
            await writer.drain()
            await asyncio.sleep(0.05)
        await asyncio.sleep(600)

    return respond


@contextmanager
def running_scripted_model() -> Generator[ScriptedModel]:
    """Serve in a thread of its own, so that it answers whatever the test does."""
    scripted_model = ScriptedModel()
    with run_in_thread(GeminiServer(respond=scripted_model.respond)) as server:
        scripted_model.url = server.url
        yield scripted_model
