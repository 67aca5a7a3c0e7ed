"""Reads what a chat API streams, which many write nearly as OpenAI does."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from schemas.wire.run import Usage
from tasks.providers.base import Chunk, Finish
from tasks.providers.errors import ProviderErrors
from tasks.providers.openai.errors import error_of_answer

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionChunk

_COMPLETE: Final = frozenset({"stop", "end_turn", "eos", "eos_token", "stop_sequence"})
"""OpenAI says `stop`; services that pass on other models say also what those say."""
_MAX_REASON_CHARACTERS: Final = 300


@dataclass
class AnswerReader:
    """An answer while it arrives; what a model thinks before it is counted and not told."""

    model: str
    errors: ProviderErrors
    _has_event: bool = field(default=False, init=False)
    _refusal: str = field(default="", init=False)
    """What the model says of why it gives no answer, so far."""

    def read(self, event: "ChatCompletionChunk") -> Chunk:
        """Read the next part.

        Raises:
            NodeError: it is an error, as vLLM writes them into a stream.
            TypeError: it is none that a chat API sends.
        """
        self._has_event = True
        part: Any = event  # the SDK checks no types, and much may be missing
        if getattr(part, "object", None) == "error":
            raise error_of_answer(self.errors, None, part.model_dump(), self.model)
        text, finish = "", None
        for choice in (getattr(part, "choices", None) or [])[:1]:
            # Who does not know that a stream was asked for sends a whole message.
            said = getattr(choice, "delta", None) or getattr(choice, "message", None)
            text = _member(said, "content")
            self._refusal += _member(said, "refusal")[:_MAX_REASON_CHARACTERS]
            if reason := getattr(choice, "finish_reason", None):
                finish = self._finish(str(reason))
        return Chunk(text, self._usage(part), finish)

    def require_event(self) -> None:
        """Raise ProviderError where there was none: it was something else than a stream."""
        if not self._has_event:
            raise self.errors.malformed_answer("there is no event in it")

    def _finish(self, reason: str) -> Finish:
        if self._refusal:
            refusal = self._refusal[:_MAX_REASON_CHARACTERS]
            return Finish(f"the model refuses: {refusal}", blocked=True)
        return Finish(
            reason[:_MAX_REASON_CHARACTERS],
            complete=reason in _COMPLETE,
            max_tokens=reason == "length",
            blocked=reason == "content_filter",
        )

    def _usage(self, part: Any) -> Usage | None:
        counted = getattr(part, "usage", None)
        if counted is None:
            return None
        read = _count(counted, "prompt_tokens")
        written = _count(counted, "completion_tokens")
        return Usage(
            model=(_member(part, "model") or self.model)[:_MAX_REASON_CHARACTERS],
            input_tokens=read,
            output_tokens=written,
            total_tokens=max(_count(counted, "total_tokens"), read + written),
        )


def _member(value: Any, name: str) -> str:
    """Give a text in an object, which may be a plain one."""
    text = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
    if not isinstance(text, str | None):
        raise TypeError(f"{name} is no text")
    return text or ""


def _count(counted: Any, name: str) -> int:
    value = getattr(counted, name, None)
    return int(value) if isinstance(value, (int, float)) and 0 <= value < 2**31 else 0
