"""llama.cpp with the packaged weights, loaded when the first question comes."""

import asyncio
import os
import secrets
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from local.demo_model.protocol import bad_request, overloaded
from local.demo_model.weights import find_weights
from schemas.errors import UnavailableError

MAX_CONCURRENT: Final = 2
"""Questions answered at the same time."""
MAX_WAITING: Final = 32
"""Questions that may wait for their turn."""
CONTEXT_TOKENS: Final = 4096
"""Of one question and its answer."""
_RETRY_SECONDS: Final = 5

Chunk = dict[str, Any]


@dataclass
class CompletionEnd:
    """How an answer ended: `finish` in Google's words, and what was counted."""

    finish: str
    prompt_tokens: int
    completion_tokens: int


class Engine:
    """Answers questions, some at a time; the others wait, and too many are refused."""

    def __init__(
        self, max_concurrent: int = MAX_CONCURRENT, max_waiting: int = MAX_WAITING
    ) -> None:
        """Prepare; nothing is loaded yet."""
        self._slots = asyncio.Semaphore(max_concurrent)
        self._capacity = max_concurrent + max_waiting
        self._server: Any = None
        self._load_lock = threading.Lock()

    async def complete(self, chat: dict[str, Any]) -> AsyncIterator[str | CompletionEnd]:
        """Give the pieces of an answer as they are made, then how it ended.

        Leaving the loop early stops the work.

        Raises:
            ProtocolError: too many questions are waiting, or this one is too long or malformed.
        """
        async with self._admit():
            chunks: asyncio.Queue[Chunk | Exception] = asyncio.Queue()
            loop, disconnected = asyncio.get_running_loop(), threading.Event()

            def put_chunk(chunk: Chunk | Exception) -> bool:
                loop.call_soon_threadsafe(chunks.put_nowait, chunk)
                return disconnected.is_set()

            task = asyncio.create_task(asyncio.to_thread(self._complete_in_thread, chat, put_chunk))
            try:
                while True:
                    text = _read_chunk(await chunks.get())
                    yield text
                    if isinstance(text, CompletionEnd):
                        break
            finally:
                disconnected.set()
                await asyncio.shield(task)

    async def count(self, chat: dict[str, Any]) -> int:
        """Give the number of tokens of a question."""
        async for text in self.complete(chat | {"max_tokens": 1}):
            if isinstance(text, CompletionEnd):
                return text.prompt_tokens
        return 0

    @asynccontextmanager
    async def _admit(self) -> AsyncGenerator[None]:
        if self._capacity <= 0:
            raise overloaded(_RETRY_SECONDS)
        self._capacity -= 1
        try:
            async with self._slots:
                yield
        finally:
            self._capacity += 1

    def _complete_in_thread(
        self, chat: dict[str, Any], put_chunk: Callable[[Chunk | Exception], bool]
    ) -> None:
        """Run in a thread: ask, hand every piece over, end with an exception if there was one."""
        try:
            self._load().handle_chat_completions(chat | {"stream": True}, put_chunk)
        except Exception as error:  # noqa: BLE001 - whatever it is, the one who waits must know
            put_chunk(error)

    def _load(self) -> Any:
        with self._load_lock:
            if self._server is None:
                self._server = _load()
            return self._server


def _load() -> Any:
    weights = find_weights()
    if weights is None:
        raise UnavailableError(
            "demo_model_missing",
            "The weights of the demo model are not installed: run `make install`, or set"
            " GEMINI_API_KEY.",
        )
    llama = import_module("xllamacpp")
    params = llama.CommonParams()
    params.model.path = str(weights)
    params.api_keys = [secrets.token_urlsafe()]  # it opens a port of its own that nobody needs
    params.n_ctx = CONTEXT_TOKENS * MAX_CONCURRENT
    params.n_parallel = MAX_CONCURRENT
    # Its threads wait for each other by spinning: on a core that is also wanted by others, two
    # are six times slower than one.
    params.cpuparams.n_threads = max(1, min(4, (os.cpu_count() or 2) // 2))
    params.warmup = False
    params.verbosity = 0
    return llama.Server(params)


def _read_chunk(chunk: Chunk | Exception) -> str | CompletionEnd:
    """Read one chunk of llama.cpp's; raises for one that says that something is wrong."""
    if isinstance(chunk, Exception):
        raise chunk
    if error := chunk.get("error"):
        raise _to_protocol_error(error)
    choice = chunk["choices"][0]
    if choice["finish_reason"] is None:
        return choice["delta"].get("content") or ""
    timings = chunk.get("timings", {})
    return CompletionEnd(
        finish="MAX_TOKENS" if choice["finish_reason"] == "length" else "STOP",
        prompt_tokens=timings.get("cache_n", 0) + timings.get("prompt_n", 0),
        completion_tokens=timings.get("predicted_n", 0),
    )


def _to_protocol_error(error: dict[str, Any]) -> Exception:
    if error.get("type") == "exceed_context_size_error":
        return bad_request(
            f"The input token count ({error.get('n_prompt_tokens')}) exceeds the maximum number of"
            f" tokens allowed ({error.get('n_ctx')}) by the built-in demo model. Send less text,"
            " or set GEMINI_API_KEY to use Gemini."
        )
    return bad_request(f"The built-in demo model refused: {error.get('message')}")
