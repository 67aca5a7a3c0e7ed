"""What the Gemini API's requests and answers look like, as far as the demo model needs it.

Requests come in camelCase or snake_case (Google's own client mixes them); both are read.
"""

from typing import Any, Final
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from schemas.demo_model import DEMO_MODEL

MODEL_VERSION: Final = DEMO_MODEL
"""What every answer names as its model, whichever was asked for."""


class _RequestModel(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, extra="ignore"
    )


class Media(_RequestModel):
    """A file inside a request, or the address of one; the demo model only counts them."""

    mime_type: str = ""


class Part(_RequestModel):
    """A piece of a message."""

    text: str | None = None
    inline_data: Media | None = None
    file_data: Media | None = None


class Content(_RequestModel):
    """A message."""

    role: str | None = None
    parts: list[Part] = Field(default_factory=list[Part])

    @property
    def text(self) -> str:
        """Its texts, each on lines of its own."""
        return "\n".join(part.text for part in self.parts if part.text)


class GenerationConfig(_RequestModel):
    """How to answer."""

    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = Field(default=None, ge=1)
    seed: int | None = None
    max_output_tokens: int | None = Field(default=None, ge=1)
    stop_sequences: list[str] = Field(default_factory=list[str], max_length=5)
    response_mime_type: str | None = None
    response_schema: dict[str, JsonValue] | None = None
    response_json_schema: JsonValue = None


class GenerateRequest(_RequestModel):
    """The body of generateContent, streamGenerateContent and countTokens."""

    contents: list[Content] = Field(min_length=1)
    system_instruction: Content | None = None
    generation_config: GenerationConfig = GenerationConfig()

    @property
    def media(self) -> list[Media]:
        """Every file that was sent."""
        parts = (part for content in self.contents for part in content.parts)
        files = ((part.inline_data, part.file_data) for part in parts)
        return [file for pair in files for file in pair if file]


class ProtocolError(Exception):
    """A request that is answered with an error in Google's form."""

    def __init__(
        self, code: int, status: str, message: str, details: list[dict[str, Any]] | None = None
    ) -> None:
        """Keep what the answer's body says."""
        super().__init__(message)
        self.code = code
        self.body = {
            "error": {
                "code": code,
                "message": message,
                "status": status,
                "details": details or [],
            }
        }


def bad_request(message: str) -> ProtocolError:
    """A request that can never be answered."""
    return ProtocolError(400, "INVALID_ARGUMENT", message)


def invalid_key() -> ProtocolError:
    """A request without the key that this endpoint was started with."""
    reason = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
    }
    message = "API key not valid. The built-in demo model answers only the Nodeloom it belongs to."
    return ProtocolError(400, "INVALID_ARGUMENT", message, [reason])


def overloaded(seconds: int) -> ProtocolError:
    """More requests than can wait."""
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{seconds}s"}
    message = "The built-in demo model has too many requests waiting. Try again in a moment."
    return ProtocolError(429, "RESOURCE_EXHAUSTED", message, [retry])


class ReplyBuilder:
    """Makes the answers to one request; all of them carry the same id."""

    def __init__(self) -> None:
        """Choose the id."""
        self._id = uuid4().hex

    def chunk(self, text: str) -> dict[str, Any]:
        """Give an answer's next piece."""
        return self._response({"content": {"role": "model", "parts": [{"text": text}]}, "index": 0})

    def final_chunk(
        self, text: str, finish_reason: str, prompt: int, completion: int
    ) -> dict[str, Any]:
        """Give a whole answer, or the last piece of one; `prompt` and `answer` are tokens."""
        candidate = {
            "content": {"role": "model", "parts": [{"text": text}]},
            "finishReason": finish_reason,
            "index": 0,
        }
        usage = {
            "promptTokenCount": prompt,
            "candidatesTokenCount": completion,
            "totalTokenCount": prompt + completion,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
        }
        return self._response(candidate) | {"usageMetadata": usage}

    def _response(self, candidate: dict[str, Any]) -> dict[str, Any]:
        return {"candidates": [candidate], "modelVersion": MODEL_VERSION, "responseId": self._id}


def describe_model(name: str, context_tokens: int) -> dict[str, Any]:
    """Give an entry of the list of models."""
    return {
        "name": f"models/{name}",
        "displayName": "Nodeloom's built-in demo model",
        "description": "SmolLM2-135M: small, quick, often wrong, and blind to pictures.",
        "version": MODEL_VERSION,
        "inputTokenLimit": context_tokens,
        "outputTokenLimit": context_tokens,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }
