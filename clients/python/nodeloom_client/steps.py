"""What is sent and in which order, without a connection: both clients carry out these steps.

A step is a request, answered with its response or with why there is none, or a pause in seconds.
"""

import random
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from time import monotonic
from typing import Any, Final, TypeAlias, TypeVar, cast
from urllib.parse import quote
from uuid import uuid4

import httpx

from nodeloom_client.errors import ConnectionFailedError, RunFailedError, error_of
from nodeloom_client.values import File, Result, read_result

MAX_WAIT_SECONDS: Final = 60.0
"""Of one request for a run's end; what takes longer is asked for again."""
TIMEOUT_SECONDS: Final = 30.0
"""Of connecting, and of waiting for an answer beyond what was asked to be waited."""
UPLOAD_TIMEOUT_SECONDS: Final = 300.0
_FIRST_PAUSE_SECONDS: Final = 0.25
_LAST_PAUSE_SECONDS: Final = 5.0
_POLL_SECONDS: Final = (0.1, 2.0)
_PASSING_STATUSES: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Request:
    """A request that may be sent again: it reads, has an `Idempotency-Key`, or does the same once more."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    json: Any = None
    file: "PathLike[str] | bytes | None" = None
    """To be sent in a form."""
    timeout: float = TIMEOUT_SECONDS


Step: TypeAlias = Request | float
Answer: TypeAlias = "httpx.Response | httpx.TransportError | None"
T = TypeVar("T")
Steps: TypeAlias = Generator[Step, Answer, T]


@dataclass(frozen=True)
class Requests:
    """The steps of everything that a client does, except for streams."""

    retry_seconds: float
    """For so long from its first failure on a request is sent again."""

    def send(self, request: Request) -> Steps[httpx.Response]:
        """Send a request, again where it may pass. Raises ApiError, ConnectionFailedError."""
        pause, until = _FIRST_PAUSE_SECONDS, None
        while True:
            answer = yield request
            if isinstance(answer, httpx.Response) and answer.status_code not in _PASSING_STATUSES:
                if answer.is_error:
                    raise error_of(answer)
                return answer
            until = monotonic() + self.retry_seconds if until is None else until
            wait = pause * random.uniform(0.5, 1)  # noqa: S311 - not all at the same moment
            if isinstance(answer, httpx.Response):
                wait = max(wait, _retry_after(answer))
            if monotonic() + wait > until:
                if isinstance(answer, httpx.Response):
                    raise error_of(answer)
                reason = str(answer) or type(answer).__name__
                raise ConnectionFailedError(f"Nodeloom does not answer ({reason}).") from answer
            yield wait
            pause = min(pause * 2, _LAST_PAUSE_SECONDS)

    def read(self, path: str) -> Steps[Any]:
        """Give what is at a path."""
        return (yield from self.send(Request("GET", path))).json()

    def call(
        self,
        name: str,
        inputs: Mapping[str, Any] | None,
        *,
        wait: float | None,
        idempotency_key: str | None,
        inline: bool,
    ) -> Steps[Result]:
        """Call a function: see `Client.call`. While the run goes on the call is repeated with its key."""
        until = None if wait is None else monotonic() + wait
        body = {}
        for input, value in (inputs or {}).items():
            body[input] = yield from self._sendable(value)
        key = {"Idempotency-Key": idempotency_key or str(uuid4())}
        while True:
            left = MAX_WAIT_SECONDS if until is None else until - monotonic()
            seconds = round(min(max(left, 0), MAX_WAIT_SECONDS))
            request = Request(
                "POST",
                f"/api/functions/{quote(name, safe='')}",
                headers=key | ({"Prefer": f"wait={seconds}"} if seconds else {}),
                params={"inline": "1"} if inline else {},
                json=body,
                timeout=seconds + TIMEOUT_SECONDS,
            )
            result = read_result((yield from self.send(request)).json())
            if result.ended or (until is not None and monotonic() + 1 > until):
                return _completed(result)

    def wait(self, run_id: str, seconds: float | None) -> Steps[Result]:
        """Read a run until it has ended: see `Client.wait`."""
        until = None if seconds is None else monotonic() + seconds
        pause, longest = _POLL_SECONDS
        while True:
            result = read_result((yield from self.read(_run(run_id))))
            if result.ended or (until is not None and monotonic() + pause > until):
                return _completed(result)
            yield pause
            pause = min(pause * 1.5, longest)

    def cancel(self, run_id: str) -> Steps[None]:
        """Ask for the end of a run."""
        yield from self.send(Request("POST", f"{_run(run_id)}/cancel"))

    def upload(self, file: "PathLike[str] | bytes") -> Steps[dict[str, str]]:
        """Upload a file and give what an input takes for it; the same file again is the same asset."""
        request = Request("POST", "/api/assets", file=file, timeout=UPLOAD_TIMEOUT_SECONDS)
        return {"assetId": (yield from self.send(request)).json()["id"]}

    def download(self, file: "File | str") -> Steps[bytes]:
        """Give the bytes of a file, or of an asset by its id."""
        asset_id = file.asset_id if isinstance(file, File) else file
        path = f"/api/assets/{quote(asset_id, safe='')}"
        request = Request("GET", path, timeout=UPLOAD_TIMEOUT_SECONDS)
        return (yield from self.send(request)).content

    def _sendable(self, value: Any) -> Steps[Any]:
        """Give a value as JSON can say it; files are uploaded."""
        if isinstance(value, PathLike | bytes):
            return (yield from self.upload(cast("PathLike[str] | bytes", value)))
        if isinstance(value, File):
            return {"assetId": value.asset_id}
        if isinstance(value, list | tuple):
            items: list[Any] = []
            for item in cast("list[Any]", value):
                items.append((yield from self._sendable(item)))  # noqa: PERF401 - no comprehension yields
            return items
        return value


def _run(run_id: str) -> str:
    return f"/api/runs/{quote(run_id, safe='')}"


def _completed(result: Result) -> Result:
    """Give a result. Raises RunFailedError."""
    if result.ended and result.status != "COMPLETED":
        raise RunFailedError(result)
    return result


def _retry_after(response: httpx.Response) -> float:
    said = response.headers.get("retry-after", "")
    return float(said) if said.isdigit() else 0.0
