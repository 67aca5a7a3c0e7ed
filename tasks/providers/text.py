"""A text from a model, whatever its provider: read piece by piece, within limits, and checked."""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from typing import Final, Protocol

from schemas.errors import ProviderError
from schemas.wire.run import Usage
from tasks.providers.base import Chunk, Finish, Provider, TextRequest, TextResponse
from tasks.providers.errors import (
    MAX_TEXT_BYTES,
    answer_too_long_error,
    blocked_error,
    empty_answer_error,
    truncated_answer_error,
)

MAX_CHUNKS: Final = 70_000
"""Of an answer: more than the longest answer has tokens."""
YIELD_EVERY_CHUNKS: Final = 50

EmitText = Callable[[str], None]
"""Takes the next piece of text while a model speaks; never blocks."""
RecordUsage = Callable[[Usage], None]
"""Takes what the provider counted, once, also when the answer broke off."""


class ModelCall(Protocol):
    """A call that may be made now."""

    async def generate_text(
        self,
        request: TextRequest,
        *,
        idempotency_key: str,
        emit: EmitText,
        record_usage: RecordUsage,
    ) -> TextResponse:
        """Make it; as the function of this name."""
        ...


async def generate_text(
    provider: Provider,
    request: TextRequest,
    *,
    idempotency_key: str,
    emit: EmitText,
    record_usage: RecordUsage,
) -> TextResponse:
    """Ask a model; `emit` receives the answer piece by piece.

    Raises:
        BadInputError, NotConfiguredError, ProviderError: as `Provider.stream_text`; also
            `answer_too_long`, `empty_answer` and `invalid_json`.
    """
    reader = _ResponseReader(request)
    try:
        async with aclosing(
            provider.stream_text(request, idempotency_key=idempotency_key)
        ) as chunks:
            async for chunk in chunks:
                emit(reader.read_chunk(chunk))
                if reader.chunks % YIELD_EVERY_CHUNKS == 0:
                    await asyncio.sleep(0)  # a flood of them would keep all others waiting
    finally:
        if reader.usage.total_tokens:
            record_usage(reader.usage)
    return reader.response()


class _ResponseReader:
    """An answer while it arrives."""

    def __init__(self, request: TextRequest) -> None:
        self._request = request
        self._pieces: list[str] = []
        self._bytes = 0
        self._finish: Finish | None = None
        self.chunks = 0
        """How many have come."""
        self.usage = Usage(model=request.model)
        """As the provider counted so far."""

    def read_chunk(self, chunk: Chunk) -> str:
        """Read the next chunk and give the text in it, which may be empty."""
        self.chunks += 1
        if self.chunks > MAX_CHUNKS:
            raise answer_too_long_error()
        self.usage = chunk.usage or self.usage
        self._finish = chunk.finish or self._finish
        text = replace_unstorable(chunk.text)
        self._bytes += len(text.encode())
        if self._bytes > MAX_TEXT_BYTES:
            raise answer_too_long_error()
        if text:
            self._pieces.append(text)
        return text

    def response(self) -> TextResponse:
        """Give the whole answer, or raise what kept it from being one."""
        text = "".join(self._pieces)
        finish = self._finish
        if finish is None and text:
            raise truncated_answer_error()
        finish = finish or Finish("an early end")
        if finish.blocked:
            raise blocked_error("the answer", finish.reason)
        if not (finish.complete or finish.max_tokens) or not text.strip():
            raise empty_answer_error(finish.reason, max_tokens=finish.max_tokens)
        if self._request.response_schema is not None:
            _check_json(text, finish)
        return TextResponse(text, self.usage)


def replace_unstorable(text: str) -> str:
    """Replace what PostgreSQL cannot hold: NUL, and halves of characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _check_json(text: str, finish: Finish) -> None:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        cut = "" if finish.complete else " It was cut off: raise the longest answer in tokens."
        raise ProviderError(
            "invalid_json",
            f"The model was asked for JSON and gave something else.{cut}",
            retryable=finish.complete,
        ) from error
