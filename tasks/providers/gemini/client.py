"""Calls Google's Gemini through its own SDK.

The SDK is imported with the first request (1.2 s). Its own retries stay off: `flows` tries
again, and waits as long as the provider asks.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from schemas.errors import NodeError
from schemas.settings import ProviderAccess
from schemas.wire.run import Usage
from tasks.providers.base import Chunk, Finish, TextRequest
from tasks.providers.errors import ProviderErrors, blocked_error
from tasks.providers.gemini.errors import error_of_answer

if TYPE_CHECKING:
    from google.genai import Client
    from google.genai.types import GenerateContentConfig, GenerateContentResponse
    from httpx2 import AsyncClient
    from httpx2 import Request as HttpRequest

READ_TIMEOUT_SECONDS: Final = 300.0
"""Without a byte from the provider; a node's own timeout usually ends the wait earlier."""

MAX_CONNECTIONS: Final = 1_000
"""Of one process; more of them wait for each other."""
MAX_KEEPALIVE_CONNECTIONS: Final = 64
"""As many as one run has calls at once to one model."""

_idempotency_key: ContextVar[str] = ContextVar("nodeloom_idempotency_key")
"""Of the call that is made in this context. As an option of each call it costs the SDK half a
millisecond, in which it copies and converts all options twice."""

_BLOCKED: Final = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "ESCALATION"}
)


@dataclass
class Gemini:
    """One client per process; opened with the first request.

    `demo` says that the address is that of the built-in demo model, which needs no key.
    """

    access: ProviderAccess
    errors: ProviderErrors
    demo: bool = False
    read_timeout_seconds: float = READ_TIMEOUT_SECONDS
    _client: "Client | None" = field(default=None, init=False, repr=False)
    _http: "AsyncClient | None" = field(default=None, init=False, repr=False)
    _client_lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    @property
    def rate_limit_key(self) -> str:
        """The address and the key, hashed."""
        known = f"nodeloom\n{self.access.base_url or 'google'}\n{self._api_key}"
        return hashlib.sha256(known.encode()).hexdigest()[:32]

    async def stream_text(
        self, request: TextRequest, *, idempotency_key: str
    ) -> AsyncGenerator[Chunk, None]:
        """Ask a model; as `tasks.providers.base.Provider` says."""
        client = await self._ensure_client()
        try:
            stream = await self._start(client, request, idempotency_key)
            async with aclosing(stream):  # who has read enough does not keep the connection
                async for answer in stream:
                    yield _chunk(answer, request.model)
        except NodeError:
            raise
        except Exception as error:  # noqa: BLE001 # what is unknown is raised again
            raise self._translate_error(error, request.model) from None  # its text may hold the key

    async def prepare(self) -> None:
        """Open the client now, so that the first call is made when its turn comes."""
        if self._api_key or self.demo:
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
        if not self._api_key and not self.demo:
            raise self.errors.not_configured()
        async with self._client_lock:
            if self._client is None:
                self._client = await asyncio.to_thread(self._create_client)
        return self._client

    def _create_client(self) -> "Client":
        from google import genai  # noqa: PLC0415 # see the top of the module
        from google.genai.types import HttpOptions  # noqa: PLC0415
        from httpx2 import AsyncClient, Limits  # noqa: PLC0415

        from tasks.providers.response_limit import ResponseLimit  # noqa: PLC0415

        # Given a client, the SDK makes its calls with that one. Otherwise it would take aiohttp
        # wherever some other package has brought it, and our limits would not hold.
        self._http = AsyncClient(
            timeout=self.read_timeout_seconds,
            limits=Limits(
                max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_KEEPALIVE_CONNECTIONS
            ),
            event_hooks={
                "request": [_set_idempotency_header],
                "response": [ResponseLimit(self.errors).apply],
            },
            follow_redirects=False,  # the key would be sent along, to whatever host
            trust_env=not self.demo,  # it is on this machine: no proxy leads there
        )
        options = HttpOptions(
            base_url=self.access.base_url,
            api_version="v1beta",  # the only version with aliases such as gemini-flash-latest
            timeout=int(self.read_timeout_seconds * 1000),
            headers={"Accept-Encoding": "identity"},  # what is unpacked could be any size
            httpx_async_client=self._http,
        )
        return genai.Client(api_key=self._api_key or "demo", vertexai=False, http_options=options)

    async def _start(
        self, client: "Client", request: TextRequest, idempotency_key: str
    ) -> "AsyncGenerator[GenerateContentResponse, None]":
        """Give the answer; the question is sent when it is first read."""
        from google.genai.types import Part  # noqa: PLC0415

        images = [
            Part.from_bytes(data=data, mime_type=media_type) for media_type, data in request.images
        ]
        _idempotency_key.set(idempotency_key)  # this task sends no other request meanwhile
        stream: Any = await client.aio.models.generate_content_stream(
            model=request.model,
            contents=[*images, Part.from_text(text=request.user_message)],
            config=_config(request),
        )
        return stream

    def _translate_error(self, error: Exception, model: str) -> NodeError:
        """Turn whatever the SDK raised into one of our errors."""
        from google.genai.errors import APIError  # noqa: PLC0415
        from httpx2 import HTTPError, TimeoutException  # noqa: PLC0415

        if isinstance(error, APIError):
            explained = error_of_answer(self.errors, error.code, error.details, model)
        elif isinstance(error, HTTPError):
            provider = (
                "the built-in demo model" if self.demo else (self.access.base_url or "Google")
            )
            explained = self.errors.network(provider, timed_out=isinstance(error, TimeoutException))
        elif isinstance(error, (ValueError, TypeError, KeyError, AttributeError, RecursionError)):
            explained = self.errors.malformed_answer(type(error).__name__)
        else:
            raise error
        if self._api_key:
            explained.message = explained.message.replace(self._api_key, "…")
        return explained

    @property
    def _api_key(self) -> str:
        return self.access.api_key.get_secret_value() if self.access.api_key else ""


