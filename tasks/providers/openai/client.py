"""Calls OpenAI, or a service that speaks its chat API, through OpenAI's own SDK.

The chat API, not the newer one for responses: it is what all of them speak. The SDK is imported with the
first request. Its own retries stay off: `flows` tries again, and waits as long as the provider asks.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from schemas.errors import NodeError
from schemas.settings import ProviderAccess
from tasks.providers.base import Chunk, TextRequest
from tasks.providers.errors import ProviderErrors
from tasks.providers.openai.answer import AnswerReader
from tasks.providers.openai.errors import error_of_answer, refused_field
from tasks.providers.openai.request import OPTIONAL_FIELDS, make_body
from tasks.providers.openai.services import api_address, is_local

if TYPE_CHECKING:
    from httpx2 import AsyncClient
    from httpx2 import Request as HttpRequest
    from openai import APIStatusError, AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk

READ_TIMEOUT_SECONDS: Final = 300.0
"""Without a byte from the provider; a node's own timeout usually ends the wait earlier."""
CONNECT_TIMEOUT_SECONDS: Final = 20.0
MAX_CONNECTIONS: Final = 1_000
"""Of one process; more of them wait for each other."""
MAX_KEEPALIVE_CONNECTIONS: Final = 64
"""As many as one run has calls at once to one model."""
MAX_KNOWN_MODELS: Final = 1_000
_OPENAI_ADDRESS: Final = "https://api.openai.com/v1"

logger = logging.getLogger(__name__)

_idempotency_key: ContextVar[str] = ContextVar("nodeloom_openai_idempotency_key")
"""Of the call that is made in this context."""


