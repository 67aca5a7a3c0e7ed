"""A tiny HTTP server on loopback that does exactly what a test tells it, byte by byte."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self
from weakref import WeakSet


@dataclass(frozen=True)
class HttpRequest:
    """A request that arrived; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Respond = Callable[[HttpRequest, asyncio.StreamWriter], Awaitable[None]]


def answer(
    status: int = 200, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Respond:
    """Answer with a whole response."""

    async def respond(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        lines = {"content-length": str(len(body)), "connection": "close", **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode("latin-1") + body)
        await writer.drain()

    return respond


async def hang(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.Event().wait()


@dataclass
class WebServer:
    """Listens on a free port while entered; remembers every connection and request."""

    respond: Respond = field(default_factory=answer)
    tls: ssl.SSLContext | None = None
    connections: int = 0
    asked: list[HttpRequest] = field(default_factory=list[HttpRequest])
    port: int = 0
    _server: asyncio.Server | None = None
    _busy: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _open: WeakSet[asyncio.StreamWriter] = field(default_factory=WeakSet[asyncio.StreamWriter])

    async def __aenter__(self) -> Self:
        """Start to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, whatever still hangs."""
        assert self._server
        self._server.close()
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        for writer in list(self._open):  # also where nobody reads what is still to be sent
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._busy.add(task)
        self._open.add(writer)
        self.connections += 1
        try:
            asked = await _read(reader)
            self.asked.append(asked)
            await self.respond(asked, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._busy.discard(task)
            writer.close()


async def _read(reader: asyncio.StreamReader) -> HttpRequest:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.split(": ", 1) for line in lines)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return HttpRequest(method, path, headers, body)
