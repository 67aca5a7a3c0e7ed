"""The model provider: Google's Gemini through its own SDK. The only module that knows the SDK.

The SDK is imported with the first request (1.2 s). Its own retries stay off: `flows` tries
again, and waits as long as the provider asks.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic import JsonValue

from schemas.errors import NodeError, NotConfiguredError, ProviderError
from schemas.wire.run import Usage
from tasks.node_type.definition import EmitText
from tasks.providers.gemini.errors import (
    MAX_TEXT_BYTES,
    answer_too_long_error,
    error_of_status,
    malformed_answer_error,
    network_error,
)

if TYPE_CHECKING:
    from google.genai import Client
    from google.genai.types import GenerateContentConfig, GenerateContentResponse
    from httpx2 import AsyncClient
    from httpx2 import Request as HttpRequest

DEFAULT_MODEL: Final = "gemini-3.8-flash"
MAX_CHUNKS: Final = 70_000
"""Of an answer: more than the longest answer has tokens."""
YIELD_EVERY_CHUNKS: Final = 50
READ_TIMEOUT_SECONDS: Final = 300.0
"""Without a byte from the provider; a node's own timeout usually ends the wait earlier."""

MAX_CONNECTIONS: Final = 1_000
"""Of one process; more of them wait for each other."""
MAX_KEEPALIVE_CONNECTIONS: Final = 64
"""As many as one run has calls at once to one model."""

_idempotency_key: ContextVar[str] = ContextVar("nodeloom_idempotency_key")
"""Of the call that is made in this context. As an option of each call it costs the SDK half a
millisecond, in which it copies and converts all options twice."""

_FINISHED: Final = frozenset({"STOP", "MAX_TOKENS"})
_BLOCKED: Final = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "ESCALATION"}
)


@dataclass(frozen=True)
class LlmRequest:
    """What a model is asked; `images` are (media type, bytes), in order."""

    model: str
    user_message: str
    system_instruction: str | None = None
    images: tuple[tuple[str, bytes], ...] = ()
    temperature: float | None = None
    max_output_tokens: int | None = None
    response_schema: Mapping[str, JsonValue] | None = None


@dataclass(frozen=True)
class LlmResponse:
    """What a model said, and what it counted."""

    text: str
    usage: Usage


