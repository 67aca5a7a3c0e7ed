"""Clients that ask as fast as they are answered, and write down how long each answer took."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Self

from bench.api.operations import Request

Call = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Measured:
    """What a number of clients got in a time."""

    seconds: float
    milliseconds: Sequence[float]
    """Of each answer, sorted."""

    @property
    def per_second(self) -> float:
        """Answers to all clients together."""
        return len(self.milliseconds) / self.seconds

    @property
    def median(self) -> float:
        """In milliseconds."""
        return statistics.median(self.milliseconds)

    @property
    def p99(self) -> float:
        """In milliseconds."""
        return self.milliseconds[
            min(len(self.milliseconds) * 99 // 100, len(self.milliseconds) - 1)
        ]


async def measure(clients: Sequence[Call], seconds: float) -> Measured:
    """Let every client ask again and again; each first answer is a warm-up and not counted."""
    for client in clients:
        await client()
    times: list[float] = []
    started = time.perf_counter()

    async def make_request(client: Call) -> None:
        while (began := time.perf_counter()) - started < seconds:
            await client()
            times.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(make_request(client) for client in clients))
    return Measured(time.perf_counter() - started, sorted(times))


async def measure_interleaved(clients: Sequence[Call], seconds: float) -> list[Measured]:
    """Let clients ask one after the other, again and again, so that noise hits all alike."""
    times: list[list[float]] = [[] for _ in clients]
    for client in clients:
        await client()
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        for index, client in enumerate(clients):
            began = time.perf_counter()
            await client()
            times[index].append((time.perf_counter() - began) * 1000)
    return [Measured(sum(each) / 1000, sorted(each)) for each in times]


class HttpClient:
    """One connection that is kept open; as light as can be, as it shares the processor."""

    def __init__(self, host: str, port: int) -> None:
        """Remember where; entering connects."""
        self._host = host
        self._port = port

    async def __aenter__(self) -> Self:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        self._writer.close()

    async def make_request(self, request: Request) -> bytes:
        """Give the body of the answer. Raises RuntimeError where it is no success."""
        self._writer.write(request.encode(f"{self._host}:{self._port}"))
        head = await self._reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 : lower.index(b"\r\n", at)]) if at >= 0 else 0
        body = await self._reader.readexactly(length) if length else b""
        if head[9:10] != b"2":
            raise RuntimeError(f"{request.method} {request.path}: {head[:40]!r} {body[:300]!r}")
        return body
