"""The client for programs with an event loop."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from nodeloom_client.connection import connection_options
from nodeloom_client.events import TIMEOUT_SECONDS, RunEvents
from nodeloom_client.steps import Answer, Request, Requests, Steps
from nodeloom_client.values import Event, File, Result

T = TypeVar("T")


class AsyncClient:
    """`Client` with `await`: see there."""

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        retry_seconds: float = 60,
        **options: Any,
    ) -> None:
        """Connect with the first call; `options` are those of httpx.AsyncClient."""
        self._http = httpx.AsyncClient(**connection_options(url, key, options))
        self._requests = Requests(retry_seconds)

    async def __aenter__(self) -> Self:
        """Close it at the end of `async with`."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(
        self,
        name: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
        inline: bool = False,
    ) -> Result:
        """Call a function: see `Client.call`."""
        return await self._do(
            self._requests.call(
                name, inputs, wait=wait, idempotency_key=idempotency_key, inline=inline
            )
        )

    async def values(self, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Call a function, wait for its end, and give its outputs as Python values."""
        return (await self.call(name, inputs)).values

    async def start(
        self, name: str, inputs: Mapping[str, Any] | None = None, **options: Any
    ) -> Result:
        """Call a function and do not wait; `wait` and `events` follow the run."""
        return await self.call(name, inputs, wait=0, **options)

    async def wait(self, run_id: str, seconds: float | None = None) -> Result:
        """Give the result of a run when it has ended, or after so many seconds. Raises RunFailedError."""
        return await self._do(self._requests.wait(run_id, seconds))

    async def events(self, run_id: str, after: int = 0) -> AsyncGenerator[Event]:
        """Give the events of a run after that number until it has ended: see `Client.events`."""
        stream = RunEvents(run_id, after, self._requests.retry_seconds)
        while not stream.ended:
            try:
                async with self._http.stream(
                    "GET", stream.path, headers=stream.headers, timeout=TIMEOUT_SECONDS
                ) as response:
                    if response.is_error:
                        await response.aread()
                    if stream.open(response):
                        async for line in response.aiter_lines():
                            if (event := stream.feed(line)) is not None:
                                yield event
            except httpx.TransportError as error:
                stream.lost(error)
            if not stream.ended:
                await asyncio.sleep(stream.pause)

    async def cancel(self, run_id: str) -> None:
        """Ask for the end of a run. Raises ConflictError after its end."""
        await self._do(self._requests.cancel(run_id))

    async def upload(self, file: PathLike[str] | bytes) -> dict[str, str]:
        """Store a file and give the value of an input for it: `{"assetId": …}`."""
        return await self._do(self._requests.upload(file))

    async def download(self, file: File | str) -> bytes:
        """Give the bytes of a file of a result, or of an asset by its id."""
        return await self._do(self._requests.download(file))

    async def functions(self) -> list[dict[str, Any]]:
        """Give what is published, by name, as `GET /api/functions` has it."""
        return (await self._do(self._requests.read("/api/functions")))["items"]

    async def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI document of all functions."""
        return await self._do(self._requests.read("/api/functions/openapi.json"))

    async def _do(self, steps: Steps[T]) -> T:
        answer: Answer = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as done:
                return done.value
            answer = None
            if isinstance(step, Request):
                answer = await self._send(step)
            else:
                await asyncio.sleep(step)

    async def _send(self, request: Request) -> httpx.Response | httpx.TransportError:
        options: dict[str, Any] = {
            "headers": request.headers,
            "params": request.params,
            "timeout": request.timeout,
        }
        if request.file is None:
            options["json"] = request.json
        else:
            file = request.file
            if not isinstance(file, bytes):
                file = await asyncio.to_thread(Path(file).read_bytes)
            options["files"] = {"file": ("file", file)}
        try:
            return await self._http.request(request.method, request.path, **options)
        except httpx.TransportError as error:
            return error
