"""Calls of the API on behalf of an MCP client, by whatever transport reaches it."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import anyio
import httpx
from httpx_sse import aconnect_sse

Json = dict[str, Any]
READ_TIMEOUT_SECONDS: Final = 60
"""A live stream says something every 15 s."""
MAX_PROBLEMS: Final = 50
"""Of those that a refusal names."""
_ATTEMPTS: Final = 4
"""To send what can be sent again."""


class RefusedError(Exception):
    """The API refused a call, or does not answer; `document` says why: `code`, `detail`, perhaps `problems`."""

    def __init__(self, document: Json) -> None:
        """Keep what was answered."""
        super().__init__(document["detail"])
        self.document = document


def refused_error(code: str, detail: str, **more: Any) -> RefusedError:
    """Make a refusal of our own, like those of the API."""
    return RefusedError({"code": code, "detail": detail} | more)


@dataclass(frozen=True)
class ApiConnection:
    """The API, as one user with one credential may use it."""

    http: httpx.AsyncClient
    address: str
    """What the addresses in answers begin with."""
    stopping: Callable[[], bool] = lambda: False
    """Whether this process is about to end: what it waits for goes on without it."""

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        params: Json | None = None,
        headers: Json | None = None,
        idempotent: bool = False,
    ) -> httpx.Response:
        """Make a call; with `idempotent` it is repeated with one key while no answer comes.

        Raises:
            RefusedError: the API refused, or does not answer.
        """
        sent = {"Idempotency-Key": str(uuid4())} if idempotent else {}
        content = None
        if body is not None:  # NaN and the like are written too: the API says where they are
            content = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        found = {key: value for key, value in (params or {}).items() if value is not None}
        options: Json = {"content": content, "params": found, "headers": sent | (headers or {})}
        left = _ATTEMPTS if idempotent or method == "GET" else 1
        while True:
            left -= 1
            try:
                response = await self.http.request(method, path, **options)
                break
            except httpx.HTTPError as error:
                if not left or self.stopping():
                    raise self._unavailable(error) from error
                await anyio.sleep(0.5)
        if response.is_error:
            raise RefusedError(_problem(response))
        return response

    async def read(self, path: str, **params: Any) -> Any:
        """Give what is at a path. Raises RefusedError."""
        return (await self.call("GET", path, params=params)).json()

    async def events(self, run_id: str, after: str) -> AsyncGenerator[tuple[str, str, Json]]:
        """Give (id, name, data) of a run's events until the stream ends, which may be before the run does.

        Raises:
            RefusedError: the API refused; httpx.HTTPError: the connection was lost.
        """
        headers = {"Last-Event-ID": after} if after else {}
        async with aconnect_sse(
            self.http, "GET", f"/api/runs/{run_id}/events", headers=headers
        ) as source:
            if source.response.is_error:
                await source.response.aread()
                raise RefusedError(_problem(source.response))
            if source.response.status_code == HTTPStatus.NO_CONTENT:
                return
            async with aclosing(source.aiter_sse()) as stream:
                async for event in stream:
                    if event.data:
                        yield event.id, event.event, event.json()

    def _unavailable(self, error: httpx.HTTPError) -> RefusedError:
        reason = str(error) or type(error).__name__
        return refused_error(
            "api_unavailable", f"The Nodeloom at {self.address} does not answer ({reason})."
        )


def _problem(response: httpx.Response) -> Json:
    """Give why a call was refused, without what is only for HTTP."""
    try:
        body = response.json()
        document: Json = {"code": str(body["code"]), "detail": str(body["detail"])}
    except (ValueError, KeyError, TypeError):
        detail = f"The API answered {response.status_code}, and not as Nodeloom does."
        return {"code": "unexpected_answer", "detail": detail}
    for key in ("problems", "errors"):
        if found := body.get(key):
            document[key] = found[:MAX_PROBLEMS]
    document |= {key: body[key] for key in ("revision", "reference") if key in body}
    if wait := response.headers.get("retry-after"):
        document["retryAfterSeconds"] = int(wait)
    return document