@dataclass
class OpenaiClient:
    """One client per process; opened with the first request."""

    access: ProviderAccess
    errors: ProviderErrors
    read_timeout_seconds: float = READ_TIMEOUT_SECONDS
    _client: "AsyncOpenAI | None" = field(default=None, init=False, repr=False)
    _http: "AsyncClient | None" = field(default=None, init=False, repr=False)
    _client_lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)
    _refused: dict[str, frozenset[str]] = field(
        default_factory=dict[str, frozenset[str]], init=False, repr=False
    )
    """By the name of a model, the fields of a request that it or its service does not take."""

    @property
    def rate_limit_key(self) -> str:
        """The address and the key, hashed."""
        known = f"nodeloom\n{self._address}\n{self._api_key}"
        return hashlib.sha256(known.encode()).hexdigest()[:32]

    async def stream_text(
        self, request: TextRequest, *, idempotency_key: str
    ) -> AsyncGenerator[Chunk, None]:
        """Ask a model; as `tasks.providers.base.Provider` says."""
        client = await self._ensure_client()
        reader = AnswerReader(request.model, self.errors)
        _idempotency_key.set(idempotency_key)  # this task sends no other request meanwhile
        try:
            stream = await self._start(client, request)
            async with aclosing(stream):  # who has read enough does not keep the connection
                async for event in stream:
                    yield reader.read(event)
            reader.require_event()
        except NodeError:
            raise
        except Exception as error:  # noqa: BLE001 # what is unknown is raised again
            raise self._translate_error(error, request.model) from None  # its text may hold the key

    async def prepare(self) -> None:
        """Open the client now, so that the first call is made when its turn comes."""
        if self._is_configured:
            await self._ensure_client()

    async def close(self) -> None:
        """Close the connections."""
        if self._client:
            await self._client.close()
            self._client = None
        if self._http:
            await self._http.aclose()
            self._http = None

    async def _ensure_client(self) -> "AsyncOpenAI":
        if not self._is_configured:
            raise self.errors.not_configured()
        async with self._client_lock:
            if self._client is None:
                self._client = await asyncio.to_thread(self._create_client)
        return self._client

    def _create_client(self) -> "AsyncOpenAI":
        from httpx2 import AsyncClient, Limits, Timeout  # noqa: PLC0415 # see the top of the module
        from openai import AsyncOpenAI  # noqa: PLC0415

        from tasks.providers.response_limit import ResponseLimit  # noqa: PLC0415

        timeout = Timeout(self.read_timeout_seconds, connect=CONNECT_TIMEOUT_SECONDS)
        self._http = AsyncClient(
            timeout=timeout,
            limits=Limits(
                max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_KEEPALIVE_CONNECTIONS
            ),
            event_hooks={
                "request": [self._set_headers],
                "response": [ResponseLimit(self.errors).apply],
            },
            trust_env=not is_local(self._address),
            follow_redirects=False,  # the key would be sent along, to whatever host
        )
        client = AsyncOpenAI(
            api_key=self._api_key or "none",
            base_url=self._address,
            timeout=timeout,
            max_retries=0,
            default_headers={"Accept-Encoding": "identity"},  # what is unpacked could be any size
            http_client=self._http,
        )
        _ = client.chat.completions  # loads what a request needs
        return client

    async def _set_headers(self, request: "HttpRequest") -> None:
        """Say which call this is, and nothing of a key where there is none; a hook of the client."""
        request.headers["Idempotency-Key"] = _idempotency_key.get()
        if not self._api_key:
            request.headers.pop("Authorization", None)

    async def _start(
        self, client: "AsyncOpenAI", request: TextRequest
    ) -> "AsyncStream[ChatCompletionChunk]":
        """Ask, and ask anew without a field that is refused: that costs nothing, and is remembered."""
        from openai import APIStatusError  # noqa: PLC0415

        create: Any = client.chat.completions.create
        own = self.access.base_url is not None
        refused = self._refused.get(request.model, frozenset[str]())
        while True:  # at most once for each optional field: one that is refused is not sent again
            body = make_body(request, refused=refused, is_own_service=own)
            try:
                return await create(**body, stream=True)
            except APIStatusError as error:
                sent = [name for name in OPTIONAL_FIELDS if name in body]
                refusal = refused_field(error.body, sent)
                if error.status_code not in (400, 422) or refusal is None:
                    raise
                name, is_unsupported = refusal
                logger.info("the model %s does not take this %s", request.model, name)
                refused |= {name}
                if is_unsupported:
                    self._remember_refusal(request.model, name)

    def _remember_refusal(self, model: str, name: str) -> None:
        known = self._refused.pop(model, frozenset[str]())
        if len(self._refused) >= MAX_KNOWN_MODELS:
            self._refused.clear()
        self._refused[model] = known | {name}

    def _translate_error(self, error: Exception, model: str) -> NodeError:
        """Turn whatever the SDK raised into one of our errors."""
        from httpx2 import HTTPError, TimeoutException  # noqa: PLC0415
        from openai import (  # noqa: PLC0415
            APIConnectionError,
            APIError,
            APIStatusError,
            APITimeoutError,
        )

        if isinstance(error, APIConnectionError) and isinstance(error.__cause__, NodeError):
            explained = error.__cause__  # of our own limit, which the SDK holds for the network's
        elif isinstance(error, (APIConnectionError, HTTPError)):
            timed_out = isinstance(error, (APITimeoutError, TimeoutException))
            place = urlsplit(self._address).netloc.rpartition("@")[2]  # without a password
            explained = self.errors.network(place, timed_out=timed_out)
        elif isinstance(error, APIStatusError):
            explained = self._error_of_status(error, model)
        elif isinstance(error, APIError):
            explained = error_of_answer(self.errors, None, error.body, model)
        elif isinstance(
            error, (ValueError, TypeError, LookupError, AttributeError, RecursionError)
        ):
            explained = self.errors.malformed_answer(type(error).__name__)
        else:
            raise error
        if self._api_key:
            explained.message = explained.message.replace(self._api_key, "…")
        return explained

    def _error_of_status(self, error: "APIStatusError", model: str) -> NodeError:
        if error.status_code == 401 and not self._api_key:
            return self.errors.not_configured()
        headers = dict(error.response.headers)
        return error_of_answer(self.errors, error.status_code, error.body, model, headers=headers)

    @property
    def _is_configured(self) -> bool:
        return self.access.api_key is not None or self.access.base_url is not None

    @property
    def _api_key(self) -> str:
        return self.access.api_key.get_secret_value() if self.access.api_key else ""

    @property
    def _address(self) -> str:
        return api_address(self.access.base_url) if self.access.base_url else _OPENAI_ADDRESS
