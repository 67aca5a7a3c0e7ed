"""A Gemini-compatible endpoint on loopback that answers after 200 ms: the same for everyone."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bench.workloads import WAIT_SECONDS

ANSWER = {
    "candidates": [
        {
            "content": {"role": "model", "parts": [{"text": "done"}]},
            "finishReason": "STOP",
            "index": 0,
        }
    ],
    "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2},
    "modelVersion": "slow",
}


@asynccontextmanager
async def slow_model() -> AsyncGenerator[str]:
    """Serve; give the base address."""
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=256)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    body = f"data: {json.dumps(ANSWER)}\r\n\r\n".encode()
    print_header = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    try:
        while True:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = request.partition("content-length:")[2].partition("\r\n")[0].strip()
            await reader.readexactly(int(length or 0))
            await asyncio.sleep(WAIT_SECONDS)
            writer.write(print_header.encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
