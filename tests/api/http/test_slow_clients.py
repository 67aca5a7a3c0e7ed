"""Connections that send nothing, or a byte now and then, hold nobody up."""

import asyncio
import logging
import time

import httpx
import pytest

CONNECTIONS = 300
PATIENCE_SECONDS = 2.0
"""On a loaded machine; alone it takes a few milliseconds."""


async def test_others_are_answered_while_hundreds_dawdle(http_client: httpx.AsyncClient):
    host, port = http_client.base_url.host, http_client.base_url.port
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
            assert (await http_client.get("/health/live")).status_code == 200
            assert (await http_client.get("/api/me")).status_code == 200
            assert time.perf_counter() - started < PATIENCE_SECONDS
            for writer in writers[::7]:
                writer.write(b"x")
    finally:
        for writer in writers:
            writer.close()


async def test_whoever_leaves_within_a_body_is_no_failure_of_ours(
    http_client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
):
    head = b"POST /api/workflows HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with caplog.at_level(logging.INFO):
        _, writer = await asyncio.open_connection(
            http_client.base_url.host, http_client.base_url.port
        )
        writer.write(head + b"Content-Length: 900000\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.close()
        async with asyncio.timeout(10):
            while not any(line.name == "nodeloom.access" for line in caplog.records):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    statuses = [vars(line)["status"] for line in caplog.records if line.name == "nodeloom.access"]
    assert statuses in ([400], [499])
    assert not [line for line in caplog.records if line.levelno >= logging.WARNING]
