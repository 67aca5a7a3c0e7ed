"""Connections that send nothing, or a byte now and then, hold nobody up."""

import asyncio
import time

import httpx

CONNECTIONS = 300
PATIENCE_SECONDS = 2.0
"""On a loaded machine; alone it takes a few milliseconds."""


async def test_others_are_answered_while_hundreds_dawdle(served: httpx.AsyncClient):
    host, port = served.base_url.host, served.base_url.port
    lines = (
        b"",
        b"GET / HTTP/1.1\r\nHost: loc",
        b"POST /api/workflows HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n{",
    )
    writers: list[asyncio.StreamWriter] = []
    try:
        for number in range(CONNECTIONS):
            _, writer = await asyncio.open_connection(host, port)
            writer.write(lines[number % len(lines)])
            writers.append(writer)
        for _ in range(5):
            started = time.perf_counter()
            assert (await served.get("/health/live")).status_code == 200
            assert (await served.get("/api/me")).status_code == 200
            assert time.perf_counter() - started < PATIENCE_SECONDS
            for writer in writers[::7]:
                writer.write(b"x")
    finally:
        for writer in writers:
            writer.close()
