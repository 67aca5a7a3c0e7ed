"""What of a server's answer is taken: so many bytes, in so much time, if it makes sense."""

import asyncio
import gzip
import time
import tracemalloc
from dataclasses import dataclass

import pytest

from schemas.errors import BadInputError, NodeError
from support.servers.internet import Internet, fetch, refusal
from support.servers.web_server import HttpRequest, Respond, answer, hang


@dataclass
class Counting:
    """Takes a body and keeps only its size."""

    size: int = 0

    def write(self, piece: bytes) -> None:
        self.size += len(piece)


@pytest.mark.parametrize(
    ("status", "retryable"), [(404, False), (403, False), (204, False), (429, True), (503, True)]
)
async def test_an_error_of_the_server_says_its_status(
    internet: Internet, status: int, *, retryable: bool
) -> None:
    internet.server.respond = answer(status)
    error = await refusal(internet.fetcher(), "http://www.example.com/a?token=secret")

    assert (error.code, error.retryable) == ("fetch_failed", retryable)
    assert "secret" not in error.message


async def test_a_file_over_the_cap_is_not_taken(internet: Internet) -> None:
    internet.server.respond = answer(200, b"x" * 1001)
    error = await refusal(internet.fetcher(), "http://www.example.com/")

    assert isinstance(error, BadInputError)
    assert error.code == "file_too_large"
    internet.server.respond = answer(200, b"x" * 1000)
    assert len(await fetch(internet.fetcher(), "http://www.example.com/", max_bytes=1000)) == 1000


async def test_an_endless_body_stops_at_the_cap(internet: Internet) -> None:
    async def endless(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
            await writer.drain()

    internet.server.respond = endless
    assert (await refusal(internet.fetcher(), "http://www.example.com/", 100_000)).code == (
        "file_too_large"
    )


async def test_a_gzip_bomb_is_never_held(internet: Internet) -> None:
    bomb = gzip.compress(bytes(400_000_000), 9)  # 390 KB
    internet.server.respond = answer(200, bomb, {"content-encoding": "gzip"})
    into = Counting()
    tracemalloc.start()
    try:
        with pytest.raises(NodeError, match="larger than the 300 MB"):
            await internet.fetcher(seconds=60).fetch(
                "http://www.example.com/", into, max_bytes=300_000_000
            )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert into.size == pytest.approx(300_000_000, abs=300_000)
    assert peak < 10_000_000


@pytest.mark.parametrize("cap", [1000, 5_000_000])
async def test_a_gzip_bomb_stops_at_the_cap(internet: Internet, cap: int) -> None:
    bomb = gzip.compress(bytes(20_000_000))
    internet.server.respond = answer(200, bomb, {"content-encoding": "gzip"})
    error = await refusal(internet.fetcher(), "http://www.example.com/", max(cap, 30_000))
    assert error.code == "file_too_large"


async def test_a_packed_file_is_unpacked(internet: Internet) -> None:
    content = bytes(range(256)) * 2000
    internet.server.respond = answer(200, gzip.compress(content), {"content-encoding": "gzip"})
    assert await fetch(internet.fetcher(), "http://www.example.com/", max_bytes=10**6) == content


@pytest.mark.parametrize(
    "respond",
    [
        answer(200, gzip.compress(b"x" * 500)[:-9], {"content-encoding": "gzip"}),
        answer(200, b"not gzip", {"content-encoding": "gzip"}),
        answer(200, b"x", {"content-encoding": "br"}),
        answer(200, b"short", {"content-length": "50"}),
        answer(200, b"x", {"content-length": "many"}),
        answer(200, b"x", {"x-large": "y" * 300_000}),
        answer(200, b"x", {f"x-{number}": "y" * 1000 for number in range(300)}),
        answer(200, b"x", {"content-length": "9" * 5000}),
        answer(200, b"x", {"content-length": "-1"}),
        answer(302, b"", {"location": "http://[::1"}),
        answer(302, b"", {"location": "http://xn--/"}),
        answer(302, b"", {"location": "http://a:b:c/"}),
        answer(200, b""),
    ],
)
async def test_an_answer_that_makes_no_sense_is_a_failure(
    internet: Internet, respond: Respond
) -> None:
    internet.server.respond = respond
    assert (await refusal(internet.fetcher(), "http://www.example.com/")).code == "fetch_failed"


async def test_a_slow_server_is_given_up_in_time(internet: Internet) -> None:
    async def trickle(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.05)

    for respond in (trickle, hang):
        internet.server.respond = respond
        started = time.perf_counter()
        error = await refusal(internet.fetcher(seconds=0.4), "http://www.example.com/")
        assert (error.code, error.retryable) == ("fetch_timeout", True)
        assert time.perf_counter() - started < 3