def _chunk(answer: "GenerateContentResponse", model: str) -> Chunk:
    """Read the next part of an answer. Raises ProviderError `blocked`."""
    if answer.prompt_feedback and answer.prompt_feedback.block_reason:
        raise blocked_error("the question", str(answer.prompt_feedback.block_reason.value))
    text, finish = "", None
    for candidate in (answer.candidates or [])[:1]:
        parts = (candidate.content and candidate.content.parts) or []
        text = "".join(part.text for part in parts if part.text and not part.thought)
        if candidate.finish_reason:
            finish = _finish(str(candidate.finish_reason.value))
    return Chunk(text, _usage(answer, model), finish)


def _finish(reason: str) -> Finish:
    blocked = reason in _BLOCKED or "SAFETY" in reason or "PROHIBITED" in reason
    return Finish(
        reason, complete=reason == "STOP", max_tokens=reason == "MAX_TOKENS", blocked=blocked
    )


def _usage(answer: "GenerateContentResponse", model: str) -> Usage | None:
    counted = answer.usage_metadata
    if counted is None:
        return None
    return Usage(
        model=answer.model_version or model,
        input_tokens=counted.prompt_token_count or 0,
        output_tokens=(counted.candidates_token_count or 0) + (counted.thoughts_token_count or 0),
        total_tokens=counted.total_token_count or 0,
    )


async def _set_idempotency_header(request: "HttpRequest") -> None:
    """Say which call this is, so that a provider can tell a repetition; a hook of the client."""
    request.headers["Idempotency-Key"] = _idempotency_key.get()


def _config(request: TextRequest) -> "GenerateContentConfig | None":
    """Give what the request asks beside its text and pictures, if anything."""
    from google.genai.types import GenerateContentConfig  # noqa: PLC0415

    schema = request.response_schema
    options = (
        request.system_prompt,
        request.temperature,
        request.max_output_tokens,
        schema,
    )
    if all(option is None for option in options):
        return None  # of which the SDK makes nothing, in a third of the time
    return GenerateContentConfig(
        system_instruction=request.system_prompt,
        temperature=request.temperature,
        max_output_tokens=request.max_output_tokens,
        response_mime_type=None if schema is None else "application/json",
        response_json_schema=None if schema is None else dict[str, Any](schema),
    )
