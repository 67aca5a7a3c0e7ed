"""The client for programs that wait."""

import time
from collections.abc import Iterator, Mapping
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


class Client:
    """Calls functions of the Nodeloom at an address; `AsyncClient` does the same with `await`.

    Without `key` and `url` those in NODELOOM_API_KEY and NODELOOM_API_URL are used. What fails in passing (no
    connection, 429, 502, 503, 504) is repeated for `retry_seconds`: each call has an `Idempotency-Key`, so nothing is
    started twice. Every method raises what is in `errors`.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        retry_seconds: float = 60,
        **options: Any,
    ) -> None:
        """Connect with the first call; `options` are those of httpx.Client."""
        self._http = httpx.Client(**connection_options(url, key, options))
        self._requests = Requests(retry_seconds)

    def __enter__(self) -> Self:
        """Close it at the end of `with`."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(
        self,
        name: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        wait: float | None = None,
        idempotency_key: str | None = None,
        inline: bool = False,
    ) -> Result:
        """Call a function and give its result when its run has ended, or after `wait` seconds as it is then.

        Paths, bytes and `File`s among the inputs are files: what is not stored yet is uploaded. The same `idempotency_key` with the
        same inputs is the same run, also in another process. With `inline`, images come inside of the result.

        Raises:
            RunFailedError: it ended otherwise than COMPLETED; InvalidInputError: values do not fit.
        """
        return self._do(
            self._requests.call(
                name, inputs, wait=wait, idempotency_key=idempotency_key, inline=inline
            )
        )

    def values(self, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Call a function, wait for its end, and give its outputs as Python values."""
        return self.call(name, inputs).values

    def start(self, name: str, inputs: Mapping[str, Any] | None = None, **options: Any) -> Result:
        """Call a function and do not wait; `wait` and `events` follow the run."""
        return self.call(name, inputs, wait=0, **options)

    def wait(self, run_id: str, seconds: float | None = None) -> Result:
        """Give the result of a run when it has ended, or after so many seconds. Raises RunFailedError."""
        return self._do(self._requests.wait(run_id, seconds))

    def events(self, run_id: str, after: int = 0) -> Iterator[Event]:
        """Give the events of a run after that number until it has ended, whatever connections are lost meanwhile."""
        stream = RunEvents(run_id, after, self._requests.retry_seconds)
        while not stream.ended:
            try:
                with self._http.stream(
                    "GET", stream.path, headers=stream.headers, timeout=TIMEOUT_SECONDS
                ) as response:
                    if response.is_error:
                        response.read()
                    lines = response.iter_lines() if stream.open(response) else iter(())
                    for line in lines:
                        if (event := stream.feed(line)) is not None:
                            yield event
            except httpx.TransportError as error:
                stream.lost(error)
            if not stream.ended:
                time.sleep(stream.pause)

    def cancel(self, run_id: str) -> None:
        """Ask for the end of a run. Raises ConflictError after its end."""
        self._do(self._requests.cancel(run_id))

    def upload(self, file: PathLike[str] | bytes) -> dict[str, str]:
        """Store a file and give the value of an input for it: `{"assetId": …}`."""
        return self._do(self._requests.upload(file))

    def download(self, file: File | str) -> bytes:
        """Give the bytes of a file of a result, or of an asset by its id."""
        return self._do(self._requests.download(file))

    def functions(self) -> list[dict[str, Any]]:
        """Give what is published, by name, as `GET /api/functions` has it."""
        return self._do(self._requests.read("/api/functions"))["items"]

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI document of all functions."""
        return self._do(self._requests.read("/api/functions/openapi.json"))

    def _do(self, steps: Steps[T]) -> T:
        answer: Answer = None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as done:
                return done.value
            answer = None
            if isinstance(step, Request):
                answer = self._send(step)
            else:
                time.sleep(step)

    def _send(self, request: Request) -> httpx.Response | httpx.TransportError:
        options: dict[str, Any] = {
            "headers": request.headers,
            "params": request.params,
            "timeout": request.timeout,
        }
        try:
            if request.file is None:
                return self._http.request(
                    request.method, request.path, json=request.json, **options
                )
            if isinstance(request.file, bytes):
                files = {"file": ("file", request.file)}
                return self._http.request(request.method, request.path, files=files, **options)
            with Path(request.file).open("rb") as file:
                return self._http.request(
                    request.method, request.path, files={"file": file}, **options
                )
        except httpx.TransportError as error:
            return error
