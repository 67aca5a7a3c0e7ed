"""A text from a model, whatever its provider: read piece by piece, within limits, and checked."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from typing import Final, Protocol

from schemas.errors import NodeError
from schemas.values import MAX_TEXT_BYTES, text_bytes
from schemas.wire.run import Usage
from tasks.providers.base import Chunk, Finish, Provider, TextRequest, TextResponse
from tasks.providers.errors import (
    answer_cut_error,
    answer_too_long_error,
    blocked_error,
    empty_answer_error,
    truncated_answer_error,
)

logger = logging.getLogger(__name__)

MAX_CHUNKS: Final = 70_000
"""Of an answer: more than the longest answer has tokens."""
YIELD_EVERY_CHUNKS: Final = 50
AFTER_FINISH_SECONDS: Final = 10.0
"""How long the end of a stream is waited for after the model said why it ended its answer."""

EmitText = Callable[[str], None]
"""Takes the next piece of text while a model speaks; never blocks."""
RecordUsage = Callable[[Usage], None]
"""Takes what the provider counted, once, also when the answer broke off."""


class ModelCall(Protocol):
    """A call that may be made now, once."""

    async def renew(self) -> "ModelCall":
        """Wait until one more call of the same kind may be made."""
        ...

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
            `answer_too_long`, `answer_cut` and `empty_answer`.
    """
    reader = _ResponseReader(request)
    try:
        async with (
            asyncio.timeout(None) as deadline,
            aclosing(provider.stream_text(request, idempotency_key=idempotency_key)) as chunks,
        ):
            async for chunk in chunks:
                emit(reader.read_chunk(chunk))
                end = asyncio.get_running_loop().time() + AFTER_FINISH_SECONDS
                deadline.reschedule(end if reader.finished else None)
                if reader.chunks % YIELD_EVERY_CHUNKS == 0:
                    await asyncio.sleep(0)  # a flood of them would keep all others waiting
    except (NodeError, TimeoutError) as error:
        if not reader.finished:
            raise
        logger.info("the end of a model's stream is broken; its answer is whole: %s", error)
    finally:
        if reader.usage.total_tokens or reader.usage.finish_reason:
            record_usage(reader.usage)
    return reader.response()


class _ResponseReader:
    """An answer while it arrives."""

    def __init__(self, request: TextRequest) -> None:
        self._request = request
        self._pieces: list[str] = []
        self._bytes = 0
        self._finish: Finish | None = None
        self._went_on = False
        """Whether text came after the model had said that it ends."""
        self._half = ""
        """The first half of a character whose other half is in the next chunk."""
        self.chunks = 0
        """How many have come."""
        self.usage = Usage(model=request.model)
        """As the provider counted so far."""

    @property
    def finished(self) -> bool:
        """Whether the model has said why it ended, so that nothing is missing from its answer.

        Where a gateway says so with every chunk, that means nothing.
        """
        return self._finish is not None and not self._went_on

    def read_chunk(self, chunk: Chunk) -> str:
        """Read the next chunk and give the text in it, which may be empty."""
        self.chunks += 1
        if self.chunks > MAX_CHUNKS:
            raise answer_too_long_error()
        self.usage = chunk.usage or self.usage
        text = self._half + chunk.text
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = replace_unstorable(text.removesuffix(self._half))
        self._went_on = self._went_on or (self._finish is not None and text != "")
        self._bytes += text_bytes(text)
        if self._bytes > MAX_TEXT_BYTES:
            raise answer_too_long_error()
        if text:
            self._pieces.append(text)
        self._finish = chunk.finish or self._finish
        if self._finish and not self._finish.complete:
            self.usage = self.usage.model_copy(update={"finish_reason": self._finish.reason})
        return text

    def response(self) -> TextResponse:
        """Give the whole answer, or raise what kept it from being one."""
        text = "".join(self._pieces) + replace_unstorable(self._half)
        finish = self._finish
        if finish is None and text:
            raise truncated_answer_error()
        finish = finish or Finish("an early end")
        if finish.blocked:
            raise blocked_error("the answer", finish.reason)
        if not (finish.complete or finish.max_tokens) or not text.strip():
            raise empty_answer_error(finish.reason, max_tokens=finish.max_tokens)
        if not (finish.complete or self._request.accepts_cut_answer):
            raise answer_cut_error(text, finish.reason)
        return TextResponse(text, self.usage)


def replace_unstorable(text: str) -> str:
    """Replace what PostgreSQL cannot hold: NUL, and halves of characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")