@dataclass
class Gemini:
    """One client per process; opened with the first request.

    `demo` says that `base_url` is the built-in demo model, which needs no key.
    """

    api_key: str | None = field(repr=False)
    base_url: str | None = None
    demo: bool = False
    read_timeout_seconds: float = READ_TIMEOUT_SECONDS
    _client: "Client | None" = field(default=None, init=False, repr=False)
    _http: "AsyncClient | None" = field(default=None, init=False, repr=False)
    _client_lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    async def generate(
        self,
        request: LlmRequest,
        *,
        idempotency_key: str,
        emit: EmitText,
        record_usage: Callable[[Usage], None] | None = None,
    ) -> LlmResponse:
        """Ask the model; `emit` receives the answer piece by piece.

        `record_usage` receives what the provider counted, once, also when the answer broke off.

        Raises:
            NotConfiguredError: `not_configured` or `wrong_key`.
            BadInputError: `model_not_found`, `bad_request` or `answer_too_long`.
            ProviderError: `rate_limited`, `provider_unavailable`, `provider_timeout`, `blocked`,
                `empty_answer` or `invalid_json`.
        """
        client = await self._ensure_client()
        reading = _ResponseReader(request)
        token = _idempotency_key.set(idempotency_key)
        try:
            async for chunk in self._chunks(client, request):
                emit(reading.read_chunk(chunk))
                if reading.chunks % YIELD_EVERY_CHUNKS == 0:
                    await asyncio.sleep(0)  # a flood of them would keep all others waiting
        except NodeError:
            raise
        except Exception as error:  # noqa: BLE001 # what is unknown is raised again
            raise self._translate_error(error, request.model) from None  # its text may hold the key
        finally:
            _idempotency_key.reset(token)
            if record_usage is not None and reading.usage.total_tokens:
                record_usage(reading.usage)
        return reading.response()

    async def prepare(self) -> None:
        """Open the client now, so that the first call is made when its turn comes."""
        if self.api_key or self.demo:
            await self._ensure_client()

    async def close(self) -> None:
        """Close the connections."""
        if self._client:
            await self._client.aio.aclose()
            self._client = None
        if self._http:  # the SDK closes no client that it was given
            await self._http.aclose()
            self._http = None

    async def _ensure_client(self) -> "Client":
        if not self.api_key and not self.demo:
            raise NotConfiguredError(
                "not_configured",
                "No model provider is configured: set the environment variable GEMINI_API_KEY and"
                " start Nodeloom again. Without it `nodeloom up` starts a built-in demo model.",
            )
        async with self._client_lock:
            if self._client is None:
                self._client = await asyncio.to_thread(self._create_client)
        return self._client

    def _create_client(self) -> "Client":
        from google import genai  # noqa: PLC0415 # see the top of the module
        from google.genai.types import HttpOptions  # noqa: PLC0415
        from httpx2 import AsyncClient, Limits  # noqa: PLC0415

        from tasks.providers.gemini.limits import limit_response  # noqa: PLC0415

        # Given a client, the SDK makes its calls with that one. Otherwise it would take aiohttp
        # wherever some other package has brought it, and our limits would not hold.
        self._http = AsyncClient(
            timeout=self.read_timeout_seconds,
            limits=Limits(
                max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_KEEPALIVE_CONNECTIONS
            ),
            event_hooks={"request": [_set_idempotency_header], "response": [limit_response]},
            follow_redirects=False,  # the key would be sent along, to whatever host
            trust_env=not self.demo,  # it is on this machine: no proxy leads there
        )
        options = HttpOptions(
            base_url=self.base_url,
            api_version="v1beta",  # the only version with aliases such as gemini-flash-latest
            timeout=int(self.read_timeout_seconds * 1000),
            headers={"Accept-Encoding": "identity"},  # what is unpacked could be any size
            httpx_async_client=self._http,
        )
        return genai.Client(api_key=self.api_key or "demo", vertexai=False, http_options=options)

    async def _chunks(
        self, client: "Client", request: LlmRequest
    ) -> AsyncIterator["GenerateContentResponse"]:
        from google.genai.types import Part  # noqa: PLC0415

        images = [
            Part.from_bytes(data=data, mime_type=media_type) for media_type, data in request.images
        ]
        stream = await client.aio.models.generate_content_stream(
            model=request.model,
            contents=[*images, Part.from_text(text=request.user_message)],
            config=_config(request),
        )
        async for chunk in stream:
            yield chunk

    def _translate_error(self, error: Exception, model: str) -> NodeError:
        """Turn whatever the SDK raised into one of our errors."""
        from google.genai.errors import APIError  # noqa: PLC0415
        from httpx2 import HTTPError, TimeoutException  # noqa: PLC0415

        if isinstance(error, APIError):
            explained = error_of_status(error.code, error.details, model)
        elif isinstance(error, HTTPError):
            provider = "the built-in demo model" if self.demo else (self.base_url or "Google")
            explained = network_error(provider, timed_out=isinstance(error, TimeoutException))
        elif isinstance(error, (ValueError, TypeError, KeyError, AttributeError, RecursionError)):
            explained = malformed_answer_error(type(error).__name__)
        else:
            raise error
        if self.api_key:
            explained.message = explained.message.replace(self.api_key, "…")
        return explained


class _ResponseReader:
    """An answer while it arrives."""

    def __init__(self, request: LlmRequest) -> None:
        self._request = request
        self._pieces: list[str] = []
        self._bytes = 0
        self._finish: str | None = None
        self.chunks = 0
        """How many have come."""
        self.usage = Usage(model=request.model)
        """As the provider counted so far."""

    def read_chunk(self, chunk: "GenerateContentResponse") -> str:
        """Read the next chunk and give the text in it, which may be empty."""
        self.chunks += 1
        if self.chunks > MAX_CHUNKS:
            raise answer_too_long_error()
        self._count(chunk)
        if chunk.prompt_feedback and chunk.prompt_feedback.block_reason:
            raise _blocked_error("the question", str(chunk.prompt_feedback.block_reason.value))
        text = ""
        for candidate in (chunk.candidates or [])[:1]:
            parts = (candidate.content and candidate.content.parts) or []
            text = "".join(part.text for part in parts if part.text and not part.thought)
            if candidate.finish_reason:
                self._finish = str(candidate.finish_reason.value)
        return self._add(replace_unstorable(text))

    def response(self) -> LlmResponse:
        """Give the whole answer, or raise what kept it from being one."""
        finish = self._finish or "an early end"
        text = "".join(self._pieces)
        if finish in _BLOCKED or "SAFETY" in finish or "PROHIBITED" in finish:
            raise _blocked_error("the answer", finish)
        if self._finish is None and text:
            raise network_error("the model", timed_out=False)
        if finish not in _FINISHED or not text.strip():
            raise _empty_answer_error(finish)
        if self._request.response_schema is not None:
            _check_json(text, finish)
        return LlmResponse(text, self.usage)

    def _add(self, text: str) -> str:
        self._bytes += len(text.encode())
        if self._bytes > MAX_TEXT_BYTES:
            raise answer_too_long_error()
        if text:
            self._pieces.append(text)
        return text

    def _count(self, chunk: "GenerateContentResponse") -> None:
        counted = chunk.usage_metadata
        if counted:
            spoken = (counted.candidates_token_count or 0) + (counted.thoughts_token_count or 0)
            self.usage = Usage(
                model=chunk.model_version or self._request.model,
                input_tokens=counted.prompt_token_count or 0,
                output_tokens=spoken,
                total_tokens=counted.total_token_count or 0,
            )


def replace_unstorable(text: str) -> str:
    """Replace what PostgreSQL cannot hold: NUL, and halves of characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


async def _set_idempotency_header(request: "HttpRequest") -> None:
    """Say which call this is, so that a provider can tell a repetition; a hook of the client."""
    request.headers["Idempotency-Key"] = _idempotency_key.get()


def _config(request: LlmRequest) -> "GenerateContentConfig | None":
    """Give what the request asks beside its text and pictures, if anything."""
    from google.genai.types import GenerateContentConfig  # noqa: PLC0415

    schema = request.response_schema
    options = (
        request.system_instruction,
        request.temperature,
        request.max_output_tokens,
        schema,
    )
    if all(option is None for option in options):
        return None  # of which the SDK makes nothing, in a third of the time
    return GenerateContentConfig(
        system_instruction=request.system_instruction,
        temperature=request.temperature,
        max_output_tokens=request.max_output_tokens,
        response_mime_type=None if schema is None else "application/json",
        response_json_schema=None if schema is None else dict[str, Any](schema),
    )


def _check_json(text: str, finish: str) -> None:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        cut = " It was cut off: raise the longest answer in tokens." if finish != "STOP" else ""
        raise ProviderError(
            "invalid_json",
            f"The model was asked for JSON and gave something else.{cut}",
            retryable=finish == "STOP",
        ) from error


def _blocked_error(what: str, reason: str) -> ProviderError:
    return ProviderError(
        "blocked",
        f"The model provider blocked {what} (reason: {reason}). Change the texts or pictures.",
    )


def _empty_answer_error(finish: str) -> ProviderError:
    if finish == "MAX_TOKENS":
        return ProviderError(
            "empty_answer",
            "The model used up all its tokens before it wrote a word: raise the longest answer in"
            " tokens.",
        )
    return ProviderError(
        "empty_answer", f"The model gave no usable answer (it ended with {finish}).", retryable=True
    )
